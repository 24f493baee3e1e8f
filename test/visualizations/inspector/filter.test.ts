import { describe, expect, test } from 'vitest';
import { connectionsOf, hostOf } from '../../../visualizations/inspector/connections.ts';
import { EVERY, filtered } from '../../../visualizations/inspector/filter.ts';
import { Model } from '../../../visualizations/inspector/model.ts';
import { Roster } from '../../../visualizations/inspector/roster.ts';
import { begun, ConnectionTale, sampleOf } from './story.ts';

/** Three sources: `a` is live after a loss, `b` waits, `c` has failed. */
function three() {
  const { story, sources } = begun();
  const tale = (name: string) => new ConnectionTale(story, `ticks/${name}/connection`, sources).opens();
  const [b, a, c] = [tale('b10'), tale('b9'), tale('c')];
  a.isLost('the peer closed with 1012').dials().opens();
  story.wait(1000);
  b.isLost('connect ECONNREFUSED');
  story.wait(1000);
  c.fails('the peer answered the upgrade with 404');
  const url = 'wss://user:***@feed.example.com:8443/stream?token=***';
  story.samples([
    sampleOf('ticks/c', { connection: { state: 'failed', url, since: story.at, attempt: 1, reconnects: 0 } }),
  ]);
  const model = new Model();
  for (const event of story.events) model.apply(event);
  return model;
}

const paths = (found: { readonly connections: readonly { readonly path: string }[] }) =>
  found.connections.map(({ path }) => path);

describe('the filter', () => {
  const all = new Roster().connections(three());

  test('lets everything through when nothing is asked for', () => {
    expect(paths(filtered(all, EVERY))).toEqual(['ticks/b9', 'ticks/b10', 'ticks/c']);
  });

  test.each([
    ['a part of the path', 'B9', ['ticks/b9']],
    ['a part of the host', 'feed.example', ['ticks/c']],
    ['a part of the cause', 'refused', ['ticks/b10']],
    ['a state', 'failed', ['ticks/c']],
    ['several words, which must all occur', 'ticks 404', ['ticks/c']],
    ['words that do not occur together', 'b9 404', []],
  ])('finds %s', (_, text, found) => {
    expect(paths(filtered(all, { ...EVERY, text }))).toEqual(found);
  });

  test('lets through the chosen states', () => {
    expect(paths(filtered(all, { ...EVERY, words: new Set(['waiting', 'failed']) }))).toEqual(['ticks/b10', 'ticks/c']);
  });

  test('counts what each state would show, whichever are chosen', () => {
    const { counts } = filtered(all, { ...EVERY, text: 'ticks/b', words: new Set(['live']) });
    expect(Object.fromEntries(counts)).toEqual({ live: 1, waiting: 1 });
  });

  test('puts what has changed last first when asked to', () => {
    expect(paths(filtered(all, { ...EVERY, order: 'latest change' }))).toEqual(['ticks/c', 'ticks/b10', 'ticks/b9']);
  });

  test('puts what was reconnected most first when asked to', () => {
    expect(paths(filtered(all, { ...EVERY, order: 'reconnects' }))[0]).toBe('ticks/b9');
  });
});

test('connections are in the order of their paths, numbers by their value', () => {
  expect(new Roster().connections(three()).map(({ path }) => path)).toEqual(['ticks/b9', 'ticks/b10', 'ticks/c']);
});

test('a connection that comes later is listed in its place', () => {
  const { story, sources } = begun();
  new ConnectionTale(story, 'ticks/b/connection', sources);
  const model = new Model();
  const roster = new Roster();
  for (const event of story.events) model.apply(event);
  roster.connections(model);
  const told = story.events.length;
  new ConnectionTale(story, 'ticks/a/connection', sources);
  for (const event of story.events.slice(told)) model.apply(event);
  expect(roster.connections(model).map(({ path }) => path)).toEqual(['ticks/a', 'ticks/b']);
});

test('a connection that has not changed stays the same object', () => {
  const model = three();
  expect(connectionsOf(model)[0]).toBe(connectionsOf(model)[0]);
});

test.each([
  ['wss://feed.example.com:8443/stream?token=***', 'feed.example.com:8443'],
  ['wss://user:***@feed.example.com/', 'feed.example.com'],
  ['wss://[2001:db8::1]:9000/a@b', '[2001:db8::1]:9000'],
  ['somewhere', 'somewhere'],
])('the host of %s is %s', (url, host) => {
  expect(hostOf(url)).toBe(host);
});
