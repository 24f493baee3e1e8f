import { describe, expect, test } from 'vitest';
import { numbered, World } from '../supervision/world.ts';
import { drop, type SinkOptions, sinkBench } from './client-bench.ts';

async function bench(options: SinkOptions, world = new World()) {
  const made = await sinkBench({ connect: { mode: 'eager' }, heartbeat: 'off', ...options }, world);
  await world.start();
  return made;
}

const ids = (count: number) => Array.from({ length: count }, (_, at) => ({ id: at + 1 }));
const BY_REPLY = { ack: 'reply', reply: { pointer: '/id' } } as const;

describe('ack written', () => {
  test('settles what the system took, although the peer reads nothing', async () => {
    const { world, server, push, sink } = await bench({ ack: 'written' });
    server.peer.socket.pause();
    push('one', 'two');
    await world.clock.advance(10);
    expect([sink().delivered, server.received]).toEqual([2, []]);
  });

  test('keeps what the system had no room for, and sends it to the next connection', async () => {
    const { world, server, push, sink } = await bench({ ack: 'written' }, new World({ bufferBytes: 2_000 }));
    server.peer.socket.pause();
    push('a'.repeat(1_500), 'b'.repeat(1_500));
    await world.clock.advance(100);
    expect([sink().delivered, sink().owed]).toEqual([1, 1]);
    await drop(world, server);
    await world.clock.advance(1_000);
    expect([server.received, sink().delivered]).toEqual([['b'.repeat(1_500)], 2]);
  });
});

describe('ack pong', () => {
  test('is the default, and settles what the endpoint of the peer has read', async () => {
    const { world, server, push, sink } = await bench({});
    server.peer.socket.pause();
    push('one', 'two');
    await world.clock.advance(1_000);
    expect(sink().delivered).toBe(0);
    server.peer.socket.resume();
    await world.clock.advance(1_000);
    expect([sink().delivered, server.received]).toEqual([2, ['one', 'two']]);
  });

  test('works without a heartbeat, and with one', async () => {
    const { world, push, sink } = await bench({ heartbeat: { 'ping-interval': '1s' } });
    for (const event of numbered(30)) {
      push(event);
      await world.clock.advance(333);
    }
    expect(sink()).toMatchObject({ delivered: 30, owed: 0 });
  });

  test('says what to set when the peer has never answered a ping', async () => {
    const { world, server, push, status } = await bench({ retry: { timeout: '2s' } });
    world.network.freeze(server.address);
    push('one');
    await world.clock.advance(3_000);
    expect(status().cause?.message).toBe(
      'the peer has never answered a ping; if it cannot, set ack: written and heartbeat: off',
    );
  });
});

describe('ack reply', () => {
  test('settles an event with the reply that names it, in order', async () => {
    const { world, server, push, sink } = await bench(BY_REPLY);
    push(...ids(3));
    await world.clock.advance(100);
    server.send('{"id":3}', '{"id":2}');
    await world.clock.advance(100);
    expect(sink()).toMatchObject({ delivered: 0, owed: 3 });
    server.send('{"id":1,"ok":true}');
    await world.clock.advance(100);
    expect(sink()).toMatchObject({ delivered: 3, owed: 0 });
  });

  test('finds the value of the event at event-pointer', async () => {
    const reply = { pointer: '/re', 'event-pointer': '/head/id' };
    const { world, server, push, sink } = await bench({ ack: 'reply', reply });
    push({ head: { id: 'x' } });
    await world.clock.advance(100);
    server.send('{"re":"x"}');
    await world.clock.advance(100);
    expect(sink().delivered).toBe(1);
  });

  test('counts what is no reply as unconsumed', async () => {
    const { world, server, push, sink } = await bench(BY_REPLY);
    push(...ids(1));
    await world.clock.advance(100);
    server.send('hello', '{"id":9}');
    await world.clock.advance(100);
    expect(sink()).toMatchObject({ delivered: 0, unconsumed: 2 });
  });

  test('settles everything that was not replied to with the replies on the next connection', async () => {
    const { world, server, push, sink } = await bench(BY_REPLY);
    push(...ids(3));
    await world.clock.advance(100);
    server.send('{"id":1}');
    await world.clock.advance(100);
    await drop(world, server);
    expect(server.peer.heard.texts).toEqual(['{"id":2}', '{"id":3}']);
    server.send('{"id":2}', '{"id":3}');
    await world.clock.advance(100);
    expect(sink()).toMatchObject({ delivered: 3, owed: 0 });
  });
});

describe('max-in-flight', () => {
  test('events: bounds what is sent and not acknowledged', async () => {
    const { world, server, push } = await bench({ ...BY_REPLY, 'max-in-flight': { events: 5 } });
    push(...ids(20));
    await world.clock.advance(1_000);
    expect(server.received).toHaveLength(5);
    server.send('{"id":1}', '{"id":2}');
    await world.clock.advance(100);
    expect(server.received).toHaveLength(7);
  });

  test('bytes: bounds it too', async () => {
    const { world, server, push } = await bench({ ...BY_REPLY, 'max-in-flight': { bytes: '1KiB' } });
    const filler = 'x'.repeat(300);
    push(...ids(20).map(({ id }) => ({ id, filler })));
    await world.clock.advance(1_000);
    expect(server.received.join('').length).toBeLessThanOrEqual(1_024 + 330);
    expect(server.received.length).toBeGreaterThanOrEqual(3);
  });
});

describe('ack-interval', () => {
  /** When the events that are pushed 10 ms apart are settled, in milliseconds after the first push. */
  async function settledAt(options: SinkOptions): Promise<number[]> {
    const { world, push, sink } = await bench(options);
    const from = world.clock.now();
    const times: number[] = [];
    for (let at = 0; at < 2_000; at += 1) {
      if (at === 0 || at === 10) push('event');
      await world.clock.advance(1);
      while (times.length < sink().delivered) times.push(world.clock.now() - from);
    }
    return times;
  }

  test('is the least time between two pings that ask for acknowledgement', async () => {
    const [first = 0, second = 0] = await settledAt({ 'ack-interval': '500ms' });
    expect([first < 10, second >= 500 && second < 510]).toEqual([true, true]);
  });

  test('is 50 ms by default', async () => {
    const [first = 0, second = 0] = await settledAt({});
    expect([first < 10, second >= 50 && second < 60]).toEqual([true, true]);
  });

  test('is not waited for when half of what may be in flight is', async () => {
    const [, second = 0] = await settledAt({ 'ack-interval': '500ms', 'max-in-flight': { events: 2 } });
    expect(second).toBeLessThan(20);
  });
});
