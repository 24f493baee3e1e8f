import { DURATION, parseDuration } from '../config/durations.ts';
import { DurationError, SizeError } from '../config/error.ts';
import { nearestName } from '../config/nearest.ts';
import { parseSize, SIZE } from '../config/sizes.ts';
import { urlFault } from '../config/url.ts';
import { UsageError } from '../errors.ts';

/** `up`: client to server. `down`: server to client. */
export type FaultDirection = 'up' | 'down';

/** How a connection is cut: `reset` is a TCP RST, `end` a FIN. */
export type FaultEnding = 'reset' | 'end';

/** What a fault proxy does to each connection and direction. Durations and sizes are written as in a pipeline. */
export interface Faults {
  /**
   * How long each byte is on its way, `50ms` for instance; a bare number is seconds. Default 0. With 256 KiB
   * on their way at most, it bounds what passes per second too.
   */
  readonly latency?: string | number;
  /** Bytes per second, `64KiB` for instance, or `unlimited`, which is the default. */
  readonly bandwidth?: string | number;
  /** Bytes per write, one write per turn of the event loop, or `unlimited`, which is the default. */
  readonly slice?: string | number;
}

/** Faults as numbers: milliseconds, bytes per second, bytes. */
export type FaultNumbers = { readonly [name in keyof Faults]-?: number };

export const FAULTLESS: FaultNumbers = {
  latency: 0,
  bandwidth: Number.POSITIVE_INFINITY,
  slice: Number.POSITIVE_INFINITY,
};

/** Those that are given, as numbers. Throws a `UsageError` that says what was expected. */
export function readFaults(faults: Faults): Partial<FaultNumbers> {
  if (typeof faults !== 'object' || faults === null || Array.isArray(faults)) {
    throw new UsageError(`${shown(faults)} is not a map of faults; faults are ${listed(NAMES)}`);
  }
  const given = Object.entries(faults).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, readFault(name, value)]));
}

/** Throws a `UsageError`. */
export function readDirections(direction: FaultDirection | undefined): readonly FaultDirection[] {
  return direction === undefined ? DIRECTIONS : [readDirection(direction)];
}

/** Throws a `UsageError`. */
export function readDirection(direction: FaultDirection): FaultDirection {
  return readWord(direction, 'a direction', DIRECTIONS);
}

/** Throws a `UsageError`. */
export function readEnding(ending: FaultEnding): FaultEnding {
  return readWord(ending, 'an ending', ['reset', 'end']);
}

/** A number of bytes, at least 1. Throws a `UsageError`. */
export function readBytes(bytes: string | number): number {
  return readNumber('bytes', bytes, SIZE, parseSize);
}

/** Throws a `UsageError`, which never holds the url: it may have a password. */
export function readTarget(url: string): URL {
  const fault = typeof url !== 'string' || url.includes('${') ? 'is not a ws:// or wss:// url' : urlFault(url);
  if (fault !== undefined) throw new UsageError(`the url of the server ${fault}`);
  return new URL(url);
}

const NAMES = ['latency', 'bandwidth', 'slice'] as const;
const DIRECTIONS: readonly FaultDirection[] = ['up', 'down'];
const UNLIMITED = 'unlimited';

function readFault(name: string, value: unknown): number {
  switch (name) {
    case 'latency':
      return readNumber(name, value, DURATION, parseDuration);
    case 'bandwidth':
    case 'slice':
      if (value === UNLIMITED) return Number.POSITIVE_INFINITY;
      return readNumber(name, value, `${SIZE}, or ${UNLIMITED}`, parseSize);
    default: {
      const nearest = nearestName(name, NAMES);
      const hint = nearest === undefined ? `faults are ${listed(NAMES)}` : `did you mean "${nearest}"?`;
      throw new UsageError(`${shown(name)} is not a fault; ${hint}`);
    }
  }
}

function readNumber(name: string, value: unknown, expected: string, parse: (value: string | number) => number): number {
  if (typeof value !== 'string' && typeof value !== 'number') {
    throw new UsageError(`${name}: ${shown(value)} is not ${expected}`);
  }
  try {
    return parse(value);
  } catch (error) {
    if (!(error instanceof DurationError || error instanceof SizeError)) throw error;
    const hint = error.message.includes(expected) ? '' : `; expected ${expected}`;
    throw new UsageError(`${name}: ${error.message}${hint}`);
  }
}

function readWord<T extends string>(value: T, kind: string, words: readonly T[]): T {
  if (words.includes(value)) return value;
  throw new UsageError(`${shown(value)} is not ${kind}, expected ${listed(words, 'or')}`);
}

function listed(words: readonly string[], last = 'and'): string {
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 80));
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'a map' : String(value);
}
