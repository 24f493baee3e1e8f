import { createHash } from 'node:crypto';
import type { RecordOptions } from '../config/records.ts';
import { jsonText, LosslessNumber } from '../json/lossless.ts';
import { compilePointer } from '../messages/pointer.ts';

/** Most values at `sequence.by` that are remembered. */
const MOST_KEYS = 10_000;
/** A longer key is remembered by its hash. */
const LONGEST_KEY = 128;
/** More digits than any counter has. */
const INTEGER = /^-?\d{1,40}$/;

/** A jump forward of a sequence. */
export interface Jump {
  readonly after: bigint;
  readonly to: bigint;
  readonly missing: bigint;
}

/**
 * Watches a number that goes up by one with each event, one for each value at `by`. A number that is not above the last
 * one is a repetition, or a count that begins anew: it goes on from there. An event without a number is none of its.
 */
export class SequenceWatch {
  readonly #find: (value: unknown) => unknown;
  readonly #findKey: ((value: unknown) => unknown) | undefined;
  /** The last number of each key, the one that was used longest ago first. */
  readonly #last = new Map<string, bigint>();
  #forgotten = 0;

  constructor({ pointer, by }: NonNullable<RecordOptions['sequence']>) {
    this.#find = compilePointer(pointer);
    this.#findKey = by === undefined ? undefined : compilePointer(by);
  }

  /** Keys that had to leave for newer ones. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** Takes the next event; the jump that it makes, if it makes one. */
  follow(event: unknown): Jump | undefined {
    const to = integerOf(this.#find(event));
    if (to === undefined) return undefined;
    const after = this.#replace(keyOf(this.#findKey?.(event)), to);
    return after === undefined || to <= after + 1n ? undefined : { after, to, missing: to - after - 1n };
  }

  #replace(key: string, sequence: bigint): bigint | undefined {
    const last = this.#last.get(key);
    this.#last.delete(key);
    this.#last.set(key, sequence);
    const [oldest] = this.#last.keys();
    if (this.#last.size > MOST_KEYS && oldest !== undefined) {
      this.#last.delete(oldest);
      this.#forgotten += 1;
    }
    return last;
  }
}

/** Also of text: many feeds write their numbers so. */
function integerOf(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  const text = value instanceof LosslessNumber ? value.value : value;
  if (typeof text === 'string' && INTEGER.test(text)) return BigInt(text);
  // For a schema with a numeric 7.0 is kept as it is written, else it is read as 7.
  const number = value instanceof LosslessNumber ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? BigInt(number) : undefined;
}

/** An object is no key, like nothing at all. */
function keyOf(value: unknown): string {
  const key = jsonText(value, 0) ?? '';
  return key.length <= LONGEST_KEY ? key : createHash('sha256').update(key).digest('base64');
}
