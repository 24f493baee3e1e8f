import { connect as connectTcp, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type {
  DialRequest,
  FrameSocket,
  Listener,
  ListenRequest,
  ServerCertificate,
  UpgradeRequest,
} from '../../src/environment.ts';
import { dialWebSocket } from '../../src/transport/dial.ts';
import { type HandshakeLimits, listenWithin } from '../../src/transport/listen.ts';
import { type Certificate, type Certificates, makeCertificates } from './certificates.ts';
import { type Accepted, binary, Recorder, Signal, text } from './ends.ts';
import { UPGRADE } from './raw-peer.ts';

let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});

const listeners: Listener[] = [];
const sockets: FrameSocket[] = [];
const streams: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  for (const stream of streams.splice(0)) stream.destroy();
  for (const listener of listeners.splice(0)) await listener.close();
});

const LIMITS: HandshakeLimits = { timeout: 10_000, checkInterval: 50, connections: 1000 };

async function listen(options: Partial<ListenRequest> = {}, limits: Partial<HandshakeLimits> = {}) {
  const peers: Accepted[] = [];
  const asked = { host: '127.0.0.1', port: 0, maxPayload: 1e7, tls: shown(certificates.good), ...options };
  const listener = await listenWithin({ ...LIMITS, ...limits }, asked, (socket, handshake) => {
    const peer = { socket, handshake, heard: new Recorder() };
    peers.push(peer);
    return peer.heard;
  });
  listeners.push(listener);
  return { listener, peers };
}

function dial({ port }: Listener, options: Partial<DialRequest> = {}) {
  const heard = new Recorder();
  const trust = { certificateAuthority: certificates.authority };
  const request = { url: `wss://127.0.0.1:${port}/`, headers: {}, subprotocols: [], maxPayload: 1e7, ...trust };
  const socket = dialWebSocket({ ...request, ...options }, heard);
  sockets.push(socket);
  return { socket, heard };
}

function shown({ cert, key }: Certificate): ServerCertificate {
  return { certificate: cert, key };
}

function ended(stream: Socket): Promise<unknown> {
  streams.push(stream);
  stream.on('error', () => {}).resume();
  return new Promise((resolve) => stream.once('close', resolve));
}

/** A TLS connection that has sent no request. */
async function secured({ port }: Listener): Promise<TLSSocket> {
  const stream = connect({ port, host: '127.0.0.1', ca: certificates.authority });
  streams.push(stream);
  stream.on('error', () => {});
  await new Promise((resolve) => stream.once('secureConnect', resolve));
  return stream;
}

/** Which name the certificate has that a new connection is shown. */
async function nameShown(listener: Listener): Promise<string> {
  const stream = connect({ port: listener.port, host: '127.0.0.1', rejectUnauthorized: false });
  streams.push(stream);
  await new Promise((resolve) => stream.once('secureConnect', resolve));
  return String(stream.getPeerCertificate().subject.CN);
}

