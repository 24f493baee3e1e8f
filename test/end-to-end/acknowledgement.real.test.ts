import { expect, test } from 'vitest';
import { startPeer } from './peer.ts';
import { numbered, run, SOON } from './running.ts';

const SOURCE = { name: 'app', function: {} };
const EVENTS = numbered(100);

test('ack: written settles what the system took, with a peer that never answers a ping', async () => {
  const peer = await startPeer({ pongs: false });
  const running = await run({
    sources: [SOURCE],
    sinks: [{ name: 'out', 'web-socket': { url: peer.url, ack: 'written', heartbeat: 'off' } }],
  });
  for (const event of EVENTS) await running.pipeline.source('app').push(event);
  await running.until((status) => status.sinks[0]?.delivered === 100);
  await peer.receives(100);
  expect(peer.texts).toEqual(EVENTS);
});

test('ack: pong settles nothing with a peer that never answers a ping, and the cause names ack: written', async () => {
  const peer = await startPeer({ pongs: false });
  const running = await run({
    sources: [SOURCE],
    sinks: [
      {
        name: 'out',
        'web-socket': { url: peer.url, ack: 'pong', heartbeat: 'off', retry: { timeout: '200ms' }, reconnect: SOON },
      },
    ],
  });
  for (const event of EVENTS) await running.pipeline.source('app').push(event);
  const { cause } = await running.connection('out', ({ cause }) => cause !== undefined);
  expect(cause).toEqual({
    detail: { kind: 'acknowledgement', message: cause?.message },
    message: 'the peer has never answered a ping; if it cannot, set ack: written and heartbeat: off',
  });
  await peer.connection(1);
  await peer.receives(200);
  expect(peer.textsOf(0)).toEqual(EVENTS);
  expect(peer.textsOf(1)).toEqual(EVENTS);
  expect(running.pipeline.sink('out').status).toMatchObject({ delivered: 0, owed: 100 });
});

test('a peer that stops to answer pings gets what it has not acknowledged again, in order', async () => {
  const peer = await startPeer({
    pongs: false,
    greet: (socket, index) =>
      socket.on('ping', (payload) => {
        if (index > 0 || peer.arrivals.length < 50) socket.pong(payload);
      }),
  });
  const running = await run({
    sources: [SOURCE],
    sinks: [
      {
        name: 'out',
        'web-socket': {
          url: peer.url,
          heartbeat: 'off',
          'ack-interval': '1ms',
          'max-in-flight': { events: 10 },
          retry: { timeout: '200ms' },
          reconnect: SOON,
        },
      },
    ],
  });
  for (const event of EVENTS) await running.pipeline.source('app').push(event);
  await running.until((status) => status.sinks[0]?.delivered === 100);
  const { cause } = await running.live('out', 1);
  expect(cause?.message).toBe('the peer stopped answering acknowledgement pings');
  const first = peer.textsOf(0);
  const second = peer.textsOf(1);
  expect(first).toEqual(EVENTS.slice(0, first.length));
  expect(second).toEqual(EVENTS.slice(100 - second.length));
  expect(first.length + second.length - 100).toBeGreaterThan(0);
  expect(first.length + second.length - 100).toBeLessThanOrEqual(10);
});

test('a pong whose payload is not the one that was asked for settles nothing', async () => {
  const peer = await startPeer({
    pongs: false,
    greet: (socket, index) => socket.on('ping', (payload) => socket.pong(index === 0 ? 'hawser-ack-99' : payload)),
  });
  const running = await run({
    sources: [SOURCE],
    sinks: [{ name: 'out', 'web-socket': { url: peer.url, retry: { timeout: '200ms' }, reconnect: SOON } }],
  });
  await running.pipeline.source('app').push('only');
  await running.until((status) => status.sinks[0]?.delivered === 1);
  expect(peer.textsOf(1)).toEqual(['only']);
});

test('a pong settles what was written before its ping, and nothing that was written after it', async () => {
  const peer = await startPeer({ pongs: false });
  const running = await run({
    sources: [SOURCE],
    sinks: [{ name: 'out', 'web-socket': { url: peer.url, heartbeat: 'off', 'ack-interval': '1ms' } }],
  });
  await running.pipeline.source('app').push('before');
  await peer.until(() => peer.pings.length === 1);
  await running.pipeline.source('app').push('after');
  await peer.until(() => peer.texts.includes('after'));
  const socket = await peer.connection(0);
  socket.pong(peer.pings[0]);
  await peer.until(() => peer.pings.length === 2);
  expect(running.pipeline.sink('out').status).toMatchObject({ delivered: 1, owed: 1 });
  socket.pong(peer.pings[1]);
  await running.until((status) => status.sinks[0]?.delivered === 2);
});
