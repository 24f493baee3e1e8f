import { TemplateError } from '../config/error.ts';
import type { EventScope } from '../config/scope.ts';
import { fillTemplate } from '../config/template.ts';
import type { Environment } from '../environment.ts';
import { readPointer } from '../messages/pointer.ts';
import type { PreparedStep } from '../transport/handshake.ts';
import { Expectation, writtenText } from './expectation.ts';
import type { ReceivedValue } from './received-value.ts';
import { credentials, type Redaction } from './redaction.ts';

/** Texts of at least this length that are extracted may be tokens; shorter ones are kinds, channels and the like. */
const SHORTEST_TOKEN = 8;

export interface ScriptOptions {
  readonly steps: readonly PreparedStep[];
  readonly redaction: Pick<Redaction, 'add' | 'redact'>;
  readonly environment: Pick<Environment, 'clock' | 'now'>;
}

/** How a step ended that expected a reply; `fault`: what is extracted was not in it. */
export type Replied = (fault: string | undefined) => void;

interface Expected {
  readonly index: number;
  readonly step: PreparedStep;
  readonly reply: Expectation;
  readonly replied: Replied;
}

/** The script of one socket: what its steps say, which reply is expected, and what was extracted from the last ones. */
export class Script {
  readonly #options: ScriptOptions;
  readonly #extracted = new Map<string, unknown>();
  #expected: Expected | undefined;
  #sentAt = 0;

  constructor(options: ScriptOptions) {
    this.#options = options;
  }

  /** When the last text was made that was to be sent, by the clock. */
  get sentAt(): number {
    return this.#sentAt;
  }

  /**
   * The text frame that a step sends; undefined when it sends nothing.
   * @throws ScriptError when something that it needs has no text.
   */
  text(index: number): string | undefined {
    const { steps, redaction, environment } = this.#options;
    const send = steps[index]?.send;
    if (!send) return undefined;
    try {
      const lookUp = ([name = '']: readonly string[]) => this.#extracted.get(name);
      const text = fillTemplate(send, { ...NOTHING, lookUp, time: environment.now });
      this.#sentAt = environment.clock.now();
      for (const value of credentials(text)) redaction.add(value);
      return text;
    } catch (error) {
      throw new ScriptError(`${nameOf(index)}: ${unfilled(error)}`);
    }
  }

  /** From now on the reply of a step is looked for; `replied` runs at the first frame that is it. */
  expect(index: number, held: boolean, replied: Replied): void {
    const { steps, redaction, environment } = this.#options;
    const step = steps[index];
    if (!step?.expect) return;
    const { expect: conditions, within } = step;
    const reply = new Expectation({ conditions, within, clock: environment.clock, held, redaction });
    this.#expected = { index, step, reply, replied };
  }

  /** Milliseconds for which the reply is waited for still; undefined when none is. */
  get left(): number | undefined {
    return this.#expected?.reply.left;
  }

  /** Reading is held back, or goes on. */
  hold(held: boolean): void {
    this.#expected?.reply.hold(held);
  }

  /** Nothing is expected any more. */
  forget(): void {
    this.#expected = undefined;
  }

  get expects(): boolean {
    return this.#expected !== undefined;
  }

  /** Whether it is the expected reply. */
  awaits(received: ReceivedValue): boolean {
    return this.#expected?.reply.isMetBy(received) ?? false;
  }

  /** Ends the step whose reply it is. */
  take(received: ReceivedValue): void {
    const expected = this.#expected;
    this.#expected = undefined;
    expected?.replied(this.#extract(expected, received.value));
  }

  /** What was waited for in vain, as a sentence. */
  get unmet(): string {
    if (!this.#expected) return 'the reply was not received in time';
    const { index, step, reply } = this.#expected;
    return `${nameOf(index)}: ${reply.describe(` was not received within ${duration(step.within)}`)}`;
  }

  /** What is being waited for, as the end of a sentence; undefined when nothing is. */
  get waiting(): string | undefined {
    if (!this.#expected) return undefined;
    const { index, reply } = this.#expected;
    return `while ${nameOf(index)} expected ${reply.describe()}`;
  }

  /** What is missing, if something is. */
  #extract({ index, step }: Expected, value: unknown): string | undefined {
    for (const [name, pointer] of Object.entries(step.extract)) {
      const found = readPointer(value, pointer);
      if (found === undefined) return `${nameOf(index)}: the reply has nothing at ${pointer} to extract as ${name}`;
      hide(found, this.#options.redaction);
      this.#extracted.set(name, found);
    }
    return undefined;
  }
}

/** The script of a connection cannot go on. */
export class ScriptError extends Error {}

const NOTHING: Pick<EventScope, 'attribute' | 'stat' | 'cursor' | 'env'> = {
  attribute: () => undefined,
  stat: () => undefined,
  cursor: () => undefined,
  env: () => undefined,
};

/** Counted from 1. */
function nameOf(index: number): string {
  return `step ${index + 1}`;
}

function unfilled(error: unknown): string {
  if (error instanceof TemplateError) return `${error.expression} has no value: what was extracted is null`;
  // The text of what a peer nests deep enough does not fit the stack.
  if (error instanceof RangeError) return 'what was extracted is nested too deep';
  throw error;
}

function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds} ms` : `${milliseconds / 1000} s`;
}

/** What is extracted may be a token, or hold some. */
function hide(value: unknown, redaction: Pick<Redaction, 'add'>): void {
  if (typeof value === 'string' && value.length >= SHORTEST_TOKEN) redaction.add(value);
  else hideWithin(value, redaction);
}

function hideWithin(value: unknown, { add }: Pick<Redaction, 'add'>): void {
  if (typeof value === 'object') for (const inner of credentials(writtenText(value))) add(inner);
}
