import { TemplateError } from '../config/error.ts';
import { fillTemplate, type Template } from '../config/template.ts';
import { DRAIN_MARK, type Environment, type FrameSocket } from '../environment.ts';
import { compileCondition, type Holds } from '../messages/condition.ts';
import { readPath } from '../messages/pointer.ts';
import type { PreparedAnswer } from '../transport/handshake.ts';
import type { ConnectionReport } from './connection-status.ts';
import { type Suspects, searchValue } from './frame-search.ts';
import type { ReceivedValue } from './received-value.ts';

/** What an answer that waits costs besides its bytes. */
const EXTRA_COST = 64;

export interface AnswersOptions {
  readonly rules: readonly PreparedAnswer[];
  readonly socket: Pick<FrameSocket, 'write'>;
  readonly cursor: () => string | undefined;
  readonly environment: Pick<Environment, 'now'>;
  readonly report: Pick<ConnectionReport, 'answered' | 'unanswered'>;
}

interface Rule {
  readonly suspects: readonly Suspects[];
  readonly holds: readonly Holds[];
  readonly send: Template;
}

/** Answers to what a peer asks by messages of its own: its application's ping, say. */
export class Answers {
  readonly #options: AnswersOptions;
  readonly #rules: readonly Rule[];
  /** What the system has not taken of the answers; of a busy sink's events far more may wait. */
  #waiting = 0;
  #closing = false;

  constructor(options: AnswersOptions) {
    this.#options = options;
    this.#rules = options.rules.map(({ when, send }) => ({
      suspects: when.map(searchValue),
      holds: when.map(compileCondition),
      send,
    }));
  }

  get none(): boolean {
    return this.#rules.length === 0;
  }

  /** Nothing more can be sent. What would have been answered is no event still. */
  close(): void {
    this.#closing = true;
  }

  /** Whether a rule has taken it, the first one that holds. */
  take(received: ReceivedValue): boolean {
    const rule = this.#rules.find((each) => concerns(each, received));
    if (!rule || this.#closing) return rule !== undefined;
    const reason = this.#answer(rule.send, received.value);
    const { report } = this.#options;
    if (reason === undefined) report.answered();
    else report.unanswered(reason);
    return true;
  }

  /** Why nothing is sent, if nothing is. What the peer does not read is bounded by what its socket queues. */
  #answer(send: Template, value: unknown): string | undefined {
    const { socket, cursor, environment } = this.#options;
    if (this.#waiting > DRAIN_MARK) return 'the peer does not read what it was sent before';
    try {
      const lookUp = (path: readonly string[]) => readPath(value, path);
      const data = fillTemplate(send, {
        lookUp,
        cursor,
        time: environment.now,
        attribute: none,
        stat: none,
        env: none,
      });
      const cost = Buffer.byteLength(data) + EXTRA_COST;
      this.#waiting += cost;
      socket.write([{ data, binary: false }], () => {
        this.#waiting -= cost;
      });
      return undefined;
    } catch (error) {
      if (error instanceof TemplateError) return `it has no value for ${error.expression}`;
      // The text of what a peer nests deep enough does not fit the stack.
      if (error instanceof RangeError) return 'what the answer repeats of it is nested too deep';
      throw error;
    }
  }
}

function concerns({ suspects, holds }: Rule, received: ReceivedValue): boolean {
  if (!suspects.every((may) => may(received.data))) return false;
  const { value } = received;
  return value !== undefined && holds.every((does) => does(value));
}

/** What an answer cannot read. */
function none(): undefined {
  return undefined;
}
