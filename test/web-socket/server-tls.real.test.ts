import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { SinkInput } from '../../src/config/options.ts';
import { prepare, type Running, run } from '../end-to-end/running.ts';
import { type Certificate, type Certificates, makeCertificates } from '../transport/certificates.ts';
import { ANY, addressOf, exchange, join, Log, upgradeTo } from './served.ts';

let certificates: Certificates;
let directory: string;
beforeAll(async () => {
  certificates = await makeCertificates();
  directory = await mkdtemp(joinPath(tmpdir(), 'served-'));
});
afterAll(() => rm(directory, { recursive: true }));

const FEED = { name: 'feed', function: {} } as const;

function paths() {
  return { cert: joinPath(directory, 'cert.pem'), key: joinPath(directory, 'key.pem') };
}

async function install({ cert, key }: Certificate): Promise<void> {
  await writeFile(paths().cert, cert);
  await writeFile(paths().key, key);
}

function sink(): SinkInput {
  return { name: 'out', 'web-socket': { mode: 'server-output', server: { bind: ANY, tls: paths() } } };
}

async function serve(): Promise<{ running: Running; log: Log; url: string; port: number }> {
  const log = new Log();
  await install(certificates.good);
  const running = await run({ sources: [FEED], sinks: [sink()] }, { logger: log.logger });
  const { port, address } = addressOf(running, 'out');
  return { running, log, port, url: `wss://${address}/` };
}

/** The name in the certificate that a peer is shown now. */
function shownBy(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const stream = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(String(stream.getPeerCertificate().subject.CN));
      stream.destroy();
    });
    stream.on('error', reject);
    onTestFinished(() => void stream.destroy());
  });
}

describe('server.tls', () => {
  test('serves wss with cert and key', async () => {
    const { running, log, url, port } = await serve();
    const peer = await join(url, { ca: certificates.authority });
    await running.pipeline.source('feed').push('hello');
    await peer.until(() => peer.texts.length > 0);
    expect([peer.texts, await shownBy(port)]).toEqual([['hello'], 'good']);
    await log.says('info', `listening on wss://127.0.0.1:${port}/`);
  });

  test('does not serve ws on that port, and goes on', async () => {
    const { port, url } = await serve();
    expect(await exchange(port, upgradeTo('/'))).not.toContain('101');
    await join(url, { ca: certificates.authority });
  });

  test.each(['cert', 'key'] as const)('fails the start when its %s cannot be read, naming it', async (missing) => {
    await install(certificates.good);
    await rm(paths()[missing]);
    const { supervisor } = prepare({ sources: [FEED], sinks: [sink()] });
    await expect(supervisor.start()).rejects.toThrow(`server.tls.${missing}: ${paths()[missing]} cannot be read`);
  });

  test('fails the start when key and cert do not belong together, without a word of the key', async () => {
    await install({ cert: certificates.good.cert, key: certificates.foreign.key });
    const { supervisor } = prepare({ sources: [FEED], sinks: [sink()] });
    const failure = await supervisor.start().catch((error: unknown) => String(error));
    expect(failure).toMatch(/cannot serve TLS/);
    expect(failure).not.toContain(certificates.foreign.key.split('\n')[1]);
  });
});

describe('supervisor.reload', () => {
  test('reads the certificates again: new peers are shown the new one, those that are there stay', async () => {
    const { running, log, url, port } = await serve();
    const peer = await join(url, { ca: certificates.authority });
    await install(certificates.localhost);
    running.supervisor.reload();
    await log.says('info', 'certificates read again');
    expect(await shownBy(port)).toBe('localhost');
    await running.pipeline.source('feed').push('still here');
    await peer.until(() => peer.texts.length > 0);
    expect(peer.closed).toBeUndefined();
  });

  test.each([
    ['are not there', () => rm(paths().cert)],
    ['do not belong together', () => writeFile(paths().key, certificates.foreign.key)],
    ['are no certificates', () => writeFile(paths().cert, 'nonsense')],
  ])('goes on with the old ones when the new ones %s, and says so', async (_, spoil) => {
    const { running, log, url, port } = await serve();
    await spoil();
    running.supervisor.reload();
    await log.says('error', 'the old ones stay');
    expect(await shownBy(port)).toBe('good');
    await join(url, { ca: certificates.authority });
  });
});
