import { TemplateError } from '../config/error.ts';
import type { Condition } from '../config/records.ts';
import type { EventScope } from '../config/scope.ts';
import { fillTemplate } from '../config/template.ts';
import type { Environment } from '../environment.ts';
import { jsonText } from '../json/lossless.ts';
import { compileCondition, describeCondition, type Holds } from '../messages/condition.ts';
import { readPointer } from '../messages/pointer.ts';
import type { PreparedStep } from '../transport/handshake.ts';
import { type Suspects, searchPlace } from './frame-search.ts';
import type { ReceivedValue } from './received-value.ts';
import { credentials, type Redaction } from './redaction.ts';

/** Texts of at least this length that are extracted may be tokens; shorter ones are kinds, channels and the like. */
const SHORTEST_TOKEN = 8;
/** Of the last value seen, in a cause. */
const LONGEST_SHOWN = 200;

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
  readonly condition: Condition;
  readonly suspects: Suspects;
  readonly holds: Holds;
  readonly replied: Replied;
  /** The last value at the pointer. */
  seen: unknown;
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
  expect(index: number, replied: Replied): void {
    const step = this.#options.steps[index];
    const condition = step?.expect;
    if (!step || !condition) return;
    const compiled = { suspects: searchPlace(condition), holds: compileCondition(condition) };
    this.#expected = { index, step, condition, ...compiled, replied, seen: undefined };
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
    const expected = this.#expected;
    if (!expected?.suspects(received.data) || received.value === undefined) return false;
    if (expected.holds(received.value)) return true;
    expected.seen = readPointer(received.value, expected.condition.pointer) ?? expected.seen;
    return false;
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
    const { index, step } = this.#expected;
    return `${nameOf(index)}: ${this.#awaited(this.#expected, ` was not received within ${duration(step.within)}`)}`;
  }

  /** What is being waited for, as the end of a sentence; undefined when nothing is. */
  get waiting(): string | undefined {
    if (!this.#expected) return undefined;
    return `while ${nameOf(this.#expected.index)} expected ${this.#awaited(this.#expected, '')}`;
  }

  #awaited({ condition, seen }: Expected, fate: string): string {
    const { redaction } = this.#options;
    const last = seen === undefined ? 'nothing was seen there' : `last seen there: ${shown(seen, redaction)}`;
    return `${redaction.redact(describeCondition(condition))}${fate}; ${last}`;
  }

  /** What is missing, if something is. */
  #extract({ index, step }: Expected, value: unknown): string | undefined {
    for (const [name, pointer] of Object.entries(step.extract)) {
      const found = readPointer(value, pointer);
      if (found === undefined) return `${nameOf(index)}: the reply has nothing at ${pointer} to extract as ${name}`;
      if (typeof found === 'string' && found.length >= SHORTEST_TOKEN) this.#options.redaction.add(found);
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

/** Hidden before it is cut: a part of a secret would not be found. */
function shown(value: unknown, { redact }: Pick<Redaction, 'redact'>): string {
  const text = redact(written(value));
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

function written(value: unknown): string {
  try {
    return jsonText(value) ?? String(value);
  } catch (error) {
    if (error instanceof RangeError) return 'a value that is nested too deep to be shown';
    throw error;
  }
}
