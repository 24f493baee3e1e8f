import { PassThrough } from 'node:stream';
import { NEVER } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { type AnyActorLogic, createActor, setup } from 'xstate';
import { type ConnectionActorOptions, connectionActor } from '../../src/actors/connection.ts';
import { ConnectionHandle } from '../../src/actors/connection-handle.ts';
import type { ConnectionStatus } from '../../src/actors/connection-status.ts';
import { parsePipeline } from '../../src/config/load.ts';
import type { DialRequest, Environment, FrameSocket, Handshake } from '../../src/environment.ts';
import { createMemoryNetwork } from '../../src/testing/memory-network.ts';
import { createStepClock } from '../../src/testing/step-clock.ts';
import type { Traffic, TrafficEdges } from '../../src/transport/traffic.ts';
import { RecordedWire } from '../sinks/recorded-wire.ts';
import { Recorder } from '../transport/ends.ts';
import { silentTraffic } from './silent-traffic.ts';

type Options = ConnectionActorOptions['options'];

/** Everything that an eager web-socket source has by default, and these. */
function optionsOf(own: object): Options {
  const source = parsePipeline({ name: 'p', sources: [{ name: 's', 'web-socket': { url: 'ws://feed/', ...own } }] })
    .sources[0];
  if (source?.kind !== 'web-socket' || source.options.mode !== 'client') throw new Error('no client');
  return source.options;
}

interface Setup {
  readonly dial?: Environment['dial'];
  readonly options?: object;
  readonly traffic?: Traffic;
  readonly cursor?: { value: string | undefined };
  readonly env?: Record<string, string>;
}

async function createBench({ options = {}, traffic = silentTraffic(), cursor, env = {}, dial }: Setup = {}) {
  const clock = createStepClock();
  const network = createMemoryNetwork({ clock });
  const peers: { socket: FrameSocket; handshake: Handshake }[] = [];
  await network.listen({ host: 'feed', port: 80, maxPayload: 1e6 }, (socket, handshake) => {
    peers.push({ socket, handshake });
    return new Recorder();
  });
  const dialled: DialRequest[] = [];
  const warnings: string[] = [];
  const logs: unknown[] = [];
  const log = (fields: object, message: string) => logs.push(fields, message);
  const environment: Environment = {
    clock,
    now: () => clock.now(),
    random: () => 0,
    dial: (request, events) => {
      dialled.push(request);
      return (dial ?? network.dial)(request, events);
    },
    listen: network.listen,
    env,
    openStore: () => Promise.reject(new Error('a connection has no store')),
    files: {
      readText: async () => '',
      readBytes: async () => Buffer.alloc(0),
      read: () => new PassThrough(),
      append: () => new PassThrough(),
      replace: async () => {},
      list: async () => [],
      overwrite: async () => ({ write: async () => {}, close: async () => {} }),
      lock: async () => async () => {},
    },
    stdio: { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() },
    logger: {
      debug: log,
      info: log,
      warn: (fields, message) => {
        warnings.push(message);
        log(fields, message);
      },
      error: log,
    },
  };
  let edges: TrafficEdges | undefined;
  let status: ConnectionStatus | undefined;
  const heard: string[] = [];
  const logic: AnyActorLogic = connectionActor({
    id: 'p/s/connection',
    readyId: 'p/s',
    role: 'sink',
    options: optionsOf(options),
    environment,
    cursor,
    traffic: (given) => {
      edges = given;
      return traffic;
    },
    hold: { held: false, held$: NEVER },
    demand$: NEVER,
    closeIntake: () => {},
    report: (latest) => {
      status = latest;
    },
    handle: new ConnectionHandle(environment.now),
  });
  const parent = setup({
    actors: { logic },
    actions: { hear: (_, { type }: { type: string }) => heard.push(type) },
  }).createMachine({
    invoke: { src: 'logic', id: 'connection' },
    on: { '*': { actions: { type: 'hear', params: ({ event }) => ({ type: event.type }) } } },
  });
  createActor(parent, { clock }).start();
  await clock.advance(10);
  return {
    clock,
    network,
    peers,
    dialled,
    warnings,
    heard,
    logs,
    get edges() {
      if (!edges) throw new Error('no traffic');
      return edges;
    },
    get status() {
      return status;
    },
    /** The latest peer closes, and the next connection is live. */
    async reconnect(code = 1001) {
      peers.at(-1)?.socket.close(code, '');
      await clock.advance(1_000);
    },
  };
}

describe('the cursor of a connection', () => {
  const cursorOptions = { 'query-parameter': 'since', 'value-field': 'id' };
  const targets = (bench: Awaited<ReturnType<typeof createBench>>) =>
    bench.peers.map(({ handshake }) => handshake.target);

  test('is sent with each attempt, as it is then', async () => {
    const cursor = { value: 'a' };
    const bench = await createBench({ options: { cursor: cursorOptions }, cursor });
    cursor.value = 'b';
    await bench.reconnect();
    expect(targets(bench)).toEqual(['/?since=a', '/?since=b']);
  });

  test('is sent until the connection is live for the first time with resume-on-reconnect: false', async () => {
    const options = { cursor: { ...cursorOptions, 'resume-on-reconnect': false }, connect: { timeout: '1s' } };
    const cursor = { value: 'a' };
    const bench = await createBench({ options, cursor });
    await bench.reconnect();
    expect(targets(bench)).toEqual(['/?since=a', '/']);
  });

  test('is sent again after an attempt that failed, also with resume-on-reconnect: false', async () => {
    const options = { url: 'ws://late/', cursor: { ...cursorOptions, 'resume-on-reconnect': false } };
    const bench = await createBench({ options, cursor: { value: 'a' } });
    await bench.clock.advance(1_000);
    expect(bench.dialled.map(({ url }) => url)).toEqual(['ws://late/?since=a', 'ws://late/?since=a']);
  });

  test('fills in templates', async () => {
    const bench = await createBench({ options: { url: `ws://feed/\${cursor||start}` }, cursor: { value: undefined } });
    expect(targets(bench)).toEqual(['/start']);
  });
});

