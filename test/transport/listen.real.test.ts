import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { Listener, ListenRequest, UpgradeRequest } from '../../src/environment.ts';
import { type HandshakeLimits, listenWithin } from '../../src/transport/listen.ts';
import { type Accepted, Recorder, Signal } from './ends.ts';
import { UPGRADE } from './raw-peer.ts';

const listeners: Listener[] = [];
const streams: Socket[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const stream of streams.splice(0)) stream.destroy();
  for (const listener of listeners.splice(0)) await listener.close();
});

const LIMITS: HandshakeLimits = { timeout: 10_000, checkInterval: 50, connections: 1000 };

async function listen(options: Partial<ListenRequest> = {}, limits: Partial<HandshakeLimits> = {}) {
  const peers: Accepted[] = [];
  const asked = { host: '127.0.0.1', port: 0, maxPayload: 1024, ...options };
  const listener = await listenWithin({ ...LIMITS, ...limits }, asked, (socket, handshake) => {
    const peer = { socket, handshake, heard: new Recorder() };
    peers.push(peer);
    return peer.heard;
  });
  listeners.push(listener);
  return { listener, peers, url: `ws://127.0.0.1:${listener.port}/` };
}

/** Opens a connection that the test writes to. */
async function connected(port: number): Promise<Socket> {
  const stream = connect(port, '127.0.0.1');
  streams.push(stream);
  stream.on('error', () => {});
  await new Promise((resolve) => stream.once('connect', resolve));
  return stream;
}

/** Fails when the listener does not accept any more. */
async function stillAccepts(url: string): Promise<void> {
  const peer = new WebSocket(url);
  await new Promise((resolve, reject) => peer.once('open', resolve).once('error', reject));
  peer.terminate();
}

/** Sends `bytes` and answers with all that came until the server ended the connection. */
function exchange(port: number, bytes: string | Buffer): Promise<string> {
  const stream = connect(port, '127.0.0.1');
  streams.push(stream);
  return new Promise((resolve) => {
    let answer = '';
    stream.on('error', () => {});
    stream.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
    });
    stream.on('close', () => resolve(answer));
    stream.write(bytes);
  });
}

