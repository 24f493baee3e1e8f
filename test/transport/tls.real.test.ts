import { createServer, type Server } from 'node:https';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { dialWebSocket } from '../../src/transport/dial.ts';
import { type Certificate, type Certificates, makeCertificates } from './certificates.ts';
import { Recorder, text } from './ends.ts';
import { portOf } from './raw-peer.ts';

let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** Dials a TLS server that echoes and has `certificate`, trusting the test authority unless told otherwise. */
async function dial(certificate: Certificate, trusted: string | undefined = certificates.authority) {
  const server = createServer({ cert: certificate.cert, key: certificate.key });
  servers.push(server);
  new WebSocketServer({ server }).on('connection', (peer) => {
    peer.on('error', () => {});
    peer.on('message', (data, isBinary) => peer.send(data, { binary: isBinary }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const heard = new Recorder();
  const url = `wss://127.0.0.1:${portOf(server)}/?token=hush`;
  const trust = trusted === '' ? {} : { certificateAuthority: trusted };
  const socket = dialWebSocket({ url, headers: {}, subprotocols: [], maxPayload: 1024, ...trust }, heard);
  return { socket, heard };
}

describe('TLS', () => {
  test('a server with a certificate of the trusted authority is connected and open, and frames pass', async () => {
    const { socket, heard } = await dial(certificates.good);
    await heard.hears('open');
    socket.write(Array.from({ length: 1000 }, (_, index) => text(`message ${index}`)));
    await heard.receives(1000);
    expect(heard.texts).toEqual(Array.from({ length: 1000 }, (_, index) => `message ${index}`));
    expect(heard.types.slice(0, 2)).toEqual(['connected', 'open']);
    socket.close(1000, '');
    await heard.hears('lost');
    expect(heard.loss).toMatchObject({ kind: 'close', code: 1000 });
  });

  const refusals = [
    { what: 'an expired certificate', pick: () => certificates.expired, code: 'CERT_HAS_EXPIRED' },
    { what: 'a certificate of another host', pick: () => certificates.otherHost, code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    { what: 'a self-signed certificate', pick: () => certificates.selfSigned, code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
  ];
  for (const { what, pick, code } of refusals) {
    test(`${what} is a tls loss ${code}, before it is connected`, async () => {
      const { heard } = await dial(pick());
      await heard.hears('lost');
      expect(heard.types).toEqual(['lost']);
      expect(heard.loss).toMatchObject({ kind: 'tls', code });
      expect(JSON.stringify(heard.loss)).not.toContain('hush');
    });
  }

  test('an authority that the system does not trust is a tls loss', async () => {
    const { heard } = await dial(certificates.good, '');
    await heard.hears('lost');
    expect(heard.loss).toMatchObject({ kind: 'tls', code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  });

  test('text that is no certificate authority is a loss, not an exception', async () => {
    const { heard } = await dial(certificates.good, 'no PEM');
    await heard.hears('lost');
    expect(heard.types).toEqual(['lost']);
  });
});