describe('a connection that takes any certificate', () => {
  test('warns at each connect', async () => {
    const bench = await createBench({ options: { url: 'wss://feed:80/', tls: { 'insecure-skip-verify': true } } });
    await bench.reconnect();
    const warned = bench.warnings.filter((message) => message.includes('insecure-skip-verify'));
    expect([warned.length, bench.status?.warnings, bench.dialled.length]).toEqual([2, 2, 2]);
  });
});

describe('a connection without TLS', () => {
  test('has no certificate to warn of', async () => {
    const bench = await createBench({ options: { tls: { 'insecure-skip-verify': true } } });
    expect(bench.warnings).toEqual([]);
  });
});

describe('a connection through a proxy', () => {
  test('is dialled through the one that the environment names', async () => {
    const bench = await createBench({ env: { HTTP_PROXY: 'http://proxy:3128' } });
    expect(bench.dialled.map(({ proxy }) => proxy)).toEqual(['http://proxy:3128/']);
  });

  test('tells its credentials nowhere', async () => {
    const secret = Buffer.from('proxy-user:open sesame').toString('base64');
    const bench = await createBench({ options: { proxy: 'http://proxy-user:open%20sesame@proxy:3128' } });
    for (const reason of ['open sesame', 'open%20sesame', secret]) {
      bench.peers.at(-1)?.socket.close(4000, reason);
      await bench.clock.advance(60_000);
    }
    const told = JSON.stringify([bench.logs, bench.status]);
    expect(told).toContain('the peer closed with 4000: (hidden)');
    expect(['open sesame', 'open%20sesame', secret].filter((text) => told.includes(text))).toEqual([]);
  });
});

describe('what a component hears of a lost connection', () => {
  async function lostWith(code: number | 'cut'): Promise<unknown[]> {
    const codes: unknown[] = [];
    const bench = await createBench({ traffic: silentTraffic({ lost: (closeCode) => codes.push(closeCode) }) });
    if (code === 'cut') bench.network.cut('feed:80');
    else bench.peers[0]?.socket.close(code, '');
    await bench.clock.advance(10);
    return codes;
  }

  test.each([1000, 1005, 1009, 4000])("is the peer's close code %i, once", async (code) => {
    expect(await lostWith(code)).toEqual([code]);
  });

  test('is no code without a close frame', async () => {
    expect(await lostWith('cut')).toEqual([undefined]);
  });

  test('comes after it was asked whether it owes something', async () => {
    let owing = true;
    const traffic: Traffic = {
      ...silentTraffic(),
      get owing() {
        return owing;
      },
      lost: () => {
        owing = false;
      },
    };
    const bench = await createBench({ traffic });
    bench.peers[0]?.socket.close(1003, '');
    await bench.clock.advance(10);
    expect(bench.status?.state).toBe('waiting');
  });
});

describe('what a component tells of its connection', () => {
  test.each(['blocked', 'unblocked', 'rejected'] as const)('goes to the parent: %s', async (edge) => {
    const bench = await createBench();
    bench.edges[edge]();
    expect(bench.heard.at(-1)).toBe(`outlet.${edge}`);
  });

  test('that it is not acknowledged ends the socket and is its cause', async () => {
    const bench = await createBench();
    bench.edges.unacknowledged('no pong');
    expect(bench.status).toMatchObject({
      state: 'waiting',
      cause: { detail: { kind: 'acknowledgement', message: 'no pong' } },
    });
  });

  test('is heard by nobody once its connection is lost', async () => {
    const bench = await createBench();
    bench.network.cut('feed:80');
    await bench.clock.advance(10);
    const before = bench.heard.length;
    bench.edges.blocked();
    bench.edges.unacknowledged('late');
    expect(bench.heard).toHaveLength(before);
  });
});

describe('a peer that falls silent while it is greeted', () => {
  test('is left as one that answers no ping', async () => {
    const bench = await createBench({ options: { requests: ['a', 'b'], 'request-interval': '1h' } });
    bench.network.blackhole('feed:80');
    await bench.clock.advance(29_000);
    expect(bench.status?.state).toBe('connecting');
    await bench.clock.advance(1_100);
    expect(bench.status).toMatchObject({ cause: { detail: { kind: 'silence', judge: 'heartbeat', unheard: true } } });
  });

  test('is not left while it answers', async () => {
    const bench = await createBench({ options: { requests: ['a', 'b'], 'request-interval': '1h' } });
    await bench.clock.advance(3_600_000);
    expect([bench.status?.state, bench.dialled.length]).toEqual(['live', 1]);
  });
});

describe('a dial that fails before it has returned', () => {
  test('is a failed attempt', async () => {
    const dial: Environment['dial'] = (_, events) => {
      events.lost({ kind: 'network', code: 'ENOBUFS', message: 'no room' });
      const socket = new RecordedWire();
      return Object.assign(socket, { pause() {}, resume() {}, close() {}, terminate() {} });
    };
    const bench = await createBench({ dial });
    expect(bench.status).toMatchObject({ state: 'waiting', cause: { message: 'ENOBUFS: no room' } });
  });
});
