import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Faults } from '../../src/testing/fault-options.ts';
import { faultProxy } from '../../src/testing/fault-proxy.ts';
import { type PeerOptions, startPeer } from '../end-to-end/peer.ts';
import { type RunOptions, run, SOON } from '../end-to-end/running.ts';
import { makeCertificates } from '../transport/certificates.ts';

const COUNT = 1000;
const HEARTBEAT = { 'ping-interval': '100ms', timeout: '150ms' };

/** Numbered messages of about 120 bytes. */
function records(from = 1): string[] {
  const all = Array.from({ length: COUNT }, (_, index) => JSON.stringify({ id: index + 1, text: 'x'.repeat(100) }));
  return all.slice(from - 1);
}

/** A real server with a proxy in front of it. */
async function startProxied(options: PeerOptions = {}, faults: Faults = {}) {
  const server = await startPeer(options);
  const proxy = await faultProxy(server.url, faults);
  onTestFinished(() => proxy.close());
  return { server, proxy };
}

/** A server that goes on behind the id that a client was last at. */
function startFeed(faults?: Faults, options: PeerOptions = {}) {
  const feed = startProxied(
    {
      ...options,
      greet: async (socket, index) => {
        const { headers } = (await feed).server.attempts[index] ?? {};
        for (const record of records(Number(headers?.['x-from'] ?? 0) + 1)) socket.send(record);
      },
    },
    faults,
  );
  return feed;
}

/** A source of the url whose messages a function takes. */
async function follow(url: string, options: object = {}, environment: RunOptions = {}) {
  const texts: string[] = [];
  const keep = {
    function: ({ messages }: { messages: readonly { text: string }[] }) => {
      texts.push(...messages.map(({ text }) => text));
    },
  };
  const running = await run(
    { sources: [{ name: 'feed', 'web-socket': { url, reconnect: SOON, ...options } }] },
    { ...environment, additions: { kept: keep } },
  );
  return { running, texts };
}

/** A source that is pushed to, and a sink that publishes to the url and wants an answer. */
function publish(url: string, options: object = {}) {
  return run({
    sources: [{ name: 'app', function: {} }],
    sinks: [{ name: 'out', 'web-socket': { url, ack: 'pong', reconnect: SOON, ...options } }],
  });
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'hawser-proxy-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

describe('a source', () => {
  test('that is cut in the middle of a frame hands on no part, resumes and misses nothing', async () => {
    const { server, proxy } = await startFeed();
    proxy.cutAfter(50_001, 'down');
    const cursor = { 'header-name': 'x-from', 'value-field': 'id' };
    const { running, texts } = await follow(proxy.url, { cursor }, { stateDir: await folder() });
    await running.until((status) => (status.sources[0]?.settled ?? 0) >= COUNT && texts.at(-1) === records().at(-1));
    expect([...new Set(texts)]).toEqual(records());
    expect([proxy.connections[0]?.passed.down, server.attempts.length]).toEqual([50_001, 2]);
  });

  test('gets whole messages in small slices', async () => {
    const { proxy } = await startFeed({ slice: 7, latency: '5ms' });
    const { running, texts } = await follow(proxy.url);
    await running.until((status) => status.sources[0]?.settled === COUNT);
    expect(texts).toEqual(records());
  });

  test('behind a blackhole judges its connection dead and dials anew', async () => {
    const { server, proxy } = await startProxied();
    const { running } = await follow(proxy.url, { heartbeat: HEARTBEAT, connect: { timeout: '200ms' } });
    await running.live('feed');
    proxy.blackhole();
    const { cause } = await running.connection('feed', (each) => each.cause !== undefined);
    expect(cause?.detail).toMatchObject({ kind: 'silence', judge: 'heartbeat' });
    await proxy.connection(2);
    expect(server.sockets.map(({ readyState }) => readyState)).toEqual([1]);
    proxy.heal();
    await running.live('feed', 1);
  });

  test('with a latency below its timeout is never judged', async () => {
    const { server, proxy } = await startProxied({}, { latency: '40ms' });
    const { running } = await follow(proxy.url, { heartbeat: { 'ping-interval': '50ms', timeout: '2s' } });
    await server.until(() => server.pings.length >= 5);
    expect(running.pipeline.source('feed').status.connection).toMatchObject({ state: 'live', reconnects: 0 });
  });

  test('speaks TLS through the proxy', async () => {
    const { good: certificate, authority } = await makeCertificates();
    const { proxy } = await startFeed({ slice: 100 }, { certificate });
    const { running, texts } = await follow(proxy.url, { tls: { 'ca-certificate': authority } });
    await running.until((status) => status.sources[0]?.settled === COUNT);
    expect(texts).toEqual(records());
  });
});

describe('a sink', () => {
  test('that is cut in the middle of a frame sends again what the peer has not got whole', async () => {
    const { server, proxy } = await startProxied();
    proxy.cutAfter(50_001, 'up');
    const running = await publish(proxy.url);
    for (const record of records()) await running.pipeline.source('app').push(record);
    await running.until((status) => status.sources[0]?.settled === COUNT);
    expect([...new Set(server.texts)]).toEqual(records());
    expect(server.attempts).toHaveLength(2);
  });

  test('whose acknowledgement is lost after the peer took the frame sends it again', async () => {
    const { server, proxy } = await startProxied();
    const running = await publish(proxy.url);
    await running.pipeline.source('app').push('first');
    await running.until((status) => status.sources[0]?.settled === 1);
    proxy.blackhole('down');
    await running.pipeline.source('app').push('second');
    await server.receives(2);
    expect(running.pipeline.source('app').status.settled).toBe(1);
    proxy.reset();
    proxy.heal();
    await running.until((status) => status.sources[0]?.settled === 2);
    expect(server.texts).toEqual(['first', 'second', 'second']);
  });

  test('behind a small bandwidth slows its source down for longer than the heartbeat allows, and loses nothing', async () => {
    const feed = await startFeed();
    const { server, proxy } = await startProxied({}, { bandwidth: '128KiB' });
    const running = await run({
      sources: [{ name: 'feed', 'web-socket': { url: feed.proxy.url, heartbeat: HEARTBEAT, reconnect: SOON } }],
      sinks: [
        {
          name: 'out',
          buffer: { 'max-events': 50 },
          'web-socket': { url: proxy.url, heartbeat: { ...HEARTBEAT, timeout: '10s' } },
        },
      ],
    });
    await running.until((status) => status.sources[0]?.settled === COUNT);
    await server.receives(COUNT);
    expect(server.texts).toEqual(records());
    expect([feed.server.attempts.length, server.attempts.length]).toEqual([1, 1]);
  });
});
