import type { Complaint } from './complaint.ts';
import { type Path, startsWith } from './tree.ts';

/** What a dialect makes of a file: the native shape, not checked yet, and where each part of it was written. */
export interface Translation {
  readonly value: unknown;
  readonly origins: readonly Origin[];
  /** Paths as the file has them. */
  readonly complaints: readonly Complaint[];
  readonly warnings: readonly Complaint[];
}

export interface Origin {
  readonly native: Path;
  readonly written: Path;
}

/** The path in the file that a native path came from; the longest origin wins. */
export function writtenPath(path: Path, origins: readonly Origin[]): Path {
  let best: Origin | undefined;
  for (const origin of origins) {
    const longer = best === undefined || origin.native.length > best.native.length;
    if (longer && startsWith(path, origin.native)) best = origin;
  }
  return best === undefined ? path : [...best.written, ...path.slice(best.native.length)];
}

/** A map without the entries that are undefined: what was not written stays unwritten. */
export function written(entries: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}
