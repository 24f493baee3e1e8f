import type { Problem } from './error.ts';
import { shownHeaderName } from './handshake.ts';
import { formatPath, isRecord, type Path } from './tree.ts';
import { shownUrl } from './url.ts';

/** A problem before it is known where in the file it is. */
export interface Complaint {
  readonly path: Path;
  /** Whether the key itself is meant, or its value. Default `value`. */
  readonly at?: 'key' | 'value';
  readonly value?: string;
  readonly expected?: string;
  readonly message: string;
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Finds where in a text a path is; a path that is not there is at the nearest map around it. */
export type Locate = (path: Path, at: 'key' | 'value') => Position;

/** Complaints about one file, in its order. */
export function locate(complaints: readonly Complaint[], file: string, position: Locate): Problem[] {
  return unique(complaints)
    .map((complaint) => ({ file, ...position(complaint.path, complaint.at ?? 'value'), ...problem(complaint) }))
    .sort((left, right) => left.line - right.line || left.column - right.column);
}

/** Complaints about an object: positions are paths only. */
export function unlocated(complaints: readonly Complaint[]): Problem[] {
  return unique(complaints).map(problem);
}

/** A value as an error may show it: credentials are hidden, long texts cut, maps and lists named only. */
export function shownValue(value: unknown, path: Path): string {
  if (value === null) return 'null';
  if (isHidden(path)) return '(hidden)';
  if (typeof value === 'string') return isBlock(value) ? 'text' : JSON.stringify(shortened(shownText(value)));
  if (Array.isArray(value)) return 'a list';
  if (isRecord(value)) return 'a map';
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : typeName(value);
}

/** What an error calls the type of a value. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'boolean') return 'a boolean';
  if (typeof value === 'number' || typeof value === 'bigint') return 'a number';
  return typeof value === 'object' ? 'a map' : `a ${typeof value}`;
}

const HIDDEN: ReadonlySet<string | number> = new Set([
  'auth',
  'headers',
  'query',
  'proxy',
  'client-key',
  'requests',
  'respond',
  'app-heartbeat',
  'heartbeatRequests',
]);
/** What of these is about what comes in: the patterns for it are no secrets. */
const SHOWN: ReadonlySet<string | number> = new Set(['expect', 'within', 'extract', 'when']);
const LONGEST = 80;

function isHidden(path: Path): boolean {
  const hidden = path.findIndex((part) => HIDDEN.has(part));
  return hidden >= 0 && !path.slice(hidden).some((part) => SHOWN.has(part));
}

/** A map or a list that was quoted: what it holds may be hidden under its own keys. */
function isBlock(text: string): boolean {
  return /^\s*(\{(?!\{)|\[\s*["{[])/.test(text);
}

function shownText(text: string): string {
  return text.includes('//') ? shownUrl(text) : text;
}

function shortened(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

function shownPath(path: Path): Path {
  return path.map((part, index) =>
    path[index - 1] === 'headers' && typeof part === 'string' ? shownHeaderName(part) : part,
  );
}

function problem({ path, value, expected, message }: Complaint): Problem {
  return {
    path: formatPath(shownPath(path)),
    ...(value === undefined ? {} : { value }),
    ...(expected === undefined ? {} : { expected }),
    message,
  };
}

/** One complaint per place: the first is the most specific one. */
function unique(complaints: readonly Complaint[]): Complaint[] {
  const seen = new Map<string, Complaint>();
  for (const complaint of complaints) {
    const key = JSON.stringify([complaint.at, ...complaint.path]);
    if (!seen.has(key)) seen.set(key, complaint);
  }
  return [...seen.values()];
}
