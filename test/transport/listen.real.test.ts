import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Listener, ListenRequest } from '../../src/environment.ts';
import { listenWebSocket } from '../../src/transport/listen.ts';
import { type Accepted, Recorder } from './ends.ts';

const listeners: Listener[] = [];
const streams: Socket[] = [];
afterEach(async () => {
  for (const stream of streams.splice(0)) stream.destroy();
  for (const listener of listeners.splice(0)) await listener.close();
});

async function listen(options: Partial<ListenRequest> = {}) {
  const peers: Accepted[] = [];
  const asked = { host: '127.0.0.1', port: 0, maxPayload: 1024, ...options };
  const listener = await listenWebSocket(asked, (socket, handshake) => {
    const peer = { socket, handshake, heard: new Recorder() };
    peers.push(peer);
    return peer.heard;
  });
  listeners.push(listener);
  return { listener, peers, url: `ws://127.0.0.1:${listener.port}/` };
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

const UPGRADE = [
  'GET / HTTP/1.1',
  'Host: x',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

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
      message: '192.0.2.1:0 cannot be listened on (EADDRNOTAVAIL)',
    });
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
