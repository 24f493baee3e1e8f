import { createServer, type Server } from 'node:https';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import type { DialRequest } from '../../src/environment.ts';
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

/** Starts a TLS server that echoes. With `trusted`, peers must present a certificate of that authority. */
async function serve(certificate: Certificate, trusted?: string): Promise<string> {
  const asked = trusted === undefined ? {} : { ca: trusted, requestCert: true, rejectUnauthorized: true };
  const server = createServer({ cert: certificate.cert, key: certificate.key, ...asked });
  servers.push(server);
  new WebSocketServer({ server }).on('connection', (peer) => {
    peer.on('error', () => {});
    peer.on('message', (data, isBinary) => peer.send(data, { binary: isBinary }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `wss://127.0.0.1:${portOf(server)}/?token=hush`;
}

/** Dials a TLS server that has `certificate`, trusting the test authority unless told otherwise. */
async function dial(certificate: Certificate, options: Partial<DialRequest> = {}, url?: string) {
  const heard = new Recorder();
  const trust = { certificateAuthority: certificates.authority };
  const request = { headers: {}, subprotocols: [], maxPayload: 1024, ...trust, ...options };
  const socket = dialWebSocket({ url: url ?? (await serve(certificate)), ...request }, heard);
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
    const heard = new Recorder();
    dialWebSocket({ url: await serve(certificates.good), headers: {}, subprotocols: [], maxPayload: 1024 }, heard);
    await heard.hears('lost');
    expect(heard.loss).toMatchObject({ kind: 'tls', code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  });

  test('an authority that did not sign the certificate is a tls loss', async () => {
    const { heard } = await dial(certificates.good, { certificateAuthority: certificates.foreign.cert });
    await heard.hears('lost');
    expect(heard.loss).toMatchObject({ kind: 'tls', code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  });

  test.each(['expired', 'otherHost', 'selfSigned'] as const)(
    'insecure takes a certificate that is %s',
    async (name) => {
      const { socket, heard } = await dial(certificates[name], { insecure: true });
      await heard.hears('open');
      socket.terminate();
      expect(heard.types).toEqual(['connected', 'open']);
    },
  );

  test('a server that asks for a certificate is shown ours', async () => {
    const url = await serve(certificates.good, certificates.authority);
    const { cert: certificate, key } = certificates.client;
    const { socket, heard } = await dial(certificates.good, { certificate, key }, url);
    await heard.hears('open');
    socket.terminate();
  });

  test('a server that asks for a certificate ends a connection without one', async () => {
    const { heard } = await dial(certificates.good, {}, await serve(certificates.good, certificates.authority));
    await heard.hears('lost');
    expect(heard.types).not.toContain('open');
    expect(heard.loss).toMatchObject({ kind: 'network' });
  });

  const unusable = [
    {
      what: 'a certificate authority that is none',
      options: () => ({ certificateAuthority: 'hush' }),
      message: 'the certificate authority cannot be used: it is not a PEM certificate',
    },
    {
      what: 'a client certificate that is none',
      options: () => ({ certificate: 'hush', key: certificates.client.key }),
      message: 'the client certificate cannot be used: the certificate is not a PEM certificate',
    },
    {
      what: 'a client key that is none',
      options: () => ({ certificate: certificates.client.cert, key: 'hush' }),
      message: 'the client certificate cannot be used: the key is not a PEM private key',
    },
    {
      what: 'an encrypted client key',
      options: () => ({ certificate: certificates.foreign.cert, key: certificates.encryptedKey }),
      message: 'the client certificate cannot be used: the key is encrypted',
    },
    {
      what: 'a client key of another certificate',
      options: () => ({ certificate: certificates.client.cert, key: certificates.good.key }),
      message: 'the client certificate cannot be used: the key does not belong to the certificate',
    },
  ];
  for (const { what, options, message } of unusable) {
    test(`${what} is a loss of the request, before anything is sent`, async () => {
      const { heard } = await dial(certificates.good, options());
      await heard.hears('lost');
      expect(heard.events).toEqual([{ type: 'lost', loss: { kind: 'request', message } }]);
    });
  }
});
