import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Certificates, makeCertificates } from '../transport/certificates.ts';
import { startPeer } from './peer.ts';
import { numbered, run } from './running.ts';

let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});

test('messages pass over wss in both directions, with the authority given as PEM text', async () => {
  const events = numbered(1000);
  const server = await startPeer({
    certificate: certificates.good,
    greet: (socket) => {
      for (const event of events) socket.send(event);
    },
  });
  const peer = await startPeer({ certificate: certificates.good });
  const tls = { 'ca-certificate': certificates.authority };
  const running = await run({
    sources: [{ name: 'feed', 'web-socket': { url: server.url, tls } }],
    sinks: [{ name: 'out', 'web-socket': { url: peer.url, tls } }],
  });
  await running.until((status) => status.sinks[0]?.delivered === 1000);
  expect(peer.texts).toEqual(events);
});

test('the authority may be the path of a file, which is read again for each attempt', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'authority-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'authority.pem');
  await writeFile(path, certificates.selfSigned.cert);
  const server = await startPeer({ certificate: certificates.good });
  const running = await run({
    sources: [
      {
        name: 'feed',
        'web-socket': { url: server.url, tls: { 'ca-certificate': path }, reconnect: { 'max-backoff': '100ms' } },
      },
    ],
  });
  await running.connection('feed', ({ cause }) => cause?.detail.kind === 'tls');
  await writeFile(path, certificates.authority);
  await running.live('feed');
});

const REFUSALS = [
  { what: 'an unknown authority', pick: () => certificates.good, code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', trusted: '' },
  { what: 'a certificate of another host', pick: () => certificates.otherHost, code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
  { what: 'an expired certificate', pick: () => certificates.expired, code: 'CERT_HAS_EXPIRED' },
];

for (const { what, pick, code, trusted } of REFUSALS) {
  test(`${what} is refused with ${code} and dialled again slowly, never without TLS`, async () => {
    const server = await startPeer({ certificate: pick() });
    const tls = trusted === undefined ? { 'ca-certificate': certificates.authority } : undefined;
    const running = await run({
      sources: [
        {
          name: 'feed',
          'web-socket': {
            url: server.url,
            ...(tls ? { tls } : {}),
            reconnect: { 'initial-backoff': '5ms', 'max-backoff': '600ms', multiplier: 1 },
          },
        },
      ],
    });
    const { cause, retryIn } = await running.connection('feed', ({ state }) => state === 'waiting');
    expect(cause?.detail).toMatchObject({ kind: 'tls', code });
    expect(cause?.message).toMatch(/^the peer's certificate is refused: /);
    expect(retryIn).toBeGreaterThanOrEqual(300);
    await running.connection('feed', ({ attempt, state }) => attempt === 2 && state === 'waiting');
    expect(server.attempts).toEqual([]);
  });
}
