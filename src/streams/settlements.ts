import { type Batch, batchCount } from '../messages/batch.ts';
import type { Reject } from '../messages/failure.ts';
import type { Message } from '../messages/message.ts';
import type { FailureExit } from './failure-exit.ts';

/** Batches that are settled in one, once their failures are. */
export interface Settled {
  readonly batches: readonly Batch[];
  /** Per source, the highest sequence that is settled with them. */
  readonly through: ReadonlyMap<string, number>;
  /** How many of their events were delivered. */
  readonly delivered: number;
  /** Those of their events that were not. */
  readonly rejected: ReadonlySet<Message>;
}

const NONE: ReadonlySet<Message> = new Set();

/** Those whose failures somebody still owes, and those behind them. */
interface Pending extends Settled {
  owed: number;
}

/**
 * The order in which a sink's batches settle: one with failures waits for whoever takes them, and everything behind it
 * waits too. Meanwhile a new connection may write the same events again, and have them acknowledged after they have
 * settled: what was judged once stays so.
 */
export class Settlements {
  readonly #sink: string;
  readonly #exit: FailureExit;
  readonly #settle: (settled: Settled) => void;
  readonly #pending: Pending[] = [];
  /** Per source, the highest sequence that was settled since something failed. */
  readonly #judged = new Map<string, number>();
  /** Of an event that was expanded, a part may have failed before the event is judged as a whole. */
  readonly #failed = new WeakSet<Message>();

  constructor(sink: string, exit: FailureExit, settle: (settled: Settled) => void) {
    this.#sink = sink;
    this.#exit = exit;
    this.#settle = settle;
  }

  add(batches: readonly Batch[], rejects: readonly Reject[]): void {
    if (this.#judged.size === 0 && rejects.length === 0) {
      this.#settle({ batches, through: throughOf(batches), delivered: sum(batches, batchCount), rejected: NONE });
      return;
    }
    const fresh = batches.filter(({ through }) => [...through].some(([source, at]) => at > this.#judgedOf(source)));
    const unjudged = rejects.filter(({ message }) => this.#isUnjudged(message));
    const failing = unjudged.filter(({ message }) => !this.#failed.has(message));
    const delivered = sum(batches, (batch) => this.#countUnjudged(batch)) - unjudged.length;
    const rejected = new Set(rejects.map(({ message }) => message));
    const entry = { batches: fresh, through: throughOf(fresh), delivered, rejected, owed: failing.length };
    // What was judged before is written again with each new connection, however long its failures are owed.
    if (fresh.length === 0 && failing.length === 0 && delivered === 0) return;
    for (const [source, at] of entry.through) this.#judged.set(source, Math.max(at, this.#judgedOf(source)));
    this.#pending.push(entry);
    for (const reject of failing) this.#fail(reject, entry);
    this.#flush();
  }

  #fail({ message, error }: Reject, entry: Pending): void {
    const { source, id, receivedAt, payload } = message;
    const { code, message: explanation, path } = error;
    this.#failed.add(message);
    this.#exit.take({ source, sink: this.#sink, id, receivedAt, code, message: explanation, path, payload }, () => {
      entry.owed -= 1;
      this.#flush();
    });
  }

  #flush(): void {
    while (this.#pending[0]?.owed === 0) {
      const settled = this.#pending.shift();
      if (settled) this.#settle(settled);
    }
  }

  #countUnjudged(batch: Batch): number {
    const { packed } = batch;
    if (packed) return packed.count - packed.coveredBy(this.#judgedOf(packed.source));
    return batch.messages.filter((message) => this.#isUnjudged(message)).length;
  }

  #isUnjudged({ source, sequence }: Message): boolean {
    return sequence > this.#judgedOf(source);
  }

  #judgedOf(source: string): number {
    return this.#judged.get(source) ?? 0;
  }
}

function throughOf(batches: readonly Batch[]): Map<string, number> {
  const through = new Map<string, number>();
  for (const batch of batches) for (const [source, sequence] of batch.through) through.set(source, sequence);
  return through;
}

function sum(batches: readonly Batch[], count: (batch: Batch) => number): number {
  return batches.reduce((total, batch) => total + count(batch), 0);
}
