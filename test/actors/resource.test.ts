import { afterEach, describe, expect, test, vi } from 'vitest';
import { type AnyActorLogic, createActor, fromCallback, setup } from 'xstate';
import { type ResourceScope, resource } from '../../src/actors/resource.ts';

/** Stops what a test leaves running on purpose. */
const leftovers: (() => void)[] = [];

afterEach(() => {
  for (const stop of leftovers.splice(0)) stop();
});

/** A parent that writes down what it hears of its one child. */
function createParent(logic: AnyActorLogic) {
  const heard: string[] = [];
  const errors: unknown[] = [];
  const parent = setup({ actors: { child: logic } }).createMachine({
    initial: 'up',
    states: {
      up: {
        invoke: {
          src: 'child',
          id: 'child',
          onError: { actions: ({ event }) => errors.push(event.error) },
        },
      },
      down: {},
    },
    on: { 'heard.*': { actions: ({ event }) => heard.push(event.type) }, leave: '.down' },
  });
  const actor = createActor(parent);
  actor.subscribe({ error: (error) => errors.push(error) });
  actor.start();
  const { child } = actor.getSnapshot().children;
  return { heard, errors, leave: () => actor.send({ type: 'leave' }), send: (type: string) => child?.send({ type }) };
}

/** The same with a resource as the child; `log` has its disposers in the order of their running. */
function createWorld(run: (scope: ResourceScope<{ type: string }>) => void = () => {}) {
  const log: string[] = [];
  const scopes: ResourceScope<{ type: string }>[] = [];
  const parent = createParent(
    resource<{ type: string }>((scope) => {
      scopes.push(scope);
      scope.onEnd(() => log.push('first'));
      scope.onEnd(() => log.push('second'));
      scope.receive(({ type }) => {
        if (type === 'crash') throw new Error('receiver crashed');
      });
      run(scope);
    }),
  );
  const [scope] = scopes;
  if (!scope) throw new Error('the resource was not started');
  return { ...parent, log, scope };
}

describe('a bare callback actor whose receiver throws', () => {
  function createBare() {
    const log: string[] = [];
    let say: () => void = () => {};
    const parent = createParent(
      fromCallback(({ sendBack, receive }) => {
        say = () => sendBack({ type: 'heard.late' });
        receive(() => {
          throw new Error('receiver crashed');
        });
        return () => log.push('disposed');
      }),
    );
    return { ...parent, log, say: () => say() };
  }

  test('never runs its disposer, also when its parent leaves', () => {
    const { send, leave, log } = createBare();
    send('anything');
    leave();
    expect(log).toEqual([]);
  });

  test('goes on sending to its parent', () => {
    const { send, say, heard } = createBare();
    send('anything');
    say();
    expect(heard).toEqual(['heard.late']);
  });
});

describe('a resource', () => {
  test('runs its disposers when it is stopped, last registered first', () => {
    const { leave, log } = createWorld();
    leave();
    expect(log).toEqual(['second', 'first']);
  });

  test('runs its disposers when its receiver throws', () => {
    const { send, log } = createWorld();
    send('crash');
    expect(log).toEqual(['second', 'first']);
  });

  test('runs its disposers once, whatever comes after', () => {
    const { send, leave, log, scope } = createWorld();
    send('crash');
    scope.crash(new Error('again'));
    leave();
    expect(log).toEqual(['second', 'first']);
  });

  test('runs its disposers when it throws while it starts', () => {
    const log: string[] = [];
    const { errors } = createParent(
      resource(({ onEnd }) => {
        onEnd(() => log.push('disposed'));
        throw new Error('no room');
      }),
    );
    expect([log, errors]).toEqual([['disposed'], [new Error('no room')]]);
  });

  test('disposes at once what is registered after its end', () => {
    const { leave, log, scope } = createWorld();
    leave();
    log.length = 0;
    scope.onEnd(() => log.push('late'));
    expect(log).toEqual(['late']);
  });

  test('tells its parent when its receiver throws', () => {
    const { send, errors } = createWorld();
    send('crash');
    expect(errors).toEqual([new Error('receiver crashed')]);
  });

  test('tells its parent what it sends', () => {
    const { heard, scope } = createWorld();
    scope.sendBack({ type: 'heard.this' });
    expect(heard).toEqual(['heard.this']);
  });

  test.each([
    ['was stopped', ({ leave }: ReturnType<typeof createWorld>) => leave()],
    ['has crashed', ({ send }: ReturnType<typeof createWorld>) => send('crash')],
    ['crashed itself', ({ scope }: ReturnType<typeof createWorld>) => scope.crash(new Error('own'))],
  ])('that %s sends nothing more', (_how, end) => {
    const world = createWorld();
    end(world);
    world.scope.sendBack({ type: 'heard.late' });
    expect(world.heard).toEqual([]);
  });

  test('receives nothing once it has crashed', () => {
    const received: string[] = [];
    const { send } = createWorld(({ receive, crash }) => {
      receive(({ type }) => {
        received.push(type);
        crash(new Error('own'));
      });
    });
    send('one');
    send('two');
    expect(received).toEqual(['one']);
  });
});

describe('a guarded handler', () => {
  test('runs with its arguments', () => {
    const { scope } = createWorld();
    const seen: unknown[] = [];
    scope.guard((left: number, right: string) => seen.push(left, right))(1, 'two');
    expect(seen).toEqual([1, 'two']);
  });

  test('that throws crashes the actor, not its caller', async () => {
    const { scope, errors, log } = createWorld();
    const handler = scope.guard(() => {
      throw new Error('handler crashed');
    });
    expect(handler).not.toThrow();
    await Promise.resolve();
    expect([errors, log]).toEqual([[new Error('handler crashed')], ['second', 'first']]);
  });

  test('that throws disposes at once, and its parent hears of it when the caller is done', async () => {
    const { scope, errors, log } = createWorld();
    scope.guard(() => {
      throw new Error('handler crashed');
    })();
    expect([errors, log]).toEqual([[], ['second', 'first']]);
    await Promise.resolve();
    expect(errors).toHaveLength(1);
  });

  test('that throws just before the resource is stopped is heard of by nobody', async () => {
    const warn = vi.spyOn(console, 'warn');
    const { scope, errors, leave } = createWorld();
    scope.crash(new Error('own'));
    leave();
    await Promise.resolve();
    expect([errors, warn.mock.calls]).toEqual([[], []]);
    warn.mockRestore();
  });

  test('that throws while the resource starts crashes it', async () => {
    const { errors, log } = createWorld(({ guard }) =>
      guard(() => {
        throw new Error('handler crashed');
      })(),
    );
    await Promise.resolve();
    expect([errors, log]).toEqual([[new Error('handler crashed')], ['second', 'first']]);
  });

  test('does not run after the end', () => {
    const { scope, leave } = createWorld();
    const seen: number[] = [];
    const handler = scope.guard(() => seen.push(1));
    leave();
    handler();
    expect(seen).toEqual([]);
  });

  test('has disposed everything before the parent hears of its crash', async () => {
    const order: string[] = [];
    const parent = createParent(
      resource(({ guard, onEnd, sendBack }) => {
        onEnd(() => {
          order.push('disposed');
          sendBack({ type: 'heard.farewell' });
        });
        guard(() => {
          throw new Error('crashed');
        })();
      }),
    );
    await Promise.resolve();
    expect([order, parent.heard, parent.errors]).toEqual([['disposed'], [], [new Error('crashed')]]);
  });
});
