import { describe, expect, test } from 'vitest';
import type { WireEvent, WireMessage, WireSnapshot } from '../../../src/inspection/wire.ts';
import { World } from '../../supervision/world.ts';
import { CONNECTION, createReconnected, createRecorded, RecordedWorld } from './recorded-world.ts';
import { messagesTo, snapshotsOf } from './wire-model.ts';

describe('causes', () => {
  function chain(told: readonly WireEvent[], last: WireMessage | WireSnapshot | undefined): string[] {
    const links: string[] = [];
    for (let event = last; event; ) {
      links.push(event.event.type);
      const { causedBy }: WireMessage | WireSnapshot = event;
      const cause = told.find(({ id }) => id === causedBy);
      event = cause?.type === '@xstate.event' ? cause : undefined;
    }
    return links;
  }

  test('lead from what a sink does back to what its socket told', async () => {
    const { recorded, store } = await createRecorded();
    await recorded.start();
    const { exchange } = { exchange: recorded.world.servers[0] };
    exchange?.send('event');
    await recorded.world.clock.advance(100);
    await store.die();
    await recorded.world.clock.advance(10);
    const { told } = recorded;
    expect(chain(told, snapshotsOf(told, 'ticks/store').at(-1))).toEqual(['outlet.down', 'outlet.down', 'socket.lost']);
  });

  test('lead from the last start of a component back to the start of everything', async () => {
    const { recorded } = await createRecorded();
    await recorded.start();
    const { told } = recorded;
    const [first] = messagesTo(told, 'ticks/store');
    expect(chain(told, first)).toEqual(['xstate.init', 'start', 'child.ready', 'child.ready']);
  });

  test('pass through actors that are not told of themselves', async () => {
    const recorded = new RecordedWorld(new World(), {
      sources: [{ name: 'feed', function: {} }],
      sinks: [{ name: 'app', function: {} }],
      functions: { app: { function: () => {} } },
    });
    const { told } = await recorded.start();
    const ready = messagesTo(told, 'ticks/app').find(({ event }) => event.type === 'child.ready');
    expect([ready?.source, ...chain(told, ready)]).toEqual([
      'outlet',
      'child.ready',
      'xstate.init',
      'start',
      'child.ready',
      'child.ready',
    ]);
  });

  test('are not made up for what a timer or a socket does by itself', async () => {
    const { told } = await createReconnected();
    const byThemselves = messagesTo(told, CONNECTION).filter(({ event }) => /^socket|^xstate.after/.test(event.type));
    expect(byThemselves.length).toBeGreaterThan(5);
    expect(byThemselves.filter(({ causedBy }) => causedBy !== undefined)).toEqual([]);
  });

  test('name who has sent an event, as its parent knows it', async () => {
    const { told } = await createReconnected();
    const lost = messagesTo(told, CONNECTION).find(({ event }) => event.type === 'socket.lost');
    expect([lost?.source, lost?.sourceId === undefined]).toEqual(['socket', false]);
  });
});
