import { describe, expect, test } from 'vitest';
import { listenerMachine } from '../../../machines/listener.ts';
import { peerMachine } from '../../../machines/peer.ts';
import { supervisorMachine } from '../../../machines/supervisor.ts';
import { Model } from '../../../visualizations/inspector/model.ts';
import { ancestorsOf, LARGE_GROUP, labelOf, rowsOf, treeOf } from '../../../visualizations/inspector/tree.ts';
import { begun, ConnectionTale, type Story, sinkOf } from './story.ts';

function modelOf({ events }: Story): Model {
  const model = new Model();
  for (const event of events) model.apply(event);
  return model;
}

function labels(model: Model, expansion: ReadonlyMap<string, boolean> = new Map()): string[] {
  return rowsOf(treeOf(model), expansion).map(({ key, level }) => {
    const actor = model.actors.get(key);
    const parent = actor?.parent === undefined ? undefined : model.actors.get(actor.parent);
    return `${'  '.repeat(level - 1)}${actor ? labelOf(actor, parent) : ''}`;
  });
}

function sourcesOf(count: number): Model {
  const { story, sources } = begun();
  for (let number = 0; number < count; number += 1) {
    new ConnectionTale(story, `ticks/s${number}/connection`, sources);
  }
  return modelOf(story);
}

describe('the tree', () => {
  test('says of each actor only what its parents do not say', () => {
    const { story, sources, sinks, foundation } = begun();
    new ConnectionTale(story, 'ticks/exchange/connection', sources);
    sinkOf(story, 'ticks/warehouse', sinks);
    const listener = story.actor('ticks/listener/0.0.0.0:80', foundation, listenerMachine, { status: 'active' });
    const shard = story.actor('shard-1', listener, supervisorMachine, { status: 'active' });
    story.actor('ticks/listener/0.0.0.0:80/1-7', shard, peerMachine, { status: 'active' });
    expect(labels(modelOf(story))).toEqual([
      'hawser',
      '  ticks',
      '    foundation',
      '      listener/0.0.0.0:80',
      '        shard-1',
      '          1-7',
      '    sinks',
      '      warehouse',
      '        outlet',
      '    sources',
      '      exchange',
    ]);
  });

  test('says the place among its siblings and how many there are', () => {
    const rows = rowsOf(treeOf(sourcesOf(3)), new Map());
    expect(rows.slice(-3).map(({ level, place, size }) => ({ level, place, size }))).toEqual([
      { level: 4, place: 1, size: 3 },
      { level: 4, place: 2, size: 3 },
      { level: 4, place: 3, size: 3 },
    ]);
  });

  test('closes a large group', () => {
    expect(labels(sourcesOf(LARGE_GROUP + 1))).toHaveLength(5);
  });

  test('opens a large group when asked to', () => {
    const opened = new Map([['hawser ticks sources', true]]);
    expect(labels(sourcesOf(LARGE_GROUP + 1), opened)).toHaveLength(5 + LARGE_GROUP + 1);
  });

  test('closes a small group when asked to', () => {
    expect(labels(sourcesOf(3), new Map([['hawser ticks', false]]))).toEqual(['hawser', '  ticks']);
  });

  test('knows what must be open for an actor to be seen', () => {
    const above = ancestorsOf('hawser ticks sources ticks/s0/connection', sourcesOf(1));
    expect(above).toEqual(['hawser ticks sources', 'hawser ticks', 'hawser']);
  });

  test('shows no peers that have gone', () => {
    const { story, foundation } = begun();
    const peer = story.actor('ticks/listener/0.0.0.0:80/1-7', foundation, peerMachine, { status: 'active' });
    story.stop(peer);
    expect(labels(modelOf(story))).toHaveLength(5);
  });
});
