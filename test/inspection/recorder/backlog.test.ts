import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AnyActorRef } from 'xstate';
import type { Sample } from '../../../src/inspection/wire.ts';
import { mapMessages } from '../../../src/streams/transforms.ts';
import { World, webSocketSource } from '../../supervision/world.ts';
import { CONNECTION, createReconnected, createRecorded, RecordedWorld } from './recorded-world.ts';
import { messagesTo, snapshotsOf, WireModel } from './wire-model.ts';

/** By session id, so that the order in which they were told does not matter. */
function stateOf(model: WireModel) {
  return { actors: Object.fromEntries(model.actors), samples: Object.fromEntries(model.samples) };
}

describe('the backlog', () => {
  test('is all that was told, as long as its bound is not reached', async () => {
    const { told, recorder } = await createReconnected();
    expect(recorder.backlog()).toEqual(told);
  });

  test('keeps no more of the last events than its bound says, and counts the others', async () => {
    const { recorded } = await createRecorded(10);
    await recorded.start();
    const told = recorded.told.filter(({ type }) => type !== '@xstate.actor');
    const messages = recorded.recorder.backlog().filter(({ type }) => type === '@xstate.event');
    expect(messages).toEqual(told.slice(-10).filter(({ type }) => type === '@xstate.event'));
    expect(recorded.recorder.counts.forgotten).toBe(told.length - 10);
  });

  test('gives the present state all the same', async () => {
    const { recorded } = await createRecorded(1);
    await recorded.start();
    expect(stateOf(new WireModel(recorded.recorder.backlog()))).toEqual(stateOf(recorded.model));
  });

  test('tells of the definition of each machine with the first one that runs it', async () => {
    const { recorded } = await createRecorded(1);
    await recorded.start();
    const actors = recorded.recorder.backlog().flatMap((event) => (event.type === '@xstate.actor' ? [event] : []));
    const defined = actors.filter(({ definition }) => definition !== undefined).map(({ machine }) => machine);
    expect(defined).toEqual(['supervisor', 'pipeline', 'delivery', 'connection']);
  });

  test('has the last loss of a quiet connection, whatever chatty ones have told since', async () => {
    const { recorded, exchange } = await createRecorded(5);
    await recorded.start();
    await exchange.die();
    await recorded.world.clock.advance(10);
    await exchange.open();
    // Some 120 pings.
    await recorded.world.clock.advance(3_600_000);
    const lost = snapshotsOf(recorded.recorder.backlog(), CONNECTION).find(({ cause }) => cause !== undefined);
    expect(lost?.cause).toBe('the connection ended without a close frame (1006)');
    expect(recorded.told.length).toBeGreaterThan(700);
  });

  test('keeps at most 50 snapshots of an actor beside the last events', async () => {
    const { recorded } = await createRecorded(1);
    await recorded.start();
    await recorded.world.clock.advance(7_200_000);
    const kept = snapshotsOf(recorded.recorder.backlog(), CONNECTION);
    expect([kept.length <= 50, snapshotsOf(recorded.told, CONNECTION).length > 600]).toEqual([true, true]);
  });

  test('does not grow with actors that have gone', async () => {
    const world = new World();
    const recorded = new RecordedWorld(world, {
      sources: [{ name: 'in', 'web-socket': { mode: 'server-input', server: { bind: '127.0.0.1:80' } } }],
      backlog: 50,
    });
    await recorded.start();
    for (let round = 0; round < 60; round += 1) {
      const socket = world.network.dial(
        { url: 'ws://127.0.0.1:80/', headers: {}, subprotocols: [], maxPayload: 1e6 },
        { connected() {}, open() {}, frames() {}, pong() {}, drained() {}, lost() {} },
      );
      await world.clock.advance(10);
      socket.terminate();
      await world.clock.advance(10);
    }
    const backlog = recorded.recorder.backlog();
    const peers = (events: typeof backlog) =>
      events.filter((event) => event.type === '@xstate.actor' && event.machine === 'peer').length;
    expect(peers(recorded.told)).toBe(60);
    expect(peers(backlog)).toBeLessThan(20);
    expect(stateOf(new WireModel(backlog))).toEqual(stateOf(recorded.model));
  });

  test('tells of those that have gone as long as something is kept of what they did', async () => {
    const { recorded } = await createRecorded();
    await recorded.start();
    await recorded.stop();
    const backlog = recorded.recorder.backlog();
    expect(messagesTo(backlog, CONNECTION).length).toBeGreaterThan(3);
    expect(new WireModel(backlog).paths).toEqual([]);
  });
});

