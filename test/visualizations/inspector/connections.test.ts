import { describe, expect, test } from 'vitest';
import { connectionMachine } from '../../../machines/connection.ts';
import { listenerMachine } from '../../../machines/listener.ts';
import { peerMachine } from '../../../machines/peer.ts';
import type { StateValue } from '../../../src/inspection/wire.ts';
import { type Connection, connectionsOf, listedPath } from '../../../visualizations/inspector/connections.ts';
import { EVERY, filtered } from '../../../visualizations/inspector/filter.ts';
import { Model } from '../../../visualizations/inspector/model.ts';
import { begun, liveValue, type Story } from './story.ts';

function connectionsIn({ events }: Story): Connection[] {
  const model = new Model();
  for (const event of events) model.apply(event);
  return connectionsOf(model);
}

function peers() {
  const { story, foundation } = begun();
  const path = 'ticks/listener/127.0.0.1:8080';
  const listener = story.actor(path, foundation, listenerMachine, { status: 'active', tags: ['listening'] });
  const peer = (number: number, value: StateValue = 'live') =>
    story.actor(`${path}/m1-${number}`, listener, peerMachine, {
      status: 'active',
      value,
      tags: ['live'],
      context: { settings: { peer: `m1-${number}`, address: '10.4.0.17' }, farewell: { code: 1001, reason: '' } },
    });
  return { story, peer };
}

describe('an accepted peer', () => {
  test('is listed by its own name first', () => {
    const { story, peer } = peers();
    peer(7);
    expect(connectionsIn(story).map(listedPath)).toEqual(['m1-7 · ticks/listener/127.0.0.1:8080']);
  });

  test('is where its settings say', () => {
    const { story, peer } = peers();
    peer(7);
    expect(connectionsIn(story)[0]?.host).toBe('10.4.0.17');
  });

  test('that is not read is held', () => {
    const { story, peer } = peers();
    peer(1, { live: { heartbeat: 'suspended', activity: 'off', pace: 'keeping' } });
    peer(2, { live: { heartbeat: 'quiet', activity: 'off', pace: 'keeping' } });
    expect(connectionsIn(story).map(({ held }) => held)).toEqual([true, false]);
  });

  test('that has gone is listed only when its state is chosen', () => {
    const { story, peer } = peers();
    story.stop(peer(1));
    peer(2);
    const all = connectionsIn(story);
    const names = (words: readonly string[]) =>
      filtered(all, { ...EVERY, words: new Set(words) }).connections.map(({ actor }) => actor.name.slice(-4));
    expect([names([]), names(['gone'])]).toEqual([['m1-2'], ['m1-1']]);
  });
});

test('a connection that is live and not read is held, and found by that word', () => {
  const { story, sources } = begun();
  for (const [name, flow] of Object.entries({ a: 'paused', b: 'flowing' })) {
    story.actor(`ticks/${name}/connection`, sources, connectionMachine, {
      status: 'active',
      value: liveValue({ flow }),
      tags: ['live'],
    });
  }
  const { connections } = filtered(connectionsIn(story), { ...EVERY, text: 'held' });
  expect(connections.map(({ path, held }) => [path, held])).toEqual([['ticks/a', true]]);
});
