import type { Condition } from '../config/records.ts';
import type { Clock } from '../environment.ts';
import { jsonText } from '../json/lossless.ts';
import { compileCondition, describeCondition, type Holds } from '../messages/condition.ts';
import { readPointer } from '../messages/pointer.ts';
import { type Suspects, searchPlace } from './frame-search.ts';
import type { ReceivedValue } from './received-value.ts';
import { credentials, type Redaction } from './redaction.ts';

/** Of what came in place of the reply, in a cause. */
const LONGEST_SHOWN = 200;
/** Of the last message, in bytes; more than is shown, so that what is hidden in it is found. */
const LONGEST_KEPT = 1024;

export interface ExpectationOptions {
  /** All must hold of the reply. */
  readonly conditions: readonly Condition[];
  /** Milliseconds. */
  readonly within: number;
  readonly clock: Pick<Clock, 'now'>;
  /** Reading is held back at the beginning. */
  readonly held: boolean;
  readonly redaction: Pick<Redaction, 'add' | 'redact'>;
}

interface Test {
  readonly condition: Condition;
  readonly suspects: Suspects;
  readonly holds: Holds;
}

/** A reply that is waited for: for how long still, and what came in its place. */
export class Expectation {
  readonly #options: ExpectationOptions;
  readonly #tests: readonly Test[];
  /** Milliseconds, of the time until which it was counted last. */
  #left: number;
  /** Since when the time runs; undefined while reading is held back, and nothing could be seen. */
  #since: number | undefined;
  /** The last value where a condition looks that did not hold. */
  #seen: { readonly condition: Condition; readonly value: unknown } | undefined;
  #last: Buffer | undefined;

  constructor(options: ExpectationOptions) {
    const { conditions, within, clock, held } = options;
    this.#options = options;
    this.#tests = conditions.map((condition) => ({
      condition,
      suspects: searchPlace(condition),
      holds: compileCondition(condition),
    }));
    this.#left = within;
    this.#since = held ? undefined : clock.now();
  }

  /** Whether a message is the reply. */
  isMetBy(received: ReceivedValue): boolean {
    const { data } = received;
    const looksLike = this.#tests.every(({ suspects }) => suspects(data)) && received.value !== undefined;
    const failed = looksLike ? this.#tests.find(({ holds }) => !holds(received.value)) : this.#tests[0];
    if (!failed) return true;
    this.#last = Buffer.from(data.subarray(0, LONGEST_KEPT));
    const value = looksLike ? readPointer(received.value, failed.condition.pointer) : undefined;
    if (value !== undefined) this.#seen = { condition: failed.condition, value };
    return false;
  }

  /** Milliseconds that it is waited for still, as long as reading goes on. */
  get left(): number {
    const spent = this.#since === undefined ? 0 : this.#options.clock.now() - this.#since;
    return Math.max(0, this.#left - spent);
  }

  /** While reading is held back no time passes. */
  hold(held: boolean): void {
    this.#left = this.left;
    this.#since = held ? undefined : this.#options.clock.now();
  }

  /** `/type equals "ok" was not received; last seen there: "error"`. `fate` is what is said of it in the middle. */
  describe(fate = ''): string {
    const { conditions, redaction } = this.#options;
    return `${redaction.redact(conditions.map(describeCondition).join(' and '))}${fate}; ${this.#instead}`;
  }

  get #instead(): string {
    if (this.#seen) {
      const { condition, value } = this.#seen;
      const place = this.#tests.length > 1 ? `at ${condition.pointer}` : 'there';
      return `last seen ${place}: ${this.#shown(writtenText(value))}`;
    }
    const message = this.#last?.toString('utf8');
    return `nothing was seen there${message === undefined ? '' : `, the last message was ${this.#shown(message)}`}`;
  }

  /** Hidden before it is cut: a part of a secret would not be found. */
  #shown(text: string): string {
    const { redaction } = this.#options;
    for (const value of credentials(text)) redaction.add(value);
    const safe = redaction.redact(text);
    return safe.length > LONGEST_SHOWN ? `${safe.slice(0, LONGEST_SHOWN)}…` : safe;
  }
}

/** What a peer nests deep enough does not fit the stack. */
export function writtenText(value: unknown): string {
  try {
    return jsonText(value) ?? String(value);
  } catch (error) {
    if (error instanceof RangeError) return 'a value that is nested too deep to be shown';
    throw error;
  }
}
