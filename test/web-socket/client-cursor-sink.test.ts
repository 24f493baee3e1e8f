// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { describe, expect, test } from 'vitest';
import { World } from '../supervision/world.ts';
import { drop, giving, headersOf, restarted, type SinkOptions, sinkBench, targetsOf } from './client-bench.ts';

type Cursor = NonNullable<SinkOptions['cursor']>;
const BY_HEADER: Cursor = { 'header-name': 'x-from', 'value-field': 'id' };

async function bench(cursor: Cursor, options: SinkOptions = {}, world = new World()) {
  const made = await sinkBench({ cursor, connect: { mode: 'eager' }, ...options }, world);
  await world.start();
  return made;
}

/** The header of the connection that follows when these were acknowledged. */
async function after(cursor: Cursor, options: SinkOptions, ...events: unknown[]): Promise<unknown> {
  const { world, server, push } = await bench(cursor, options);
  push(...events);
  await world.clock.advance(500);
  await drop(world, server);
  return headersOf(server, 'x-from').at(-1);
}

describe('cursor of a sink', () => {
  test('is that of the last event that the peer has acknowledged, in order', async () => {
    const options = { ack: 'reply', reply: { pointer: '/id' } } as const;
    const { world, server, push } = await bench(BY_HEADER, options);
    push({ id: 'a' }, { id: 'b' }, { id: 'c' });
    await world.clock.advance(100);
    server.send('{"id":"c"}', '{"id":"a"}');
    await world.clock.advance(100);
    await drop(world, server);
    // What is written again keeps it there.
    await drop(world, server);
    expect(headersOf(server, 'x-from')).toEqual([undefined, 'a', 'a']);
  });

  test('does not move over an event that was given up', async () => {
    const options = { ack: 'reply', reply: { pointer: '/id' }, retry: { timeout: '1s', retries: 0 } } as const;
    const { world, server, push, sink } = await bench(BY_HEADER, options);
    push({ id: 'a' }, { id: 'b' });
    await world.clock.advance(100);
    server.send('{"id":"a"}');
    await world.clock.advance(5_000);
    expect(sink().rejected).toBe(1);
    await drop(world, server);
    expect(headersOf(server, 'x-from').at(-1)).toBe('a');
  });

  test('that no header can carry fails the attempt, and the cause says what to do', async () => {
    const { world, server, push, status } = await bench(BY_HEADER);
    push({ id: 'a\nb' });
    await world.clock.advance(500);
    await drop(world, server);
    expect(status().cause?.message).toBe(
      'cursor.header-name: the cursor holds a control character, which no header can carry; send it as query-parameter',
    );
  });

  test('does not move while only the system has taken an event', async () => {
    const { world, server, push } = await bench(BY_HEADER, { ack: 'pong' });
    server.peer.socket.pause();
    push({ id: 'a' });
    await world.clock.advance(100);
    await drop(world, server);
    expect(headersOf(server, 'x-from')).toEqual([undefined, undefined]);
  });

  test('header-name, query-parameter and initial-value: are sent as by a source', async () => {
    const cursor = { ...BY_HEADER, 'query-parameter': 'from', 'initial-value': '0' };
    const { world, server, push } = await bench(cursor);
    push({ id: 5 });
    await world.clock.advance(500);
    await drop(world, server);
    expect([headersOf(server, 'x-from'), targetsOf(server)]).toEqual([
      ['0', '5'],
      ['/?from=0', '/?from=5'],
    ]);
  });

  test('value-field: is read in the event, before it is made text', async () => {
    expect(await after(BY_HEADER, {}, { _raw: 'what is sent', id: 'a' })).toBe('a');
  });

  test('value-pointer: is read in the emitted payload', async () => {
    const cursor = { 'header-name': 'x-from', 'value-pointer': '/id' };
    expect(await after(cursor, {}, { _raw: '{"id":"inner"}', id: 'outer' })).toBe('inner');
  });

  test('value-pointer: with batches is that of the last event', async () => {
    const cursor = { 'header-name': 'x-from', 'value-pointer': '/id' };
    const batch = { 'fixed-size': 2, header: '[', footer: ']' };
    expect(await after(cursor, { batch, payload: 'json' }, { id: 1 }, { id: 2 })).toBe('2');
  });

  test('is left unchanged by an event without it', async () => {
    const { world, server, push } = await bench(BY_HEADER);
    push({ id: 'a' });
    await world.clock.advance(500);
    push({ other: 1 }, 'text');
    await world.clock.advance(500);
    await drop(world, server);
    expect(headersOf(server, 'x-from').at(-1)).toBe('a');
  });

  test('resume-on-reconnect false: is sent only when the process starts', async () => {
    expect(await after({ ...BY_HEADER, 'initial-value': '0', 'resume-on-reconnect': false }, {}, { id: 1 })).toBe(
      undefined,
    );
  });

  test('${cursor}: is filled into url, headers and requests', async () => {
    const world = new World();
    const server = await world.server('downstream');
    const { push } = giving(
      'ws://downstream/${cursor||start}',
      {
        cursor: { 'value-field': 'id' },
        connect: { mode: 'eager' },
        headers: { 'x-after': '${cursor||none}' },
        requests: ['resume ${cursor||none}'],
      },
      world,
    );
    await world.start();
    push({ id: 'a' });
    await world.clock.advance(500);
    await drop(world, server);
    expect([targetsOf(server), headersOf(server, 'x-after'), server.peers.map(({ heard }) => heard.texts[0])]).toEqual([
      ['/start', '/a'],
      ['none', 'a'],
      ['resume none', 'resume a'],
    ]);
  });

  test('persist-to: keeps it over a restart, so that nothing acknowledged is asked for again', async () => {
    const cursor = { ...BY_HEADER, 'persist-to': 'state/sink.json' };
    const first = await bench(cursor);
    first.push({ id: 'a' }, { id: 'b' });
    await first.world.clock.advance(500);
    await first.world.stop();
    const second = await bench(cursor, {}, restarted(first.world));
    expect(headersOf(second.server, 'x-from')).toEqual(['b']);
  });
});
