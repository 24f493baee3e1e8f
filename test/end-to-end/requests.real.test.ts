import { expect, test } from 'vitest';
import { startPeer } from './peer.ts';
import { run, SOON } from './running.ts';

const REQUESTS = [{ op: 'subscribe', ids: [1, 2] }, 'ping', 7, [true]];
const TEXTS = ['{"op":"subscribe","ids":[1,2]}', 'ping', '7', '[true]'];

test('requests reach the server in order on each connect, before anything else', async () => {
  const server = await startPeer();
  await run({
    sources: [
      {
        name: 'feed',
        'web-socket': {
          url: server.url,
          requests: REQUESTS,
          'app-heartbeat': { requests: ['beat'], interval: '1h' },
          reconnect: SOON,
        },
      },
    ],
  });
  await server.receives(5);
  (await server.connection(0)).terminate();
  await server.receives(10);
  expect(server.textsOf(0)).toEqual([...TEXTS, 'beat']);
  expect(server.textsOf(1)).toEqual([...TEXTS, 'beat']);
});

test('requests are request-interval apart, and messages come in meanwhile', async () => {
  const server = await startPeer({ greet: (socket) => socket.on('message', (data) => socket.send(`echo ${data}`)) });
  const running = await run({
    sources: [{ name: 'feed', 'web-socket': { url: server.url, requests: REQUESTS, 'request-interval': '100ms' } }],
  });
  await running.until((status) => (status.sources[0]?.received ?? 0) >= 2);
  expect(running.pipeline.source('feed').status.connection?.state).toBe('connecting');
  await server.receives(4);
  const times = server.arrivals.map(({ at }) => at);
  for (const [index, at] of times.slice(1).entries()) expect(at - (times[index] ?? 0)).toBeGreaterThan(90);
});

test('the heartbeat of the application is sent once live and then every interval, on each connection', async () => {
  const server = await startPeer();
  const running = await run({
    sources: [
      {
        name: 'feed',
        'web-socket': {
          url: server.url,
          'app-heartbeat': { requests: [{ op: 'ping' }, 'still here'], interval: '100ms' },
          reconnect: SOON,
        },
      },
    ],
  });
  await running.live('feed');
  await server.receives(6);
  (await server.connection(0)).terminate();
  await server.until(() => server.textsOf(1).length >= 4);
  expect(server.textsOf(1).slice(0, 4)).toEqual(['{"op":"ping"}', 'still here', '{"op":"ping"}', 'still here']);
  const beats = server.arrivals.filter(({ connection, text }) => connection === 0 && text !== 'still here');
  for (const [index, { at }] of beats.slice(1).entries()) expect(at - (beats[index]?.at ?? 0)).toBeGreaterThan(90);
});

test('the requests of a sink reach its peer before its events', async () => {
  const peer = await startPeer();
  const running = await run({
    sources: [{ name: 'app', function: {} }],
    sinks: [{ name: 'out', 'web-socket': { url: peer.url, requests: ['hello'] } }],
  });
  await running.pipeline.source('app').push('event');
  await peer.receives(2);
  expect(peer.texts).toEqual(['hello', 'event']);
});
