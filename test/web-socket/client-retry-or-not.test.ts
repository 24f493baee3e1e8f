import { describe, expect, test } from 'vitest';
import type { Loss } from '../../src/environment.ts';
import { World } from '../supervision/world.ts';
import { type SinkOptions, sinkBench, sourceBench } from './client-bench.ts';

// Told apart from each other by the delay: 1 s is the backoff, 20 to 40 s is the slow one.
const RECONNECT = { 'initial-backoff': '1s', 'max-backoff': '40s', jitter: 0 } as const;

type Verdict = 'backoff' | 'slow' | 'failed' | 'idle' | 'live';

function verdict({ state, retryIn }: { readonly state: string; readonly retryIn?: number }): Verdict | string {
  if (state !== 'waiting') return state;
  return retryIn === 1_000 ? 'backoff' : retryIn && retryIn >= 20_000 && retryIn <= 40_000 ? 'slow' : String(retryIn);
}

/** What a source does when its first dial ends so. */
async function neverLive(loss: Loss): Promise<string> {
  const { world, server, status } = await sourceBench({ reconnect: RECONNECT });
  world.network.refuse(server.address, loss);
  await world.start();
  return verdict(status());
}

/** What a source does when it has been live, and its next dial ends so. */
async function onceLive(loss: Loss): Promise<string> {
  const { world, server, status } = await sourceBench({ reconnect: { ...RECONNECT, 'reset-after': '1ms' } });
  await world.start();
  world.network.refuse(server.address, loss);
  world.network.cut(server.address);
  await world.clock.advance(10);
  // The backoff of the loss itself; the next one doubles it.
  await world.clock.advance(1_000);
  const { state, retryIn } = status();
  return verdict(retryIn === 2_000 ? { state, retryIn: 1_000 } : status());
}

/** What a live source does when the peer closes so; 1006 is an end without a close frame. */
async function closed(code: number): Promise<string> {
  const { world, server, status } = await sourceBench({ reconnect: RECONNECT });
  await world.start();
  if (code === 1006) world.network.cut(server.address);
  else server.peer.socket.close(code, '');
  await world.clock.advance(10);
  return verdict(status());
}

/** The same of a sink, with something that the peer has not acknowledged or without. */
async function closedOnSink(code: number, owing: boolean, options: SinkOptions = {}): Promise<string> {
  const { world, server, push, status } = await sinkBench({
    reconnect: RECONNECT,
    ack: 'reply',
    reply: { pointer: '/id' },
    ...options,
  });
  await world.start();
  push({ id: 1 });
  await world.clock.advance(10);
  if (!owing) server.send('{"id":1}');
  await world.clock.advance(10);
  server.peer.socket.close(code, '');
  await world.clock.advance(10);
  return verdict(status());
}

const answered = (status: number): Loss => ({ kind: 'status', status });
const network = (code: string): Loss => ({ kind: 'network', code, message: `connect ${code}` });

describe('retry or not: backoff', () => {
  test.each(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH'])(
    'after the network error %s',
    async (code) => {
      expect([await neverLive(network(code)), await onceLive(network(code))]).toEqual(['backoff', 'backoff']);
    },
  );

  test.each([408, 425, 429, 500, 501, 502, 503, 504, 520, 599])('after an answer of %i', async (status) => {
    expect([await neverLive(answered(status)), await onceLive(answered(status))]).toEqual(['backoff', 'backoff']);
  });

  test.each([1000, 1001, 1005, 1006, 1009, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4400, 4402, 4999])(
    'after a close with %i',
    async (code) => {
      expect(await closed(code)).toBe('backoff');
    },
  );

  test.each([1001, 1011, 1012, 4000])('of a sink after a close with %i, whether it owes or not', async (code) => {
    expect([await closedOnSink(code, true), await closedOnSink(code, false)]).toEqual(['backoff', 'backoff']);
  });

  test.each([1000, 1005])(
    'of a sink after a close with %i with something unsettled; settled it sleeps',
    async (code) => {
      expect([await closedOnSink(code, true), await closedOnSink(code, false)]).toEqual(['backoff', 'idle']);
    },
  );

  test('of an eager sink after a close with 1000, since it is kept open', async () => {
    expect(await closedOnSink(1000, false, { connect: { mode: 'eager' } })).toBe('backoff');
  });

  test.each([1002, 1003, 1007, 1010])('of a sink after a close with %i with something in flight', async (code) => {
    expect(await closedOnSink(code, true)).toBe('backoff');
  });

  test('after our own verdict 1009 on a message that is too big', async () => {
    const { world, server, status } = await sourceBench({ 'max-payload': 4, reconnect: RECONNECT });
    await world.start();
    server.send('12345');
    await world.clock.advance(10);
    expect(verdict(status())).toBe('backoff');
  });

  test('after an attempt that ended by connect.timeout', async () => {
    const { world, server, status } = await sourceBench({ connect: { timeout: '1s' }, reconnect: RECONNECT });
    world.network.hang(server.address);
    await world.start();
    await world.clock.advance(1_000);
    expect(verdict(status())).toBe('backoff');
  });

  test('after a handshake that could not be prepared', async () => {
    const { world, status } = await sourceBench({ headers: { 'x-key': `\${secret|MISSING}` }, reconnect: RECONNECT });
    await world.start();
    expect(verdict(status())).toBe('backoff');
  });
});

