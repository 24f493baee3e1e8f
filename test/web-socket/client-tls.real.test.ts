import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { WebSocketServer } from 'ws';
import type { SourceInput } from '../../src/config/options.ts';
import { startPeer } from '../end-to-end/peer.ts';
import { run, SOON } from '../end-to-end/running.ts';
import { type Certificates, makeCertificates } from '../transport/certificates.ts';
import { portOf } from '../transport/raw-peer.ts';

let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});

type Tls = Extract<SourceInput['web-socket'], { url: string; mode?: 'client' | undefined }>['tls'];

function feed(url: string, tls: Tls): SourceInput {
  return { name: 'feed', 'web-socket': { url, tls, reconnect: SOON } };
}

async function folder(files: Readonly<Record<string, string>>): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'hawser-tls-'));
  onTestFinished(() => rm(path, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  return path;
}

/** A server that asks for a certificate of our authority; gives its url and whom it has met. */
async function strictServer() {
  const { good, authority } = certificates;
  const met: string[] = [];
  const server = createServer({ ...good, ca: authority, requestCert: true, rejectUnauthorized: true });
  server.on('tlsClientError', () => {});
  const upgrader = new WebSocketServer({ server });
  upgrader.on('connection', (_, request) => {
    if (request.socket instanceof TLSSocket) met.push(String(request.socket.getPeerCertificate().subject.CN));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const client of upgrader.clients) client.terminate();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `wss://127.0.0.1:${portOf(server)}/`, met };
}

describe('tls.ca-certificate', () => {
  test('as PEM text: is trusted, over a url of https too', async () => {
    const server = await startPeer({ certificate: certificates.good });
    const url = server.url.replace('wss:', 'https:');
    const running = await run({ sources: [feed(url, { 'ca-certificate': certificates.authority })] });
    await running.live('feed');
    expect(server.attempts).toHaveLength(1);
  });

  test('as a template: is resolved for each attempt', async () => {
    const server = await startPeer({ certificate: certificates.good });
    const env: Record<string, string> = { AUTHORITY: certificates.selfSigned.cert };
    const running = await run(
      {
        sources: [
          {
            name: 'feed',
            'web-socket': {
              url: server.url,
              tls: { 'ca-certificate': `\${env|AUTHORITY}` },
              reconnect: { 'max-backoff': '100ms' },
            },
          },
        ],
      },
      { env },
    );
    await running.connection('feed', ({ cause }) => cause?.detail.kind === 'tls');
    env.AUTHORITY = certificates.authority;
    await running.live('feed');
  });

  test('replaces the roots of the system: nothing else is trusted', async () => {
    const server = await startPeer({ certificate: certificates.foreign });
    const running = await run({ sources: [feed(server.url, { 'ca-certificate': certificates.authority })] });
    const { cause } = await running.connection('feed', ({ state }) => state === 'waiting');
    expect([cause?.detail.kind, server.attempts]).toEqual(['tls', []]);
  });

  test('that cannot be read fails the attempt, naming the option and the path', async () => {
    const running = await run({ sources: [feed('wss://127.0.0.1:1/', { 'ca-certificate': '/nowhere/ca.pem' })] });
    const { cause } = await running.connection('feed', ({ state }) => state === 'waiting');
    expect(cause?.message).toBe('tls.ca-certificate: /nowhere/ca.pem cannot be read: no such file');
  });
});

test('tls: a certificate that nobody vouches for is refused with its reason, slowly, and never without TLS', async () => {
  const server = await startPeer({ certificate: certificates.selfSigned });
  const running = await run({ sources: [{ name: 'feed', 'web-socket': { url: server.url } }] });
  const { cause, retryIn } = await running.connection('feed', ({ state }) => state === 'waiting');
  expect([cause?.detail, server.attempts]).toMatchObject([{ kind: 'tls', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, []]);
  expect(retryIn).toBeGreaterThanOrEqual(15_000);
});

describe('tls.client-certificate and tls.client-key', () => {
  test('as PEM text: are presented to a server that asks', async () => {
    const { url, met } = await strictServer();
    const { cert, key } = certificates.client;
    const tls = { 'ca-certificate': certificates.authority, 'client-certificate': cert, 'client-key': key };
    const running = await run({ sources: [feed(url, tls)] });
    await running.live('feed');
    expect(met).toEqual(['client']);
  });

  test('as paths: are read again for each attempt', async () => {
    const { url, met } = await strictServer();
    const path = await folder({ 'a.pem': certificates.foreign.cert, 'a.key': certificates.foreign.key });
    const tls = {
      'ca-certificate': certificates.authority,
      'client-certificate': join(path, 'a.pem'),
      'client-key': join(path, 'a.key'),
    };
    const running = await run({ sources: [feed(url, tls)] });
    await running.connection('feed', ({ cause }) => cause !== undefined);
    // The certificate of one and the key of the other may meet in an attempt, which then fails as well.
    await writeFile(join(path, 'a.key'), certificates.client.key);
    await writeFile(join(path, 'a.pem'), certificates.client.cert);
    await running.live('feed');
    expect(met).toEqual(['client']);
  });

  test('of a sink are presented too', async () => {
    const { url, met } = await strictServer();
    const { cert, key } = certificates.client;
    const tls = { 'ca-certificate': certificates.authority, 'client-certificate': cert, 'client-key': key };
    const running = await run({
      sources: [{ name: 'app', function: {} }],
      sinks: [{ name: 'out', 'web-socket': { url, tls, connect: { mode: 'eager' } } }],
    });
    await running.live('out');
    expect(met).toEqual(['client']);
  });

  test.each(['client-certificate', 'client-key'] as const)('%s: alone is refused', async (option) => {
    await expect(run({ sources: [feed('wss://127.0.0.1:1/', { [option]: 'x.pem' })] })).rejects.toThrow(
      'is given without',
    );
  });

  test('that do not belong together fail the attempt without showing the key', async () => {
    const tls = { 'client-certificate': certificates.client.cert, 'client-key': certificates.good.key };
    const running = await run({ sources: [feed('wss://127.0.0.1:1/', tls)] });
    const { cause } = await running.connection('feed', ({ state }) => state === 'waiting');
    expect(cause?.message).toMatch(/^the client certificate cannot be used: /);
    const [, line = ''] = certificates.good.key.split('\n');
    expect([JSON.stringify(running.supervisor.status).includes(line), line.length > 20]).toEqual([false, true]);
  });
});

describe('tls.insecure-skip-verify', () => {
  test.each(['selfSigned', 'expired', 'otherHost'] as const)('takes a certificate that is %s', async (which) => {
    const server = await startPeer({ certificate: certificates[which] });
    const running = await run({ sources: [feed(server.url, { 'insecure-skip-verify': true })] });
    await running.live('feed');
    expect(server.attempts).toHaveLength(1);
  });

  test('is warned of at each connect', async () => {
    const server = await startPeer({
      certificate: certificates.selfSigned,
      greet: (socket, index) => index < 2 && socket.close(1001),
    });
    const running = await run({ sources: [feed(server.url, { 'insecure-skip-verify': true })] });
    const { warnings } = await running.live('feed', 2);
    const lines = running.logs.filter(({ message }) => message.includes('tls.insecure-skip-verify'));
    expect([lines.length, lines[0]?.level, warnings]).toEqual([3, 'warn', 3]);
  });

  test('false: is the default, and warns of nothing', async () => {
    const server = await startPeer({ certificate: certificates.good });
    const tls = { 'ca-certificate': certificates.authority, 'insecure-skip-verify': false };
    const running = await run({ sources: [feed(server.url, tls)] });
    const { warnings } = await running.live('feed');
    expect([warnings, running.logs.some(({ message }) => message.includes('insecure'))]).toEqual([0, false]);
  });
});
