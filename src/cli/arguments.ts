import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../config/durations.ts';
import { DurationError } from '../config/error.ts';
import { LEVELS, type Level } from './level.ts';

/** Reads `--for`; gives milliseconds. */
export function readDuration(text: string): number {
  return duration(text, false);
}

/** Reads the file of `--record`; an option that stands where it should is none. */
export function readFileName(text: string): string {
  if (text !== '' && !text.startsWith('-')) return text;
  throw new InvalidArgumentError(`${JSON.stringify(text)} is not the name of a file`);
}

/** Reads `--drain`, where zero stops at once; gives milliseconds. */
export function readDrain(text: string): number {
  return duration(text, true);
}

/** Reads one `K=V` and adds it to those before it; the last one of a key counts. */
export function readPair(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const cut = text.indexOf('=');
  if (cut < 1) throw new InvalidArgumentError(`${JSON.stringify(text)} is not KEY=VALUE`);
  return Object.fromEntries([...Object.entries(before), [text.slice(0, cut), text.slice(cut + 1)]]);
}

/** Reads `--log-level`. */
export function readLevel(text: string): Level {
  const level = LEVELS.find((each) => each === text);
  if (level !== undefined) return level;
  throw new InvalidArgumentError(`${JSON.stringify(text)} is not one of ${LEVELS.join(', ')}`);
}

/** Reads `--port`; 0 is any free one. */
export function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new InvalidArgumentError(`${JSON.stringify(text)} is not a port from 0 to 65535`);
}

function duration(text: string, zero: boolean): number {
  try {
    return parseDuration(text, { zero });
  } catch (error) {
    if (error instanceof DurationError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}