describe('retry or not: slow, with credentials read anew', () => {
  test.each([401, 403])('after an answer of %i', async (status) => {
    expect([await neverLive(answered(status)), await onceLive(answered(status))]).toEqual(['slow', 'slow']);
  });

  test.each([1008, 4401, 4403])('after a close with %i, of a sink too', async (code) => {
    expect([await closed(code), await closedOnSink(code, true)]).toEqual(['slow', 'slow']);
  });

  test.each(['CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID'])(
    'after TLS has refused the peer with %s',
    async (code) => {
      expect(await neverLive({ kind: 'tls', code, message: 'refused' })).toBe('slow');
    },
  );

  test.each([400, 404, 405, 410, 426, 451])('after an answer of %i, once it has been live', async (status) => {
    expect(await onceLive(answered(status))).toBe('slow');
  });

  test('a token that is rotated meanwhile is used by the next attempt', async () => {
    const world = new World();
    world.env.TOKEN = 'old-token';
    const auth = { 'bearer-token': `\${env|TOKEN}` };
    const { server, status } = await sourceBench({ auth, reconnect: RECONNECT }, world);
    world.network.refuse(server.address, answered(401));
    await world.start();
    world.env.TOKEN = 'new-token';
    world.network.heal(server.address);
    await world.clock.advance(40_010);
    expect([status().state, server.peer.handshake.headers.authorization]).toEqual(['live', 'Bearer new-token']);
  });
});

describe('retry or not: fail at once', () => {
  test.each([200, 204, 301, 302, 307, 308])('after an answer of %i, also once it has been live', async (status) => {
    expect([await neverLive(answered(status)), await onceLive(answered(status))]).toEqual(['failed', 'failed']);
  });

  test('after a redirect, naming where it points to, which is never followed', async () => {
    const { world, server } = await sourceBench();
    const elsewhere = await world.server('elsewhere');
    world.network.refuse(server.address, { kind: 'status', status: 301, location: 'ws://elsewhere/?token=hush' });
    await world.start();
    const { failures } = await world.during(world.supervisor.done);
    expect([failures[0]?.cause, elsewhere.peers]).toEqual([
      'exchange: the peer answered the upgrade with 301, naming ws://elsewhere/?token=(hidden); redirects are not followed',
      [],
    ]);
  });

  test.each([400, 402, 404, 405, 410, 426, 451])('after an answer of %i, when it was never live', async (status) => {
    expect(await neverLive(answered(status))).toBe('failed');
  });

  test.each([401, 403])('at the fifth answer of %i, when it was never live', async (status) => {
    const bench = await sourceBench({ reconnect: RECONNECT });
    bench.world.network.refuse(bench.server.address, answered(status));
    await bench.world.start();
    await bench.world.during(bench.world.supervisor.done);
    expect([bench.status().state, bench.status().attempt]).toEqual(['failed', 5]);
  });

  test.each([1002, 1003, 1007, 1010])('after a close with %i, with nothing in flight', async (code) => {
    expect([await closed(code), await closedOnSink(code, false)]).toEqual(['failed', 'failed']);
  });

  test('after a subprotocol that was not offered', async () => {
    const wrong: Loss = { kind: 'handshake', message: 'Server sent an invalid subprotocol' };
    expect([await neverLive(wrong), await onceLive(wrong)]).toEqual(['failed', 'failed']);
  });
});
