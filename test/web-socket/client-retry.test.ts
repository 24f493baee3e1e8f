import { describe, expect, test } from 'vitest';
import { type Peer, World } from '../supervision/world.ts';
import { closesOn, drop, type SinkOptions, sinkBench } from './client-bench.ts';

const BY_REPLY = { ack: 'reply', reply: { pointer: '/id' } } as const;

/** A sink, and another one that keeps the failures of it. */
async function bench(options: SinkOptions, world = new World()) {
  const made = await sinkBench({ heartbeat: 'off', ...options }, world);
  const failures: { payload: string; error: { message: string } }[] = [];
  made.pipeline.sink('dead', {
    inputs: ['store.failures'],
    function: ({ messages }) => void failures.push(...messages.map(({ text }) => JSON.parse(text))),
  });
  await world.start();
  return { ...made, failures };
}

describe('retry.timeout', () => {
  test('leaves a connection without an acknowledgement, and sends everything again from the first one', async () => {
    const { world, server, push, status } = await bench({ ...BY_REPLY, retry: { timeout: '5s' } });
    push({ id: 1 }, { id: 2 }, { id: 3 });
    await world.clock.advance(100);
    server.send('{"id":1}');
    await world.clock.advance(4_800);
    expect(server.peers).toHaveLength(1);
    await world.clock.advance(2_000);
    expect(status().cause?.detail.kind).toBe('acknowledgement');
    expect(server.peers.map(({ heard }) => heard.texts)).toEqual([
      ['{"id":1}', '{"id":2}', '{"id":3}'],
      ['{"id":2}', '{"id":3}'],
    ]);
  });

  test('is 30 s by default', async () => {
    const { world, server, push } = await bench(BY_REPLY);
    push({ id: 1 });
    await world.clock.advance(29_900);
    expect(server.peers).toHaveLength(1);
    await world.clock.advance(2_000);
    expect(server.peers).toHaveLength(2);
  });

  test('terminates the connection, since a peer that does not answer would not answer a close either', async () => {
    const { world, server, push } = await bench({ ...BY_REPLY, retry: { timeout: '5s' } });
    push({ id: 1 });
    await world.clock.advance(10_000);
    expect(server.peers[0]?.heard.loss).toEqual({ kind: 'close', code: 1006, reason: '' });
  });

  test('does not run while the peer acknowledges', async () => {
    const { world, server, push } = await bench({ retry: { timeout: '1s' } });
    for (let round = 0; round < 20; round += 1) {
      push(`event ${round}`);
      await world.clock.advance(300);
    }
    expect([server.peers.length, server.received.length]).toEqual([1, 20]);
  });
});

describe('retry.retries', () => {
  test('left out: tries for ever', async () => {
    const { world, server, push, sink, failures } = await bench({ ...BY_REPLY, retry: { timeout: '1s' } });
    push({ id: 1 });
    await world.clock.advance(1_000_000);
    expect([server.received.length > 20, sink().owed, failures]).toEqual([true, 1, []]);
  });

  test('used up: the event goes to failures, and those behind it are delivered', async () => {
    const { world, server, push, sink, failures } = await bench({ retry: { timeout: '5s', retries: 2 } });
    const poison = 'x'.repeat(LARGEST + 1);
    push('one', poison, 'three');
    await world.clock.advance(60_000);
    expect(failures).toMatchObject([
      { payload: poison, error: { message: 'given up after 3 tries: the peer closed with 1009' } },
    ]);
    expect([server.received.at(-1), sink().owed, sink().delivered]).toEqual(['three', 0, 2]);
  });

  test('used up behind an event whose failure is still owed: it is not written again', async () => {
    const world = new World();
    const { server, push, pipeline } = await sinkBench(
      { ...BY_REPLY, heartbeat: 'off', payload: 'binary-base64', retry: { retries: 0 } },
      world,
    );
    const owed: (() => void)[] = [];
    const take = () => new Promise<void>((resolve) => owed.push(resolve));
    pipeline.sink('dead', { inputs: ['store.failures'], function: take });
    server.greet = closesOn(1003, 'poison');
    await world.start();
    push('not base64!', Buffer.from('{"id":"poison"}').toString('base64'));
    await world.clock.advance(10_000);
    owed.shift()?.();
    await world.clock.advance(100);
    await drop(world, server);
    expect(server.received).toEqual(['{"id":"poison"}']);
  });

  test('0: one try', async () => {
    const { world, server, push, failures } = await bench({ ...BY_REPLY, retry: { timeout: '1s', retries: 0 } });
    push({ id: 1 });
    await world.clock.advance(10_000);
    expect([server.received, failures.length]).toEqual([['{"id":1}'], 1]);
  });

  test('counts the timeouts of the first event only', async () => {
    const { world, server, push, failures } = await bench({ ...BY_REPLY, retry: { timeout: '1s', retries: 1 } });
    server.greet = repliesUnless('1');
    push({ id: 1 }, { id: 2 }, { id: 3 });
    await world.clock.advance(60_000);
    expect(failures.map(({ payload }) => payload)).toEqual(['{"id":1}']);
  });

  test('is not used by a connection that is lost otherwise', async () => {
    const { world, server, push, sink, failures } = await bench({ ...BY_REPLY, retry: { retries: 0 } });
    push({ id: 1 });
    for (let round = 0; round < 5; round += 1) {
      await world.clock.advance(20_000);
      world.network.cut(server.address);
    }
    await world.clock.advance(31_000);
    server.send('{"id":1}');
    await world.clock.advance(100);
    expect([failures, sink().delivered]).toEqual([[], 1]);
  });

  test.each([1003, 1007, 1009])(
    'after a close with %i the first event is sent alone until it settles',
    async (code) => {
      const { world, server, push, sink } = await bench({ ...BY_REPLY, retry: { retries: 3 } });
      server.greet = (peer) => (server.peers.length < 3 ? closesOn(code, '1') : repliesUnless('never'))(peer);
      push({ id: 1 }, { id: 2 }, { id: 3 });
      await world.clock.advance(60_000);
      const [first, second, third] = server.peers.map(({ heard }) => heard.texts);
      expect([first?.length, second, third]).toEqual([3, ['{"id":1}'], ['{"id":1}', '{"id":2}', '{"id":3}']]);
      expect(sink().delivered).toBe(3);
    },
  );
});

/** What a server of the world takes, in bytes. */
const LARGEST = 1_000_000;

function repliesUnless(word: string): (peer: Peer) => void {
  return ({ socket, heard }) => {
    heard.during = (event) => {
      if (event.type === 'frames') socket.write(event.frames.filter(({ data }) => !data.includes(word)));
    };
  };
}
