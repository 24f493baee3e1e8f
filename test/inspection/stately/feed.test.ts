import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ActorLogic, createActor, type EventObject, type Snapshot } from 'xstate';
import { UsageError } from '../../../src/errors.ts';
import { openStatelyFeed, STATELY_QUEUE } from '../../../src/inspection/stately/feed.ts';
import { Stage, startWheel, workshopMachine } from './stage.ts';

let stage: Stage;

beforeEach(() => {
  stage = new Stage();
});

afterEach(async () => {
  await stage.end();
});

describe('a relay that is away', () => {
  test('is told the newest events when it comes; the oldest are dropped, counted, and warned of once', async () => {
    const wheel = stage.keep(startWheel());
    const feed = await stage.feed(wheel);
    // Each turn is an event and a snapshot.
    for (let turn = 0; turn < STATELY_QUEUE; turn += 1) wheel.send({ type: 'turn', turn });
    expect(feed.counts.dropped).toBe(STATELY_QUEUE);
    expect(stage.warnings('the oldest of what it is to be told is dropped')).toHaveLength(1);
    await stage.openRelay();
    await stage.pass(2000);
    expect(stage.told).toHaveLength(1 + STATELY_QUEUE);
    expect(feed.counts.sent).toBe(1 + STATELY_QUEUE);
    expect(stage.told.at(-1)?.snapshot?.value).toBe(wheel.getSnapshot().value);
  });

  test('is told of all actors anew when it comes back', async () => {
    const relay = await stage.openRelay();
    const wheel = stage.keep(startWheel());
    await stage.feed(wheel);
    await relay.die();
    await stage.pass(10);
    wheel.send({ type: 'turn' });
    const again = await stage.openRelay();
    await stage.pass(2000);
    expect(again.received).not.toHaveLength(0);
    expect(stage.told[0]).toMatchObject({ type: '@xstate.actor', snapshot: { value: 'right' } });
    expect(stage.told.map(({ type }) => type)).toEqual(['@xstate.actor', '@xstate.event', '@xstate.snapshot']);
  });
});

describe('a relay that was away', () => {
  test('is told of an actor that has ended meanwhile, and of its end', async () => {
    const relay = await stage.openRelay();
    const workshop = stage.keep(createActor(workshopMachine).start());
    workshop.send({ type: 'work' });
    await stage.feed(workshop);
    const wheel = workshop.getSnapshot().children['shop/wheel'];
    await relay.die();
    await stage.pass(10);
    wheel?.send({ type: 'turn' });
    workshop.send({ type: 'rest' });
    await stage.openRelay();
    await stage.pass(2000);
    const ofWheel = stage.told.filter(({ sessionId }) => sessionId === wheel?.sessionId).map(({ type }) => type);
    expect(ofWheel).toEqual(['@xstate.actor', '@xstate.event', '@xstate.snapshot', '@xstate.snapshot']);
    expect(stage.of('@xstate.snapshot', wheel?.sessionId).at(-1)).toMatchObject({
      event: { type: 'xstate.stop' },
      snapshot: { status: 'stopped' },
    });
  });
});

describe('a relay that does not read', () => {
  /** Enough for what the memory network holds, what the socket may hold, and the queue. */
  async function flooded() {
    const relay = await stage.openRelay();
    const wheel = stage.keep(startWheel());
    const feed = await stage.feed(wheel);
    stage.world.network.freeze(relay.address);
    for (let turn = 0; turn < 8 * STATELY_QUEUE; turn += 1) wheel.send({ type: 'turn' });
    return { relay, wheel, feed };
  }

  test('holds nothing up, and the oldest events are dropped', async () => {
    const { wheel, feed } = await flooded();
    expect(wheel.getSnapshot().value).toBe('left');
    expect(feed.counts.dropped).toBeGreaterThan(0);
    const { sent, dropped } = feed.counts;
    // The announcement, and two for each turn.
    expect(1 + 16 * STATELY_QUEUE - sent - dropped).toBeLessThanOrEqual(STATELY_QUEUE);
  });

  test('is told of all actors anew once it has caught up', async () => {
    const { relay, feed } = await flooded();
    stage.world.network.thaw(relay.address);
    await stage.pass(1000);
    expect(feed.counts.sent + feed.counts.dropped).toBe(2 + 16 * STATELY_QUEUE);
    expect(stage.of('@xstate.actor')).toHaveLength(2);
    expect(stage.told.at(-1)).toMatchObject({ type: '@xstate.actor', snapshot: { value: 'left' } });
  });
});

describe('an actor', () => {
  /** Its snapshots look like those of a machine, and are none. */
  const misleading = (): ActorLogic<Snapshot<unknown>, EventObject> => {
    const snapshot: Snapshot<unknown> = Object.assign(
      { status: 'active' as const, output: undefined, error: undefined },
      { machine: { config: {} }, value: 'left', children: {} },
    );
    return { transition: () => snapshot, getInitialSnapshot: () => snapshot, getPersistedSnapshot: () => snapshot };
  };

  test('does not suffer from what cannot be told: it is counted, and warned of once', async () => {
    await stage.openRelay();
    const actor = stage.keep(createActor(misleading()).start());
    const feed = await stage.feed(actor);
    actor.send({ type: 'one' });
    actor.send({ type: 'two' });
    await stage.pass(10);
    expect(actor.getSnapshot().status).toBe('active');
    // Its announcement and two snapshots.
    expect(feed.counts.faults).toBe(3);
    expect(stage.of('@xstate.event').map(({ event }) => event?.type)).toEqual(['one', 'two']);
    expect(stage.warnings('cannot be told all that happens')).toHaveLength(1);
  });
});

describe('a relay on another machine', () => {
  test('is refused over ws://, and not dialled', async () => {
    const feed = openStatelyFeed({ url: 'ws://relay.example:8080', environment: stage.world.environment });
    await expect(feed).rejects.toBeInstanceOf(UsageError);
    expect(stage.world.clock.pending).toBe(0);
  });
});

describe('close', () => {
  test('ends it: nothing more is told, and no timer and no socket is left', async () => {
    await stage.openRelay();
    const wheel = stage.keep(startWheel());
    const feed = await stage.feed(wheel);
    await stage.world.during(feed.close());
    wheel.send({ type: 'turn' });
    await stage.pass(1000);
    expect(stage.told).toHaveLength(1);
    expect(await stage.world.leftovers()).toEqual({ timers: 0, sockets: 0 });
  });

  test('watches no longer, so nothing is kept and nothing dropped', async () => {
    const wheel = stage.keep(startWheel());
    const feed = await stage.feed(wheel);
    await stage.world.during(feed.close());
    for (let turn = 0; turn < STATELY_QUEUE; turn += 1) wheel.send({ type: 'turn' });
    expect(feed.counts).toEqual({ sent: 0, dropped: 0, faults: 0 });
  });

  test('leaves an actor that is attached afterwards alone', async () => {
    const feed = await stage.feed();
    await stage.world.during(feed.close());
    const wheel = stage.keep(startWheel());
    feed.attach(wheel);
    for (let turn = 0; turn < STATELY_QUEUE; turn += 1) wheel.send({ type: 'turn' });
    expect(feed.counts).toEqual({ sent: 0, dropped: 0, faults: 0 });
  });
});
