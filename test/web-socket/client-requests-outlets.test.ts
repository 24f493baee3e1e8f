// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { describe, expect, test } from 'vitest';
import { numbered, World } from '../supervision/world.ts';
import { call, collect, relaySource } from './callers.ts';
import { sinkBench } from './client-bench.ts';
import { SOON, typed } from './scripted-server.ts';

describe('requests with a reply, of a sink', () => {
  const options = {
    requests: [{ send: 'login', expect: typed('ok'), extract: { id: '/id' } }, { join: '${id}' }],
    reconnect: SOON,
  };

  test('are over before its first event is sent', async () => {
    const { world, server, push, status } = await sinkBench(options);
    await world.start();
    push('event');
    await world.clock.advance(5_000);
    expect([server.received, status().state]).toEqual([['login'], 'connecting']);
    server.send('{"type":"ok","id":7}');
    await world.clock.advance(1_000);
    expect([server.received, status().state]).toEqual([['login', '{"join":7}', 'event'], 'live']);
  });

  test('lose no event when they fail', async () => {
    const { world, server, push } = await sinkBench(options);
    await world.start();
    push(...numbered(10));
    await world.clock.advance(15_000);
    expect(server.received).toEqual(['login', 'login']);
    server.send('{"type":"ok","id":7}');
    await world.clock.advance(1_000);
    expect(server.received.slice(2)).toEqual(['{"join":7}', ...numbered(10)]);
  });
});

describe('requests with a reply, of a relay', () => {
  test('are over before anything of its peers is sent upstream', async () => {
    const world = new World();
    const upstream = await world.server('upstream');
    const options = { url: upstream.url, reconnect: SOON, requests: [{ send: 'login', expect: typed('ok') }] };
    const pipeline = world.add([relaySource(options)]);
    const events = collect(pipeline, 'store', 'chat');
    await world.start();
    const caller = await call(world);
    caller.send('from a peer');
    await world.clock.advance(1_000);
    expect(upstream.received).toEqual(['login']);
    upstream.send('{"type":"ok"}', 'from upstream');
    await world.clock.advance(100);
    expect([upstream.received, caller.texts, events.map(({ text }) => text)]).toEqual([
      ['login', 'from a peer'],
      ['from upstream'],
      ['from a peer', 'from upstream'],
    ]);
  });
});