describe('a real listener with TLS', () => {
  test('accepts wss, and frames pass both ways', async () => {
    const { listener, peers } = await listen();
    const { socket, heard } = dial(listener);
    await heard.hears('open');
    const sent = Array.from({ length: 20 }, (_, index) => binary(Buffer.alloc(100_000, index)));
    socket.write(sent);
    peers[0]?.socket.write([text('to the client')]);
    await peers[0]?.heard.receives(20);
    await heard.receives(1);
    const arrived = peers[0]?.heard.received.map(({ data }) => data.length === 100_000 && data[99_999]);
    expect(arrived).toEqual([...sent.keys()]);
    expect(heard.texts).toEqual(['to the client']);
  });

  test('hears of the address of the peer', async () => {
    const { listener, peers } = await listen();
    await dial(listener).heard.hears('open');
    expect(peers[0]?.handshake.remoteAddress).toBe('127.0.0.1');
  });

  test('shows a renewed certificate to those that connect from then on, and others stay', async () => {
    const { listener, peers } = await listen();
    const { socket, heard } = dial(listener);
    await heard.hears('open');
    listener.renew(shown(certificates.otherHost));
    expect(await nameShown(listener)).toBe('other');
    socket.write([text('still here')]);
    await peers[0]?.heard.receives(1);
    expect(heard.types).toEqual(['connected', 'open']);
  });

  const unusable = [
    { what: 'a certificate that is none', tls: () => ({ certificate: 'hush', key: certificates.good.key }) },
    { what: 'a key that is none', tls: () => ({ certificate: certificates.good.cert, key: 'hush' }) },
    {
      what: 'the key of another one',
      tls: () => ({ certificate: certificates.good.cert, key: certificates.expired.key }),
    },
    {
      what: 'an encrypted key',
      tls: () => ({ certificate: certificates.foreign.cert, key: certificates.encryptedKey }),
    },
  ];
  for (const { what, tls } of unusable) {
    test(`keeps its certificate when it is renewed with ${what}`, async () => {
      const { listener } = await listen();
      expect(() => listener.renew(tls())).toThrow(expect.objectContaining({ code: 'network' }));
      expect(await nameShown(listener)).toBe('good');
    });

    test(`cannot be started with ${what}, by name and without showing it`, async () => {
      const failure = await listen({ tls: tls() }).catch((error: unknown) => error);
      expect(failure).toMatchObject({
        code: 'network',
        message: expect.stringMatching(/^127\.0\.0\.1:0 cannot serve TLS: the /),
      });
      expect(String(failure)).not.toContain('hush');
    });
  }

  test('ends a connection that speaks no TLS, and goes on', async () => {
    const { listener } = await listen();
    const plain = connectTcp(listener.port, '127.0.0.1');
    plain.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await ended(plain);
    await dial(listener).heard.hears('open');
  });

  test('ends a connection that does not begin TLS in time', async () => {
    const { listener } = await listen({}, { timeout: 100 });
    const silent = connectTcp(listener.port, '127.0.0.1');
    await ended(silent);
    await dial(listener).heard.hears('open');
  });

  test('ends a connection that sends no request in time', async () => {
    const { listener } = await listen({}, { timeout: 100 });
    const idle = await secured(listener);
    await ended(idle);
    await dial(listener).heard.hears('open');
  });

  test('goes on when peers reset their connections in every state', async () => {
    const { listener, peers } = await listen();
    const plain = connectTcp(listener.port, '127.0.0.1');
    const halfway = connectTcp(listener.port, '127.0.0.1');
    const gone = [ended(plain), ended(halfway)];
    halfway.write(Buffer.from([22, 3, 1, 2, 0, 1, 0]));
    await new Promise((resolve) => plain.once('connect', resolve));
    plain.resetAndDestroy();
    halfway.resetAndDestroy();
    const below = connectTcp(listener.port, '127.0.0.1');
    gone.push(ended(below));
    const idle = connect({ socket: below, rejectUnauthorized: false });
    idle.on('error', () => {});
    await new Promise((resolve) => idle.once('secureConnect', resolve));
    below.resetAndDestroy();
    await Promise.all(gone);
    const { socket, heard } = dial(listener);
    await heard.hears('open');
    socket.terminate();
    await peers[0]?.heard.hears('lost');
    await dial(listener).heard.hears('open');
  });

  test('goes on when a peer resets its connection while it waits for admission', async () => {
    const asked = new Signal();
    const answer = new Signal();
    const admit = ({ target }: UpgradeRequest) => {
      if (target !== '/late') return undefined;
      asked.give();
      return answer.given.then(() => undefined);
    };
    const { listener, peers } = await listen({ admit });
    const below = connectTcp(listener.port, '127.0.0.1');
    const gone = ended(below);
    const stream = connect({ socket: below, rejectUnauthorized: false });
    stream.on('error', () => {});
    stream.write(`${['GET /late HTTP/1.1', ...UPGRADE.slice(1)].join('\r\n')}\r\n\r\n`);
    await asked.given;
    below.resetAndDestroy();
    await gone;
    await dial(listener).heard.hears('open');
    answer.give();
    await dial(listener).heard.hears('open');
    expect(peers.map(({ handshake }) => handshake.target)).toEqual(['/', '/']);
  });

  test('counts handshakes under way over TLS, and gives their room back', async () => {
    const { listener } = await listen({}, { connections: 2 });
    const first = dial(listener);
    await first.heard.hears('open');
    const second = dial(listener);
    await second.heard.hears('open');
    const waiting = [await secured(listener), await secured(listener)];
    await ended(connectTcp(listener.port, '127.0.0.1'));
    expect(listener.refusedConnections).toBe(1);
    for (const stream of waiting) await Promise.all([ended(stream), stream.end()]);
    await dial(listener).heard.hears('open');
    expect(listener.refusedConnections).toBe(1);
  });

  test('ends all its connections when it closes, those in the middle of TLS too', async () => {
    const { listener } = await listen();
    const { heard } = dial(listener);
    await heard.hears('open');
    const silent = connectTcp(listener.port, '127.0.0.1');
    const gone = [ended(silent), ended(await secured(listener))];
    await listener.close();
    await Promise.all(gone);
    await heard.hears('lost');
    expect(heard.loss).toEqual({ kind: 'close', code: 1006, reason: '' });
  });
});
