import { describe, expect, test } from 'vitest';
import { createActor, fromCallback, fromPromise } from 'xstate';
import { type DeliveryEvent, type DeliveryOutput, deliveryMachine } from '../../machines/delivery.ts';
import { createStepClock } from '../../src/testing/step-clock.ts';
import { TransitionCoverage } from './transition-coverage.ts';

const coverage = new TransitionCoverage(deliveryMachine);

const UP = { type: 'outlet.up' } as const;
const DOWN = { type: 'outlet.down' } as const;
const DRAINED = { type: 'drained' } as const;
const STOP = { type: 'stop' } as const;
const ENDED = { type: 'child.ended', id: 'outlet', outcome: 'ended', cause: null } as const;
const FAILED = { type: 'child.ended', id: 'outlet', outcome: 'failed', cause: 'disk full' } as const;

/** `finish` ends an outlet that is a machine: its actor is done. */
function createBench({ final = false }: { final?: boolean } = {}) {
  const clock = createStepClock();
  const running: string[] = [];
  const calls: string[] = [];
  let finish: (output: DeliveryOutput) => void = () => {};
  const double = (name: string) =>
    fromCallback(({ receive }) => {
      running.push(name);
      receive(({ type }) => calls.push(`${name}: ${type}`));
      return () => running.splice(running.indexOf(name), 1);
    });
  const machine = deliveryMachine.provide({
    actors: {
      intake: double('intake'),
      drain: double('drain'),
      outlet: final
        ? fromPromise(
            () =>
              new Promise<DeliveryOutput>((resolve) => {
                finish = resolve;
              }),
          )
        : double('outlet'),
    },
    actions: {
      announceReady: () => calls.push('announceReady'),
      closeIntake: () => calls.push('closeIntake'),
    },
  });
  const actor = createActor(machine, { clock, inspect: coverage.inspect });
  actor.start();
  return {
    clock,
    running,
    calls,
    send: (...events: DeliveryEvent[]) => {
      for (const event of events) actor.send(event);
    },
    finish: async (output: DeliveryOutput) => {
      finish(output);
      await clock.settle();
    },
    get state() {
      return actor.getSnapshot().value;
    },
    get output() {
      return actor.getSnapshot().output;
    },
  };
}

describe('a delivery', () => {
  test('takes in from the start, before its outlet is up', () => {
    const bench = createBench();
    expect([bench.state, bench.running]).toEqual(['idle', ['intake', 'outlet']]);
  });

  test('is ready when its outlet is', () => {
    const bench = createBench();
    bench.send({ type: 'child.ready', id: 'outlet' });
    expect([bench.calls, bench.state]).toEqual([['announceReady'], 'idle']);
  });

  test('flows while its outlet is up', () => {
    const bench = createBench();
    bench.send(UP);
    expect(bench.state).toBe('flowing');
  });

  test('recovers when its outlet is down, and flows again', () => {
    const bench = createBench();
    bench.send(UP, DOWN);
    expect(bench.state).toBe('recovering');
    bench.send(UP);
    expect(bench.state).toBe('flowing');
  });

  test('keeps its intake while it recovers', () => {
    const bench = createBench();
    bench.send(UP, DOWN);
    expect(bench.running).toEqual(['intake', 'outlet']);
  });

  test('of an outlet that was never up stays idle when a dial fails', () => {
    const bench = createBench();
    bench.send(DOWN);
    expect(bench.state).toBe('idle');
  });
});

describe('a delivery that is stopped', () => {
  test.each([
    ['idle', []],
    ['flowing', [UP]],
    ['recovering', [UP, DOWN]],
  ] as const)('while %s closes its intake and drains', (_state, before) => {
    const bench = createBench();
    bench.send(...before, STOP);
    expect([bench.state, bench.calls, bench.running]).toEqual([
      'draining',
      ['closeIntake'],
      ['intake', 'outlet', 'drain'],
    ]);
  });

  test('drains however long it takes, and whatever its outlet does', async () => {
    const bench = createBench();
    bench.send(UP, STOP, DOWN, UP, DOWN);
    await bench.clock.advance(1e9);
    expect(bench.state).toBe('draining');
  });

  test('does not begin anew when it is asked twice', () => {
    const bench = createBench();
    bench.send(STOP, STOP);
    expect([bench.state, bench.calls]).toEqual(['draining', ['closeIntake']]);
  });

  test('ends its outlet once everything is settled', () => {
    const bench = createBench();
    bench.send(STOP, DRAINED);
    expect([bench.state, bench.calls, bench.running]).toEqual([
      'closing',
      ['closeIntake', 'outlet: stop'],
      ['intake', 'outlet'],
    ]);
  });

  test('asks its outlet to end once', () => {
    const bench = createBench();
    bench.send(STOP, DRAINED, STOP);
    expect(bench.calls).toEqual(['closeIntake', 'outlet: stop']);
  });

  test('has ended once its outlet reports that it has', () => {
    const bench = createBench();
    bench.send(STOP, DRAINED, ENDED);
    expect([bench.output, bench.running]).toEqual([{ outcome: 'ended', cause: null }, []]);
  });

  test('has ended once its outlet is done', async () => {
    const bench = createBench({ final: true });
    bench.send(STOP, DRAINED);
    await bench.finish({ outcome: 'ended', cause: null });
    expect([bench.state, bench.output, bench.running]).toEqual(['closed', { outcome: 'ended', cause: null }, []]);
  });
});

describe('a delivery whose outlet ends for good', () => {
  test.each([
    ['idle', []],
    ['flowing', [UP]],
    ['recovering', [UP, DOWN]],
    ['draining', [STOP]],
  ] as const)('while %s fails with its cause and leaves nothing', (_state, before) => {
    const bench = createBench();
    bench.send(...before, FAILED);
    expect([bench.state, bench.output, bench.running]).toEqual([
      'failed',
      { outcome: 'failed', cause: 'disk full' },
      [],
    ]);
  });

  test('fails with the cause that the output of a machine holds', async () => {
    const bench = createBench({ final: true });
    await bench.finish({ outcome: 'failed', cause: 'refused' });
    expect(bench.output).toEqual({ outcome: 'failed', cause: 'refused' });
  });
});

describe('the tests of the delivery machine', () => {
  test('take each of its transitions', () => {
    expect(coverage.missed).toEqual([]);
  });
});
