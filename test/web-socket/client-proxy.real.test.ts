import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Peer } from '../end-to-end/peer.ts';
import { startPeer } from '../end-to-end/peer.ts';
import { type RunOptions, run, SOON } from '../end-to-end/running.ts';
import { type Certificates, makeCertificates } from '../transport/certificates.ts';
import { type ConnectProxy, type OnConnect, startProxy } from '../transport/connect-proxy.ts';

let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});

async function proxyServer(onConnect?: OnConnect): Promise<ConnectProxy> {
  const proxy = await startProxy(onConnect);
  onTestFinished(() => proxy.close());
  return proxy;
}

/** A source of the server, with the option `proxy` or without. */
function source(server: Peer, proxy?: string) {
  const options = { url: server.url, reconnect: SOON, tls: { 'ca-certificate': certificates.authority } };
  return { name: 'feed', 'web-socket': proxy === undefined ? options : { ...options, proxy } };
}

async function runLive(server: Peer, proxy?: string, options: RunOptions = {}) {
  const running = await run({ sources: [source(server, proxy)] }, options);
  await running.live('feed');
  return running;
}

describe('proxy', () => {
  test.each(['ws', 'wss'] as const)('is asked to CONNECT for a %s url', async (scheme) => {
    const server = await startPeer(scheme === 'wss' ? { certificate: certificates.good } : {});
    const proxy = await proxyServer();
    await runLive(server, `http://127.0.0.1:${proxy.port}`);
    expect(proxy.requests.map(({ url }) => url)).toEqual([`127.0.0.1:${server.port}`]);
  });

  test('is shown user and password, templated, anew for each attempt', async () => {
    const server = await startPeer({ greet: (socket, index) => index === 0 && socket.close(1001) });
    const proxy = await proxyServer();
    const env: Record<string, string> = { HAWSER_SECRET_PROXY: 'one' };
    const option = `http://me:\${secret|PROXY}@127.0.0.1:${proxy.port}`;
    const running = await run({ sources: [source(server, option)] }, { env });
    await running.connection('feed', ({ state }) => state === 'waiting');
    env.HAWSER_SECRET_PROXY = 'two';
    await running.live('feed', 1);
    const shown = proxy.requests.map(({ headers }) => String(headers['proxy-authorization']).replace('Basic ', ''));
    expect(shown.map((text) => Buffer.from(text, 'base64').toString())).toEqual(['me:one', 'me:two']);
  });

  test('of a sink is asked too', async () => {
    const server = await startPeer();
    const proxy = await proxyServer();
    const options = { url: server.url, proxy: `http://127.0.0.1:${proxy.port}` };
    const running = await run({
      sources: [{ name: 'app', function: {} }],
      sinks: [{ name: 'out', 'web-socket': options }],
    });
    await running.pipeline.source('app').push('one');
    await server.receives(1);
    expect([server.texts, proxy.requests.length]).toEqual([['one'], 1]);
  });

  test('that refuses is named in the cause, without its password, and tried again', async () => {
    const server = await startPeer();
    let refusals = 0;
    const proxy = await proxyServer((_, client, pass) => {
      refusals += 1;
      if (refusals > 1) pass();
      else client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    });
    const running = await run({ sources: [source(server, `http://me:hush-hush@127.0.0.1:${proxy.port}`)] });
    const { cause } = await running.connection('feed', (each) => each.cause !== undefined);
    expect([cause?.detail.kind, cause?.message]).toEqual(['network', expect.stringMatching(/proxy.*407/)]);
    await running.live('feed');
    const seen = JSON.stringify([running.supervisor.status, running.logs]);
    expect(seen).not.toMatch(/hush-hush|bWU6aHVzaC1odXNo/);
  });
});

describe('the proxy of the environment', () => {
  test.each([
    ['http_proxy', 'ws'],
    ['HTTP_PROXY', 'ws'],
    ['https_proxy', 'wss'],
    ['HTTPS_PROXY', 'wss'],
    ['all_proxy', 'ws'],
    ['ALL_PROXY', 'wss'],
  ] as const)('%s: is asked for a %s url', async (name, scheme) => {
    const server = await startPeer(scheme === 'wss' ? { certificate: certificates.good } : {});
    const proxy = await proxyServer();
    await runLive(server, undefined, { env: { [name]: `http://127.0.0.1:${proxy.port}` } });
    expect(proxy.requests).toHaveLength(1);
  });

  test('is not asked for a host of no_proxy', async () => {
    const server = await startPeer();
    const proxy = await proxyServer();
    await runLive(server, undefined, { env: { http_proxy: `http://127.0.0.1:${proxy.port}`, no_proxy: '127.0.0.1' } });
    expect(proxy.accepted).toBe(0);
  });

  test('gives way to the option', async () => {
    const server = await startPeer();
    const [other, proxy] = [await proxyServer(), await proxyServer()];
    const env = { http_proxy: `http://127.0.0.1:${other.port}`, no_proxy: '*' };
    await runLive(server, `http://127.0.0.1:${proxy.port}`, { env });
    expect([other.accepted, proxy.requests.length]).toEqual([0, 1]);
  });
});
