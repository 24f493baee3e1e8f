import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { SinkInput } from '../../src/config/options.ts';
import { prepare, type Running, run } from '../end-to-end/running.ts';
import { portOf } from '../transport/raw-peer.ts';
import { ANY, addressOf, dialRaw, exchange, join, upgradeTo } from './served.ts';

const FEED = { name: 'feed', function: {} } as const;

type Server = Partial<NonNullable<Extract<NonNullable<SinkInput['web-socket']>, { mode: 'server-output' }>['server']>>;

async function serve(server: Server = {}): Promise<{ running: Running; port: number }> {
  const sink: SinkInput = { name: 'out', 'web-socket': { mode: 'server-output', server: { bind: ANY, ...server } } };
  const running = await run({ sources: [FEED], sinks: [sink] });
  return { running, port: addressOf(running, 'out').port };
}

function basic(text: string): string {
  return `Authorization: Basic ${Buffer.from(text).toString('base64')}`;
}

describe('over HTTP', () => {
  test('another path is answered 404', async () => {
    const { port } = await serve({ path: '/feed' });
    expect(await exchange(port, upgradeTo('/'))).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
  });

  test('a plain request is answered 426, on any path', async () => {
    const { port } = await serve({ path: '/feed' });
    for (const target of ['/feed', '/']) {
      const answer = await exchange(port, `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 426 Upgrade Required\r\nupgrade: websocket\r\n/i);
    }
  });

  test('a peer above max-connections is answered 503 with Retry-After before the upgrade', async () => {
    const { port } = await serve({ 'max-connections': 1 });
    await join(`ws://127.0.0.1:${port}/`);
    const answer = await exchange(port, upgradeTo('/'));
    expect(answer).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/);
    expect(answer).toMatch(/\r\nretry-after: 5\r\n/i);
  });

  test('another origin is answered 403, also with its old header', async () => {
    const { port } = await serve({ 'allowed-origins': ['https://app.example'] });
    for (const name of ['Origin', 'Sec-WebSocket-Origin']) {
      expect(await exchange(port, upgradeTo('/', `${name}: https://evil.example`))).toMatch(/^HTTP\/1\.1 403 /);
    }
  });

  test('a peer without credentials is answered 401 with what it is to present', async () => {
    const { port } = await serve({
      auth: { 'bearer-tokens': ['sesame'], basic: [{ username: 'ann', password: 'pass:ü' }] },
    });
    const answer = await exchange(port, upgradeTo('/'));
    expect(answer).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n/);
    expect(answer).toMatch(/\r\nwww-authenticate: Bearer realm="peers", Basic realm="peers"\r\n/i);
    for (const line of ['Authorization: Bearer sesame', basic('ann:pass:ü')]) {
      const stream = await dialRaw(port);
      stream.write(upgradeTo('/', line));
      expect(String(await new Promise((resolve) => stream.once('data', resolve)))).toMatch(/^HTTP\/1\.1 101 /);
    }
  });

  test('the subprotocol that was chosen is in the answer, and none when none was', async () => {
    const sink: SinkInput = {
      name: 'out',
      'web-socket': { mode: 'server-output', server: { bind: ANY }, subprotocols: ['v1', 'v2'] },
    };
    const running = await run({ sources: [FEED], sinks: [sink] });
    const answer = async (offered: string) => {
      const stream = await dialRaw(addressOf(running, 'out').port);
      stream.write(upgradeTo('/', `Sec-WebSocket-Protocol: ${offered}`));
      return String(await new Promise((resolve) => stream.once('data', resolve)));
    };
    expect(await answer('v9, v2, v1')).toMatch(/\r\nsec-websocket-protocol: v2\r\n/i);
    expect(await answer('v9')).not.toMatch(/sec-websocket-protocol/i);
  });
});

describe('server.bind on this machine', () => {
  test('with port 0 is the port of the status', async () => {
    const { running, port } = await serve();
    expect(port).toBeGreaterThan(0);
    const peer = await join(`ws://127.0.0.1:${port}/`);
    await running.pipeline.source('feed').push('hello');
    await peer.until(() => peer.texts.length === 1);
    expect(peer.texts).toEqual(['hello']);
  });

  test('may be IPv6', async () => {
    const { running } = await serve({ bind: '[::1]:0' });
    const { address } = addressOf(running, 'out');
    expect(address).toMatch(/^\[::1\]:\d+$/);
    await join(`ws://${address}/`);
  });

  test('that is taken fails the start, naming it, and frees what was bound before', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void taken.close());
    const [free] = [await freePort()];
    const bind = `127.0.0.1:${portOf(taken)}`;
    const sinks: SinkInput[] = [
      { name: 'first', 'web-socket': { mode: 'server-output', server: { bind: `127.0.0.1:${free}` } } },
      { name: 'second', 'web-socket': { mode: 'server-output', server: { bind } } },
    ];
    const { supervisor } = prepare({ sources: [FEED], sinks });
    await expect(supervisor.start()).rejects.toThrow(`${bind} is taken (EADDRINUSE)`);
    await expect(dialRaw(free)).rejects.toThrow(/ECONNREFUSED/);
  });

  test('is free once it has stopped, and its peers are told', async () => {
    const { running, port } = await serve();
    const peer = await join(`ws://127.0.0.1:${port}/`);
    await running.supervisor.stop();
    await peer.until(() => peer.closed !== undefined);
    expect(peer.closed).toBe(1001);
    await expect(dialRaw(port)).rejects.toThrow(/ECONNREFUSED/);
  });

  test('is bound again when its listener crashes', async () => {
    const sink: SinkInput = {
      name: 'out',
      'web-socket': { mode: 'server-output', server: { bind: `127.0.0.1:${await freePort()}` } },
    };
    const info = (_: object, message: string) => {
      if (message.includes('certificates')) throw new Error('boom');
    };
    const logger = { debug: () => {}, info, warn: () => {}, error: () => {} };
    const running = await run({ sources: [FEED], sinks: [sink] }, { logger });
    const { port } = addressOf(running, 'out');
    const before = await join(`ws://127.0.0.1:${port}/`);
    running.supervisor.reload();
    await before.until(() => before.closed !== undefined);
    await running.until(({ sinks: [out] }) => out?.endpoint?.state === 'listening' && out.endpoint.peers === 0);
    const after = await join(`ws://127.0.0.1:${port}/`);
    await running.pipeline.source('feed').push('hello');
    await after.until(() => after.texts.length === 1);
    expect(after.texts).toEqual(['hello']);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