type Step = 'die' | 'open' | 'send' | 'crash' | 'blip' | 'pause' | 'wait' | 'sample' | 'end';

const STEPS: readonly Step[] = ['die', 'open', 'send', 'crash', 'blip', 'pause', 'wait', 'sample', 'end'];

/** A small world in which anything may happen. */
class Chaos {
  readonly world = new World();
  readonly recorded: RecordedWorld;
  #crashes = 0;
  #isOpen = true;
  #samples = 0;

  constructor(backlog: number) {
    this.recorded = new RecordedWorld(this.world, {
      sources: [webSocketSource('ws://exchange/')],
      sinks: [{ name: 'app', function: {} }],
      functions: {
        app: {
          transform: mapMessages((message) => {
            if (message.text !== 'crash') return message.text;
            this.#crashes += 1;
            if (this.#crashes % 2 === 1) throw new Error('crash');
            return message.text;
          }),
          function: () => {},
        },
      },
      backlog,
    });
  }

  async take(step: Step): Promise<void> {
    const server = this.world.servers[0] ?? (await this.world.server('exchange'));
    const ms = { wait: 7_000, pause: 100_000 };
    if (step === 'die') await server.die();
    if (step === 'die') this.#isOpen = false;
    if (step === 'open' && !this.#isOpen) await server.open();
    if (step === 'open') this.#isOpen = true;
    if (step === 'blip') this.world.network.cut(server.address);
    if ((step === 'send' || step === 'crash') && this.world.connections > 0) server.send(step);
    if (step === 'end') this.#endSources();
    if (step === 'sample') this.recorded.recorder.sample([this.#sample()]);
    await this.world.clock.advance(step === 'wait' || step === 'pause' ? ms[step] : 300);
  }

  /** Behind everybody's back. */
  #endSources(): void {
    const sources = this.recorded.root.getSnapshot().children.ticks?.getSnapshot().children.sources;
    if (sources?.getSnapshot().status === 'active') sources.send({ type: 'stop' });
  }

  #sample(): Sample {
    this.#samples += 1;
    const none = { inFlight: 0, failed: 0, restarts: 0 };
    return { component: 'ticks/app', role: 'sink', kind: 'function', state: 'flowing', events: this.#samples, ...none };
  }
}

type Values = Record<string, unknown>;

function valuesOf(model: WireModel): Values {
  return Object.fromEntries(
    [...model.actors].map(([session, { snapshot }]) => [session, [snapshot.status, snapshot.value]]),
  );
}

/** The states of an actor that runs, and of all below it that are told of. */
function valuesIn(actor: AnyActorRef): Values {
  const { status, value, children = {} } = actor.getSnapshot();
  const below = status === 'active' ? Object.values<AnyActorRef>(children).map(valuesIn) : [];
  const isTold = value !== undefined || actor.id.includes('/');
  return Object.assign(isTold ? { [actor.sessionId]: [status, value] } : {}, ...below);
}

describe('whatever happens', () => {
  test('all events give the state that everything is in, at any time, and the backlog gives the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...STEPS), { maxLength: 12 }),
        fc.integer({ min: 1, max: 40 }),
        async (steps, bound) => {
          const chaos = new Chaos(bound);
          const { recorded } = chaos;
          await chaos.take('open');
          await recorded.start();
          for (const step of steps) {
            await chaos.take(step);
            expect(stateOf(new WireModel(recorded.recorder.backlog()))).toEqual(stateOf(recorded.model));
            expect(valuesOf(recorded.model)).toEqual(valuesIn(recorded.root));
          }
          await recorded.stop();
          expect(new WireModel(recorded.recorder.backlog()).paths).toEqual([]);
          expect([recorded.model.paths, recorded.recorder.counts.faults]).toEqual([[], 0]);
        },
      ),
      { numRuns: 40 },
    );
  });
});
