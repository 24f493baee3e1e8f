import { describe, expect, test } from 'vitest';
import { StartError } from '../../src/errors.ts';
import { formatState } from '../../src/store/state-file.ts';
import { type Server, World } from '../supervision/world.ts';
import { headersOf, restarted, type SourceOptions, taking } from './client-bench.ts';

type Cursor = NonNullable<SourceOptions['cursor']>;
const BY_HEADER: Cursor = { 'header-name': 'x-from', 'value-field': 'id' };
const PATH = '.hawser/cursors/ticks.exchange.json';

/** A process: starts, takes the events, and either stops or is killed. */
async function life(
  world: World,
  cursor: Cursor,
  events: readonly string[],
  end: 'stop' | 'kill' = 'stop',
  name = 'ticks',
) {
  const server = await world.server('upstream');
  taking(server.url, { cursor: { ...BY_HEADER, ...cursor } }, world, name);
  await world.start();
  for (const id of events) {
    server.send(JSON.stringify({ id }));
    await world.clock.advance(150);
  }
  if (end === 'stop') await world.stop();
  return server;
}

const first = (server: Server) => headersOf(server, 'x-from')[0];

describe('cursor.persist-to', () => {
  test('is the file that keeps it over a restart', async () => {
    const world = new World();
    const cursor = { 'persist-to': '/var/lib/feed.cursor' };
    await life(world, cursor, ['a', 'b']);
    expect([...world.files.texts.keys()]).toEqual(['/var/lib/feed.cursor']);
    expect(first(await life(restarted(world), cursor, []))).toBe('b');
  });

  test('left out: is a file in the state directory, named after pipeline and component', async () => {
    const world = new World();
    await life(world, {}, ['a']);
    expect([...world.files.texts.keys()]).toEqual([PATH]);
    expect(first(await life(restarted(world), {}, []))).toBe('a');
  });

  test('beside state-id is refused', () => {
    const cursor = { ...BY_HEADER, 'persist-to': 'x', 'state-id': 'y' };
    expect(() => taking('ws://upstream/', { cursor })).toThrow('is given beside persist-to');
  });
});

describe('cursor.state-id', () => {
  test('is shared by jobs of other names, one after the other', async () => {
    const world = new World();
    const cursor = { 'state-id': 'shared' };
    await life(world, cursor, ['a'], 'stop', 'one');
    expect([...world.files.texts.keys()]).toEqual(['.hawser/cursors/shared.json']);
    expect(first(await life(restarted(world), cursor, [], 'stop', 'two'))).toBe('a');
  });

  test('of two live writers: the second fails at the start, naming the file', async () => {
    const world = new World();
    const server = await world.server('upstream');
    const cursor = { ...BY_HEADER, 'state-id': 'shared' };
    taking(server.url, { cursor }, world, 'one');
    taking(server.url, { cursor }, world, 'two');
    const started = world.during(world.supervisor.start());
    await expect(started).rejects.toThrow(StartError);
    await expect(started).rejects.toThrow('two cannot start: exchange: .hawser/cursors/shared.json is in use');
  });

  test('of two components of one pipeline: is refused when it is read', () => {
    const cursor = { ...BY_HEADER, 'state-id': 'shared' };
    const sources = ['a', 'b'].map((name) => ({ name, 'web-socket': { url: 'ws://upstream/', cursor } }));
    expect(() => new World().add(sources)).toThrow(
      'sources[1].web-socket.cursor.state-id: "shared" keeps the cursor of a',
    );
  });

  test('is free again after a start that has failed', async () => {
    const world = new World();
    const connect = { mode: 'eager', 'eager-timeout': '1s' } as const;
    world.add([{ name: 'a', 'web-socket': { url: 'ws://nobody/', cursor: BY_HEADER, connect } }]);
    await expect(world.during(world.supervisor.start())).rejects.toThrow(StartError);
    expect([...world.files.locked]).toEqual([]);
  });

  test('of a writer that is added to a running one: the first goes on', async () => {
    const world = new World();
    const server = await world.server('upstream');
    const cursor = { ...BY_HEADER, 'state-id': 'shared' };
    const one = taking(server.url, { cursor }, world, 'one');
    await world.start();
    const two = taking(server.url, { cursor }, world, 'two');
    await world.clock.advance(1_000);
    expect([one.pipeline.status.state, two.pipeline.status.state]).toEqual(['running', 'failed']);
    expect(two.pipeline.status.cause).toContain('.hawser/cursors/shared.json is in use');
  });
});

describe('a cursor that is kept', () => {
  test('is at most 100 ms old when the process is killed', async () => {
    const world = new World();
    await life(world, {}, ['a', 'b', 'c'], 'kill');
    expect(first(await life(restarted(world), {}, []))).toBe('c');
  });

  test('is written by a stop without a drain too', async () => {
    const world = new World();
    const server = await world.server('upstream');
    taking(server.url, { cursor: BY_HEADER }, world);
    await world.start();
    for (const id of ['a', 'b']) {
      server.send(JSON.stringify({ id }));
      await world.clock.advance(5);
    }
    await world.stop(0);
    expect(world.files.texts.get(PATH)).toBe(formatState('cursor', 'b'));
  });

  test('wins over initial-value', async () => {
    const world = new World();
    const cursor = { 'initial-value': '0' };
    const before = await life(world, cursor, ['a']);
    expect([first(before), first(await life(restarted(world), cursor, []))]).toEqual(['0', 'a']);
  });

  test('is written once for many events', async () => {
    const world = new World();
    const server = await world.server('upstream');
    taking(server.url, { cursor: BY_HEADER }, world);
    await world.start();
    for (let id = 0; id < 50; id += 1) {
      server.send(JSON.stringify({ id }));
      await world.clock.advance(10);
    }
    await world.stop();
    expect([world.files.writes.length <= 8, world.files.writes.at(-1)]).toEqual([true, formatState('cursor', '49')]);
  });

  test.each([
    ['cut', formatState('cursor', 'a').slice(0, -9), 'is cut or garbled'],
    ['empty', '', 'is empty'],
    ['changed', formatState('cursor', 'a').replace('"a"', '"b"'), 'does not match its checksum'],
    ['of something else', '{}', 'is no cursor of hawser'],
  ])('in a file that is %s is a start error that names it, never a silent start from zero', async (_, text, fault) => {
    const world = new World();
    const server = await world.server('upstream');
    world.files.texts.set(PATH, text);
    taking(server.url, { cursor: { ...BY_HEADER, 'initial-value': '0' } }, world);
    const message = `ticks cannot start: exchange: the cursor ${PATH} ${fault}`;
    await expect(world.during(world.supervisor.start())).rejects.toThrow(message);
    expect([server.peers, world.files.texts.get(PATH)]).toEqual([[], text]);
  });

  test('on a disk that takes no writes is told at the end, and the events are still delivered', async () => {
    const world = new World();
    const server = await world.server('upstream');
    const { kept } = taking(server.url, { cursor: BY_HEADER }, world);
    await world.start();
    world.files.fault = new Error('ENOSPC: no space left on device');
    server.send('{"id":"a"}');
    await world.clock.advance(1_000);
    const { failures } = await world.stop();
    expect([kept.length, failures[0]?.cause]).toEqual([1, expect.stringContaining('ENOSPC')]);
  });
});
