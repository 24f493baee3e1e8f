import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Message } from '../../src/messages/message.ts';
import { NO_BOUND } from './buffer-bench.ts';
import { upTo } from './events.ts';
import { receive, rejectOf, settleEvents, streamBench } from './stream-bench.ts';

/** A sink whose connection comes and goes, whose events fail now and then, and whose failures settle some time later. */
class SettlementModel {
  readonly #bench = streamBench();
  readonly #source = this.#bench.source('a');
  readonly #failures = this.#bench.failures('out');
  readonly #sink = this.#bench.sink('out', [this.#source], {
    failures: this.#failures,
    buffer: { waiting: NO_BOUND, whenFull: 'block', inFlight: { events: 7, bytes: 1e9 } },
  });
  readonly #bin = this.#bench.sink('bin', [this.#failures.stream]);
  readonly #isBad: (sequence: number) => boolean;
  /** Given to this connection and not acknowledged. */
  #given: Message[] = [];
  #reader = this.#read();
  #failuresSettled = 0;
  readonly faults: string[] = [];

  constructor(isBad: (sequence: number) => boolean) {
    this.#isBad = isBad;
    for (const sink of [this.#sink, this.#bin]) sink.open(() => {});
    let told = 0;
    this.#sink.settled$.subscribe(({ batches }) => {
      const through = batches.at(-1)?.through.get('a') ?? told;
      if (through < told) this.faults.push(`settled ${through} after ${told}`);
      told = through;
    });
  }

  receive(events: number): void {
    receive(this.#source, events, Buffer.from('x'));
  }

  acknowledge(events: number): void {
    const messages = this.#given.splice(0, events);
    const last = messages.at(-1);
    if (!last) return;
    const rejects = messages.filter(({ sequence }) => this.#isBad(sequence)).map(rejectOf);
    this.#sink.settle([{ through: upTo('a', last.sequence), messages, reason: 'turn' }], rejects);
  }

  settleFailures(count: number): void {
    this.#failuresSettled = Math.min(this.#failuresSettled + count, this.#failures.stream.received);
    settleEvents(this.#bin, 'out.failures', this.#failuresSettled);
  }

  reconnect(): void {
    this.#reader.unsubscribe();
    this.#given = [];
    this.#reader = this.#read();
  }

  finish(): void {
    this.reconnect();
    while (!this.#sink.idle) {
      this.acknowledge(100);
      this.settleFailures(100);
    }
  }

  /** What must be true at every moment. */
  check(): void {
    const settled = this.#bench.ledger.settled('a');
    const bad = Array.from({ length: settled }, (_, at) => at + 1).filter(this.#isBad).length;
    if (bad > this.#failuresSettled) this.faults.push(`${settled} are settled, ${bad} of them failed`);
    if (this.#sink.counts().inFlight.events > 7) this.faults.push('too many are in flight');
  }

  /** What must be true in the end. */
  checkEnd(): void {
    const { received } = this.#source;
    const bad = Array.from({ length: received }, (_, at) => at + 1).filter(this.#isBad).length;
    const { delivered, failed, owed } = this.#sink.counts();
    expect({ delivered, failed, owed }).toEqual({ delivered: received - bad, failed: bad, owed: 0 });
    expect([this.#failures.stream.received, this.#bench.ledger.settled('a')]).toEqual([bad, received]);
  }

  #read() {
    return this.#sink.chunks$.subscribe(({ messages }) => this.#given.push(...messages));
  }
}

type Step = (model: SettlementModel) => void;

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.integer({ min: 1, max: 12 }).map(
    (events): Step =>
      (model) =>
        model.receive(events),
  ),
  fc.integer({ min: 1, max: 4 }).map(
    (events): Step =>
      (model) =>
        model.acknowledge(events),
  ),
  fc.integer({ min: 1, max: 3 }).map(
    (count): Step =>
      (model) =>
        model.settleFailures(count),
  ),
  fc.constant<Step>((model) => model.reconnect()),
);

describe('a sink whose events fail while its connection comes and goes', () => {
  test('settles nothing before its failures, everything in order, and each failure once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 60 }), (every, steps) => {
        const model = new SettlementModel((sequence) => sequence % every === 0);
        for (const each of steps) {
          each(model);
          model.check();
        }
        model.finish();
        model.check();
        expect(model.faults).toEqual([]);
        model.checkEnd();
      }),
      { numRuns: 500 },
    );
  });
});
