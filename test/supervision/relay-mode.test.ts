import { expect, test } from 'vitest';
import { Recorder } from '../transport/ends.ts';
import { numbered, World } from './world.ts';

test('a relay whose upstream does not read for a while delivers everything once it does', async () => {
  const world = new World();
  const upstream = await world.server('upstream');
  const server = { bind: 'relay:80' };
  world.add([{ name: 'relay', 'web-socket': { mode: 'relay', url: upstream.url, server } }]);
  await world.start();
  const request = { url: 'ws://relay/', headers: {}, subprotocols: [], maxPayload: 1e6 };
  const peer = world.network.dial(request, new Recorder());
  await world.clock.advance(100);
  upstream.peer.socket.pause();
  const sent = numbered(30_000, 'a message of some length ');
  peer.write(sent.map((data) => ({ data, binary: false })));
  await world.clock.advance(1_000);
  expect(upstream.received.length).toBeLessThan(sent.length);
  upstream.peer.socket.resume();
  await world.clock.advance(60_000);
  expect(upstream.received).toEqual(sent);
});
