import { describe, expect, test } from 'vitest';
import { NOTHING } from '../supervision/world.ts';
import { sourceBench } from './client-bench.ts';
import { greeted, SOON, typed } from './scripted-server.ts';

describe('a reply that does not come', () => {
  const LOGIN = { send: 'login', expect: typed('auth_ok'), within: '2s' } as const;

  async function failedWith(...sent: unknown[]): Promise<string | undefined> {
    const bench = await greeted({ requests: ['first', LOGIN] }, { upon: (text) => (text === 'login' ? sent : []) });
    await bench.world.clock.advance(2_000);
    expect(bench.status()).toMatchObject({ state: 'waiting', cause: { detail: { kind: 'greeting' } } });
    return bench.status().cause?.message;
  }

  test('fails the attempt, saying what was seen in its place', async () => {
    expect(await failedWith({ type: 'news' }, { type: 'auth_invalid' }, { other: 1 })).toBe(
      'step 2: /type equals "auth_ok" was not received within 2 s; last seen there: "auth_invalid"',
    );
  });

  test('fails the attempt, saying so when nothing was seen there', async () => {
    expect(await failedWith('text', { other: 1 })).toBe(
      'step 2: /type equals "auth_ok" was not received within 2 s; nothing was seen there, the last message was {"other":1}',
    );
  });

  test('shows a long value cut', async () => {
    const message = await failedWith({ type: 'x'.repeat(10_000) });
    expect(message).toBe(
      `step 2: /type equals "auth_ok" was not received within 2 s; last seen there: "${'x'.repeat(199)}…`,
    );
  });

  test('shows no value that is nested too deep', async () => {
    const deep = `{"type":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(await failedWith(deep)).toContain('last seen there: a value that is nested too deep to be shown');
  });

  test('shows nothing of the last message that is hidden', async () => {
    expect(await failedWith({ token: 'planted' })).toContain('the last message was {"token":"(hidden)"}');
  });

  test('is waited for 10 s by default', async () => {
    const bench = await greeted({ requests: [{ send: 'login', expect: typed('auth_ok') }] });
    await bench.world.clock.advanceTo(9_990);
    expect(bench.status().state).toBe('connecting');
    await bench.world.clock.advanceTo(10_010);
    expect(bench.status().cause?.message).toContain('within 10 s');
  });

  test('is followed by a backoff and the whole script, until a server replies, and crashes nothing', async () => {
    const requests = ['first', LOGIN];
    const bench = await greeted(
      { requests },
      { upon: (text, attempt) => (text === 'login' && attempt === 4 ? [{ type: 'auth_ok' }] : []) },
    );
    await bench.world.clock.advance(20_000);
    expect(bench.server.received).toEqual(Array(4).fill(['first', 'login']).flat());
    expect([bench.status().state, bench.status().attempt, bench.world.supervisor.status.state]).toEqual([
      'live',
      4,
      'running',
    ]);
  });

  test('is told of when the peer closes meanwhile', async () => {
    const bench = await greeted({ requests: [LOGIN] }, { upon: () => [{ type: 'auth_invalid' }] });
    bench.server.peer.socket.close(1000, '');
    await bench.world.clock.advance(100);
    expect(bench.status().cause?.message).toBe(
      'the peer closed with 1000, while step 1 expected /type equals "auth_ok"; last seen there: "auth_invalid"',
    );
  });

  test('counts as an attempt, of which max-attempts may be made', async () => {
    const bench = await greeted({ requests: [LOGIN], reconnect: { ...SOON, 'max-attempts': 2 } });
    await bench.world.clock.advance(20_000);
    expect([bench.server.received, bench.status().state]).toEqual([['login', 'login'], 'failed']);
  });

  test('does not hide that the peer is dead', async () => {
    const bench = await greeted({ requests: [{ ...LOGIN, within: '1h' }] });
    bench.world.network.blackhole(bench.server.address);
    await bench.world.clock.advance(31_000);
    expect(bench.status().cause?.detail.kind).toBe('silence');
  });

  test('is no failure of a connection that the peer closes', async () => {
    const bench = await greeted({ requests: [LOGIN] });
    bench.server.peer.socket.close(4000, 'go away');
    await bench.world.clock.advance(10);
    expect(bench.status().cause?.detail).toMatchObject({ kind: 'close', code: 4000, reason: 'go away' });
  });
});

describe('a reply that is expected while its source is held', () => {
  async function heldBench() {
    const bench = await sourceBench({
      reconnect: SOON,
      requests: [{ send: 'login', expect: typed('ok'), within: '5s' }],
    });
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    bench.pipeline.sink('stuck', { buffer: { 'max-events': 1 }, function: () => released });
    await bench.world.start();
    await bench.world.flood(bench.server);
    expect(bench.pipeline.source('exchange').status.held).toBe(true);
    return { ...bench, release };
  }

  test('is not judged', async () => {
    const { world, status, server } = await heldBench();
    await world.clock.advance(60_000);
    expect([status().detail, server.peers.length]).toEqual([['linked.greeting.expecting.suspended'], 1]);
  });

  test('is waited for on once the source reads again', async () => {
    const { world, status, server, release } = await heldBench();
    await world.clock.advance(60_000);
    release();
    await world.clock.advance(4_500);
    expect(status().state).toBe('connecting');
    server.send('{"type":"ok"}');
    await world.clock.advance(100);
    expect([status().state, server.peers.length]).toEqual(['live', 1]);
  });

  test('fails the attempt once it does not come then either', async () => {
    const { world, status, release } = await heldBench();
    await world.clock.advance(60_000);
    release();
    await world.clock.advance(5_500);
    expect(status().cause?.detail.kind).toBe('greeting');
  });
});

describe('a stop while requests are made', () => {
  test.each([
    ['a reply is waited for', [{ send: 'a', expect: typed('ok') }, 'b'], 'linked.greeting.expecting.waiting'],
    ['the next one is paced', ['a', 'b'], 'linked.greeting.pacing'],
  ] as const)('and %s ends at once and leaves nothing', async (_when, requests, detail) => {
    const bench = await greeted({ requests: [...requests], 'request-interval': '1h' });
    expect(bench.status().detail).toEqual([detail]);
    const from = bench.world.clock.now();
    await bench.world.stop();
    expect(bench.world.clock.now() - from).toBeLessThan(100);
    expect([bench.server.received, await bench.world.leftovers()]).toEqual([['a'], NOTHING]);
  });
});