describe('a real listener', () => {
  test('a plain HTTP request is answered 426', async () => {
    const { listener } = await listen();
    const answer = await new Promise<{ status: number | undefined; upgrade: string | undefined }>((resolve, reject) => {
      const sent = request({ port: listener.port, host: '127.0.0.1' }, (response) => {
        response.resume();
        resolve({ status: response.statusCode, upgrade: response.headers.upgrade });
      });
      sent.on('error', reject);
      sent.end();
    });
    expect(answer).toEqual({ status: 426, upgrade: 'websocket' });
  });

  test('an upgrade without a key is answered 400', async () => {
    const { listener } = await listen();
    const answer = await exchange(listener.port, `${UPGRADE.slice(0, 5).join('\r\n')}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
  });

  test('a refusal has its status and headers, and ends the connection', async () => {
    const refusal = { status: 503, headers: { 'Retry-After': '3' } };
    const { listener } = await listen({ admit: () => refusal });
    const answer = await exchange(listener.port, `${UPGRADE.join('\r\n')}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 503 Service Unavailable\r\n/);
    expect(answer).toMatch(/\r\nRetry-After: 3\r\n/);
    expect(answer).toMatch(/\r\nConnection: close\r\n/);
  });

  test('what is not HTTP is answered 400', async () => {
    const { listener } = await listen();
    expect(await exchange(listener.port, 'hello\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
  });

  test('too many header bytes are answered 431', async () => {
    const { listener } = await listen();
    const headers = Array.from({ length: 2000 }, (_, index) => `X-${index}: ${'y'.repeat(20)}`);
    const answer = await exchange(listener.port, `${[...UPGRADE, ...headers].join('\r\n')}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 431 /);
  });

  test('an unmasked frame of a peer is a 1002 violation, and other peers are not touched', async () => {
    const { listener, peers, url } = await listen();
    const other = new WebSocket(url);
    await new Promise((resolve) => other.once('open', resolve));
    const head = Buffer.from(`${UPGRADE.join('\r\n')}\r\n\r\n`);
    const stream = connect(listener.port, '127.0.0.1');
    streams.push(stream);
    stream.on('error', () => {});
    stream.write(head);
    await new Promise((resolve) => stream.once('data', resolve));
    stream.write(Buffer.from([0x81, 1, 0x61]));
    await peers[1]?.heard.hears('lost');
    expect(peers[1]?.heard.loss).toMatchObject({ kind: 'violation', code: 1002 });
    const pong = new Promise((resolve) => other.once('pong', resolve));
    other.ping();
    await pong;
    expect(peers[0]?.heard.types).toEqual([]);
    other.terminate();
  });

  test('a frame that comes together with the upgrade request is delivered', async () => {
    const { listener, peers } = await listen();
    const frame = Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x61]);
    const stream = connect(listener.port, '127.0.0.1');
    streams.push(stream);
    stream.write(Buffer.concat([Buffer.from(`${UPGRADE.join('\r\n')}\r\n\r\n`), frame]));
    await new Promise((resolve) => stream.once('data', resolve));
    await peers[0]?.heard.receives(1);
    expect(peers[0]?.heard.texts).toEqual(['a']);
  });

  test('a peer that resets its connection is a 1006 loss', async () => {
    const { listener, peers } = await listen();
    const stream = connect(listener.port, '127.0.0.1');
    stream.write(`${UPGRADE.join('\r\n')}\r\n\r\n`);
    await new Promise((resolve) => stream.once('data', resolve));
    stream.resetAndDestroy();
    await peers[0]?.heard.hears('lost');
    expect(peers[0]?.heard.loss).toEqual({ kind: 'close', code: 1006, reason: '' });
  });

  test('a host that is not of this machine cannot be listened on', async () => {
    await expect(listen({ host: '192.0.2.1' })).rejects.toMatchObject({
      code: 'network',
      message: '192.0.2.1:0 is no address of this machine (EADDRNOTAVAIL)',
    });
  });

  const refused = [
    { what: 'more than 100 header lines', lines: [...UPGRADE, ...Array(2000).fill('A: b')], status: 431 },
    { what: 'another method', lines: ['POST / HTTP/1.1', ...UPGRADE.slice(1)], status: 405 },
    { what: 'another protocol', lines: [...UPGRADE.slice(0, 3), 'Upgrade: h2c', ...UPGRADE.slice(4)], status: 400 },
    { what: 'another version', lines: [...UPGRADE.slice(0, 4), 'Sec-WebSocket-Version: 7', UPGRADE[5]], status: 400 },
    { what: 'a key that is none', lines: [...UPGRADE.slice(0, 5), 'Sec-WebSocket-Key: x'], status: 400 },
    { what: 'a list of subprotocols that is none', lines: [...UPGRADE, 'Sec-WebSocket-Protocol: ,'], status: 400 },
    { what: 'a header with a control character', lines: [...UPGRADE, 'X: \u0001'], status: 400 },
  ];
  for (const { what, lines, status } of refused) {
    test(`an upgrade with ${what} is answered ${status}`, async () => {
      const { listener, peers, url } = await listen();
      expect(await exchange(listener.port, `${lines.join('\r\n')}\r\n\r\n`)).toMatch(`HTTP/1.1 ${status} `);
      await stillAccepts(url);
      expect(peers).toHaveLength(1);
    });
  }

  for (const { what, admit } of [
    { what: 'refused', admit: () => ({ status: 403 }) },
    { what: 'admitted', admit: () => undefined },
  ]) {
    test(`an upgrade behind a plain request, ${what} otherwise, is not answered`, async () => {
      const { listener, peers } = await listen({ admit });
      const requests = `GET / HTTP/1.1\r\nHost: x\r\n\r\n${UPGRADE.join('\r\n')}\r\n\r\n`;
      const answer = await exchange(listener.port, requests);
      expect(answer.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 426']);
      expect(peers).toEqual([]);
    });
  }

  test('a CONNECT ends the connection', async () => {
    const { listener, url } = await listen();
    expect(await exchange(listener.port, 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n')).toBe('');
    await stillAccepts(url);
  });

  test('a request that comes too slowly is answered 408', async () => {
    const { listener, url } = await listen({}, { timeout: 150 });
    expect(await exchange(listener.port, UPGRADE.slice(0, 3).join('\r\n'))).toMatch(/^HTTP\/1.1 408 /);
    await stillAccepts(url);
  });

  test('a connection that sends nothing is ended', async () => {
    const { listener } = await listen({}, { timeout: 150 });
    expect(await exchange(listener.port, '')).toMatch(/^HTTP\/1.1 408 /);
  });

  test('an admission that takes too long is answered 503, and what it says later changes nothing', async () => {
    const late = new Signal();
    const admit = () => late.given.then(() => undefined);
    const { listener, peers } = await listen({ admit }, { timeout: 100 });
    expect(await exchange(listener.port, `${UPGRADE.join('\r\n')}\r\n\r\n`)).toMatch(/^HTTP\/1.1 503 /);
    late.give();
    await late.given;
    expect(peers).toEqual([]);
  });

  test('an admission leaves no timer behind', async () => {
    const set = vi.spyOn(globalThis, 'setTimeout');
    const clear = vi.spyOn(globalThis, 'clearTimeout');
    const { url } = await listen({ admit: async () => undefined }, { timeout: 7654 });
    await stillAccepts(url);
    const timer = set.mock.results[set.mock.calls.findIndex(([, delay]) => delay === 7654)]?.value;
    expect(timer).toBeDefined();
    expect(clear).toHaveBeenCalledWith(timer);
  });

  for (const { what, admission } of [
    { what: 'accepted', admission: undefined },
    { what: 'refused', admission: { status: 403 } },
  ]) {
    test(`a peer that is gone when it is ${what} disturbs nobody`, async () => {
      const asked = new Signal();
      const answer = new Signal();
      const admit = ({ target }: UpgradeRequest) => {
        if (target !== '/late') return undefined;
        asked.give();
        return answer.given.then(() => admission);
      };
      const { listener, peers, url } = await listen({ admit }, { connections: 2 });
      const stream = await connected(listener.port);
      stream.write(`${['GET /late HTTP/1.1', ...UPGRADE.slice(1)].join('\r\n')}\r\n\r\n`);
      await asked.given;
      const waiting = await connected(listener.port);
      stream.resetAndDestroy();
      while ((await exchange(listener.port, 'x\r\n\r\n')) === '');
      waiting.destroy();
      answer.give();
      await stillAccepts(url);
      expect(peers.map(({ handshake }) => handshake.target)).toEqual(['/']);
    });
  }

  test('a refusal that HTTP does not have is answered 500', async () => {
    const admit = async () => ({ status: 403, headers: { 'WWW-Authenticate': 'Basic\r\nSet-Cookie: x' } });
    const { listener } = await listen({ admit });
    const answer = await exchange(listener.port, `${UPGRADE.join('\r\n')}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 500 /);
    expect(answer).not.toContain('Set-Cookie');
  });

  test('a late refusal has its headers', async () => {
    const admit = async () => ({ status: 401, headers: { 'WWW-Authenticate': 'Bearer' } });
    const { listener } = await listen({ admit });
    const answer = await exchange(listener.port, `${UPGRADE.join('\r\n')}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 401 Unauthorized\r\n/);
    expect(answer).toMatch(/\r\nWWW-Authenticate: Bearer\r\n/);
  });

  test('what arrives while admission is pending is delivered, in order', async () => {
    const asked = new Signal();
    const answer = new Signal();
    const admit = async () => {
      asked.give();
      await answer.given;
      return undefined;
    };
    const { listener, peers } = await listen({ admit });
    const stream = await connected(listener.port);
    const frame = (letter: string) => Buffer.from([0x81, 0x81, 0, 0, 0, 0, letter.charCodeAt(0)]);
    stream.write(Buffer.concat([Buffer.from(`${UPGRADE.join('\r\n')}\r\n\r\n`), frame('a')]));
    await asked.given;
    await new Promise<void>((resolve) => stream.write(frame('b'), () => resolve()));
    await exchange(listener.port, 'x\r\n\r\n');
    answer.give();
    await new Promise((resolve) => stream.once('data', resolve));
    await peers[0]?.heard.receives(2);
    expect(peers[0]?.heard.texts).toEqual(['a', 'b']);
  });

  test('connections beyond the limit of unfinished handshakes are ended and counted', async () => {
    const { listener } = await listen({}, { connections: 3 });
    const waiting = await Promise.all([1, 2, 3].map(() => connected(listener.port)));
    expect(await exchange(listener.port, 'x\r\n\r\n')).toBe('');
    expect(await exchange(listener.port, 'x\r\n\r\n')).toBe('');
    expect(listener.refusedConnections).toBe(2);
    expect(waiting.every((stream) => !stream.destroyed)).toBe(true);
  });

  test('a connection that is upgraded or gone makes room for another handshake', async () => {
    const { listener, url } = await listen({}, { connections: 1 });
    const open: WebSocket[] = [];
    for (let count = 0; count < 5; count += 1) {
      const peer = new WebSocket(url);
      await new Promise((resolve, reject) => peer.once('open', resolve).once('error', reject));
      open.push(peer);
    }
    expect(await exchange(listener.port, 'x\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
    expect(await exchange(listener.port, 'x\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
    expect(listener.refusedConnections).toBe(0);
    for (const peer of open) peer.terminate();
  });

  test('connections that were upgraded and are gone leave the limit as it was', async () => {
    const { listener, peers, url } = await listen({}, { connections: 1 });
    for (let count = 0; count < 3; count += 1) {
      await stillAccepts(url);
      await peers[count]?.heard.hears('lost');
    }
    await connected(listener.port);
    expect(await exchange(listener.port, 'x\r\n\r\n')).toBe('');
    expect(listener.refusedConnections).toBe(1);
  });

  test('a flood of upgrades and half requests leaves the listener accepting', async () => {
    const { listener, url } = await listen({}, { connections: 50, timeout: 300 });
    const request = `${UPGRADE.join('\r\n')}\r\n\r\n`;
    const ended = Array.from({ length: 300 }, (_, index) => {
      const part = request.slice(0, index % 2 === 0 ? 60 : request.length - 4);
      return exchange(listener.port, part);
    });
    const answers = await Promise.all(ended);
    expect(answers.every((answer) => answer === '' || answer.startsWith('HTTP/1.1 4'))).toBe(true);
    expect(listener.refusedConnections).toBeGreaterThan(0);
    await stillAccepts(url);
  });

  test('a listener without TLS has nothing to renew', async () => {
    const { listener } = await listen();
    expect(() => listener.renew({ certificate: '', key: '' })).toThrow(/does not serve TLS/);
  });

  test('closing ends connections that have sent nothing', async () => {
    const { listener } = await listen();
    const ended = exchange(listener.port, '');
    const answered = exchange(listener.port, 'x\r\n\r\n');
    await answered;
    await listener.close();
    expect(await ended).toBe('');
  });
});
