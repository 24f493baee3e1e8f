import { describe, expect, test } from 'vitest';
import { createActor, fromCallback, fromPromise } from 'xstate';
import { type DeliveryEvent, type DeliveryOutput, deliveryMachine } from '../../machines/delivery.ts';
import { createStepClock } from '../../src/testing/step-clock.ts';
import { TransitionCoverage } from './transition-coverage.ts';

const coverage = new TransitionCoverage(deliveryMachine);

const UP = { type: 'outlet.up' } as const;
const DOWN = { type: 'outlet.down' } as const;
const BLOCKED = { type: 'outlet.blocked' } as const;
const UNBLOCKED = { type: 'outlet.unblocked' } as const;
const REJECTED = { type: 'outlet.rejected' } as const;
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
  const passed: unknown[] = [];
  const actor = createActor(machine, {
    clock,
    inspect: (event) => {
      coverage.inspect(event);
      if (event.type === '@xstate.microstep' && 'value' in event.snapshot && event.snapshot.value !== passed.at(-1)) {
        passed.push(event.snapshot.value);
      }
    },
  });
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
    get tags() {
      return [...actor.getSnapshot().tags];
    },
    get givenUp() {
      return actor.getSnapshot().context.givenUp;
    },
    /** The states that were come through, transient ones too, without repeats. */
    get passed() {
      return passed;
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

describe('a delivery whose outlet has no room', () => {
  test('is blocked, and flows again when there is some', () => {
    const bench = createBench();
    bench.send(UP, BLOCKED);
    expect([bench.state, bench.tags]).toEqual(['blocked', ['blocked']]);
    bench.send(UNBLOCKED);
    expect(bench.state).toBe('flowing');
  });

  test('keeps its intake, so that what comes waits in the buffer', () => {
    const bench = createBench();
    bench.send(UP, BLOCKED);
    expect(bench.running).toEqual(['intake', 'outlet']);
  });

  test('recovers when the outlet is lost, and is not blocked any more when it is up again', () => {
    const bench = createBench();
    bench.send(UP, BLOCKED, DOWN);
    expect(bench.state).toBe('recovering');
    bench.send(UP);
    expect(bench.state).toBe('flowing');
  });

  test.each([
    ['idle', []],
    ['recovering', [UP, DOWN]],
  ] as const)('stays %s while it is not up', (state, before) => {
    const bench = createBench();
    bench.send(...before, BLOCKED);
    expect(bench.state).toBe(state);
  });
});

describe('a delivery whose first event is given up', () => {
  test.each([
    ['flowing', [UP]],
    ['blocked', [UP, BLOCKED]],
  ] as const)('while %s goes on with the rest', (state, before) => {
    const bench = createBench();
    bench.send(...before, REJECTED);
    expect(bench.passed.slice(-3)).toEqual([state, 'rejected', 'flowing']);
  });

  test('counts how often', () => {
    const bench = createBench();
    bench.send(UP, REJECTED, BLOCKED, REJECTED);
    expect(bench.givenUp).toBe(2);
  });
});

describe('a delivery that is stopped', () => {
  test.each([
    ['idle', []],
    ['flowing', [UP]],
    ['blocked', [UP, BLOCKED]],
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
    bench.send(UP, STOP, DOWN, UP, BLOCKED, REJECTED, UNBLOCKED, DOWN);
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
    ['blocked', [UP, BLOCKED]],
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
