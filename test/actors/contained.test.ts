import { afterEach, describe, expect, test } from 'vitest';
import { type AnyStateMachine, createActor, fromCallback, setup } from 'xstate';
import { contained } from '../../src/actors/contained.ts';
import { createStepClock } from '../../src/testing/step-clock.ts';

/** Stops what a test leaves running on purpose. */
const leftovers: (() => void)[] = [];

afterEach(() => {
  for (const stop of leftovers.splice(0)) stop();
});

const bare = (machine: AnyStateMachine) => machine;

/** A machine with an invoked and a spawned child, each with a timer; on `crash` an action of it throws. */
function createWorld(wrap: (machine: AnyStateMachine) => AnyStateMachine) {
  const clock = createStepClock();
  const running = new Set<string>();

  const ticking = (name: string) =>
    fromCallback(() => {
      let timer: unknown;
      const tick = () => {
        timer = clock.setTimeout(tick, 100);
      };
      const dispose = () => {
        running.delete(name);
        clock.clearTimeout(timer);
      };
      running.add(name);
      tick();
      leftovers.push(dispose);
      return dispose;
    });

  const world = setup({
    actors: { invoked: ticking('invoked'), spawned: ticking('spawned') },
    actions: {
      crash: () => {
        throw new Error('crashed');
      },
    },
  });
  const machine = world.createMachine({
    invoke: { src: 'invoked', id: 'invoked' },
    entry: world.spawnChild('spawned', { id: 'spawned' }),
    after: { 60000: { actions: () => {} } },
    on: { crash: { actions: 'crash' } },
  });
  const errors: unknown[] = [];
  const actor = createActor(wrap(machine), { clock });
  actor.subscribe({ error: (error) => errors.push(error) });
  actor.start();
  return { clock, running, actor, errors, children: () => [...running].sort() };
}

describe('a bare machine whose action throws', () => {
  test('leaves its children running', () => {
    const { actor, children } = createWorld(bare);
    actor.send({ type: 'crash' });
    expect(children()).toEqual(['invoked', 'spawned']);
  });

  test('leaves them running although it is stopped afterwards', () => {
    const { actor, children } = createWorld(bare);
    actor.send({ type: 'crash' });
    actor.stop();
    expect(children()).toEqual(['invoked', 'spawned']);
  });
});

describe('a contained machine whose action throws', () => {
  test('takes its children with it', () => {
    const { actor, children } = createWorld(contained);
    actor.send({ type: 'crash' });
    expect(children()).toEqual([]);
  });

  test('leaves no timer', () => {
    const { actor, clock } = createWorld(contained);
    actor.send({ type: 'crash' });
    expect(clock.pending).toBe(0);
  });

  test('passes the error on, once', () => {
    const { actor, errors } = createWorld(contained);
    actor.send({ type: 'crash' });
    expect(errors).toEqual([new Error('crashed')]);
  });

  test('as a child tells its parent', () => {
    const heard: unknown[] = [];
    const child = setup({
      actions: {
        crash: () => {
          throw new Error('crashed');
        },
      },
    }).createMachine({ on: { crash: { actions: 'crash' } } });
    const parent = setup({ actors: { child: contained(child) } }).createMachine({
      invoke: { src: 'child', id: 'child', onError: { actions: ({ event }) => heard.push(event.error) } },
    });
    const actor = createActor(parent).start();
    actor.getSnapshot().children.child?.send({ type: 'crash' });
    expect(heard).toEqual([new Error('crashed')]);
  });
});

describe('a machine whose action throws while it starts', () => {
  function createStart(wrap: (machine: AnyStateMachine) => AnyStateMachine) {
    const running: string[] = [];
    const errors: unknown[] = [];
    const machine = setup({
      actors: {
        child: fromCallback(() => {
          running.push('child');
          return () => running.pop();
        }),
      },
      actions: {
        crash: () => {
          throw new Error('crashed');
        },
      },
    }).createMachine({ invoke: { src: 'child' }, entry: 'crash' });
    const actor = createActor(wrap(machine));
    actor.subscribe({ error: (error) => errors.push(error) });
    actor.start();
    return { running, errors };
  }

  test('leaves its children running when it is bare', () => {
    expect(createStart(bare).running).toEqual(['child']);
  });

  test('takes its children with it when it is contained', () => {
    expect(createStart(contained)).toEqual({ running: [], errors: [new Error('crashed')] });
  });
});

describe('a contained machine', () => {
  const counter = setup({ types: { input: {} as { from: number }, context: {} as { count: number } } }).createMachine({
    context: ({ input }) => ({ count: input.from }),
    on: { next: '.second' },
    initial: 'first',
    states: { first: {}, second: {} },
  });

  test('tells its observer each state, the first included', () => {
    const seen: unknown[] = [];
    const machine = contained(counter, { observe: ({ value }) => seen.push(value) });
    const actor = createActor(machine, { input: { from: 1 } }).start();
    actor.send({ type: 'next' });
    expect(seen).toEqual(['first', 'second']);
  });

  test('takes the input that was given ahead', () => {
    const machine = contained(counter, { input: { from: 7 } });
    expect(createActor(machine, { input: { from: 1 } }).getSnapshot().context).toEqual({ count: 7 });
  });

  test('leaves the machine that it wraps as it was', () => {
    const { transition } = counter;
    contained(counter);
    expect(counter.transition).toBe(transition);
  });

  test('that is stopped stops its children', () => {
    const { actor, children, clock } = createWorld(contained);
    actor.stop();
    expect([children(), clock.pending]).toEqual([[], 0]);
  });
});
