// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/config/error.ts';
import { World } from '../supervision/world.ts';
import {
  drop,
  giving,
  headersOf,
  type SourceOptions,
  sinkBench,
  sourceBench,
  taking,
  targetsOf,
} from './client-bench.ts';

async function live(options: SourceOptions, world = new World()) {
  const bench = await sourceBench(options, world);
  await world.start();
  return bench;
}

async function header(name: string, options: SourceOptions) {
  return headersOf((await live(options)).server, name)[0];
}

async function target(options: SourceOptions) {
  return targetsOf((await live(options)).server)[0];
}

describe('url', () => {
  test.each(['ws://upstream/a', 'http://upstream/a', 'HTTP://upstream:80/a'])('%s: is dialled as ws', async (url) => {
    const world = new World();
    const server = await world.server('upstream');
    const { status } = taking(url, {}, world);
    await world.start();
    expect([targetsOf(server), status().state]).toEqual([['/a'], 'live']);
  });

  test.each(['wss://upstream/a', 'https://upstream/a'])('%s: is dialled on the port of wss', async (url) => {
    const world = new World();
    await world.server('upstream');
    const { status } = taking(url, {}, world);
    await world.start();
    expect(status().cause?.message).toBe('connect ECONNREFUSED upstream:443');
  });

  test('templated: is filled in at each attempt', async () => {
    const world = new World();
    const [first, second] = [await world.server('first'), await world.server('second')];
    world.env.HOST = 'first';
    taking('ws://${env|HOST}/x', {}, world);
    await world.start();
    world.env.HOST = 'second';
    await drop(world, first);
    expect([targetsOf(first), targetsOf(second)]).toEqual([['/x'], ['/x']]);
  });

  test('templated: may bring a scheme of http along', async () => {
    const world = new World();
    const server = await world.server('upstream');
    world.env.FEED = 'http://upstream/x';
    taking('${env|FEED}', {}, world);
    await world.start();
    expect(targetsOf(server)).toEqual(['/x']);
  });

  test.each(['ws://upstream/#part', 'ftp://upstream/', 'upstream'])('%s: is refused when it is read', (url) => {
    expect(() => taking(url)).toThrow(ConfigError);
  });

  test('with a fragment that a template brings: fails the attempt, which is tried again', async () => {
    const world = new World();
    world.env.PATH_ = 'x#part';
    const { status } = taking('ws://upstream/${env|PATH_}', {}, world);
    await world.start();
    expect([status().state, status().cause?.message]).toEqual([
      'waiting',
      'the url has a fragment (#…), which a WebSocket url must not have',
    ]);
  });
});

describe('mode client', () => {
  test('is what a web-socket without a mode is in', async () => {
    const { server, pipeline } = await live({});
    expect([server.peers.length, pipeline.source('exchange').status.endpoint]).toEqual([1, undefined]);
  });

  test('written out means the same, for a source and for a sink', async () => {
    const world = new World();
    const [up, down] = [await world.server('up'), await world.server('down')];
    world.add(
      [{ name: 'exchange', 'web-socket': { mode: 'client', url: up.url } }],
      [{ name: 'store', 'web-socket': { mode: 'client', url: down.url } }],
    );
    await world.start();
    up.send('one');
    await world.clock.advance(100);
    expect(down.received).toEqual(['one']);
  });
});

describe('headers', () => {
  test('go with the handshake, templated', async () => {
    const world = new World();
    world.env.REGION = 'north';
    const { server } = await live({ headers: { 'X-Region': '${env|REGION}', 'x-fixed': 'yes' } }, world);
    expect([headersOf(server, 'x-region'), headersOf(server, 'x-fixed')]).toEqual([['north'], ['yes']]);
  });

  test('go with the handshake of a sink too', async () => {
    const { world, server, push } = await sinkBench({ headers: { 'x-fixed': 'yes' } });
    await world.start();
    push('one');
    await world.clock.advance(100);
    expect(headersOf(server, 'x-fixed')).toEqual(['yes']);
  });
});

describe('query', () => {
  test("follows the url's own, templated and escaped", async () => {
    const world = new World();
    world.env.TOPIC = 'a&b =c';
    const server = await world.server('upstream');
    taking('ws://upstream/feed?own=1', { query: { topic: '${env|TOPIC}' } }, world);
    await world.start();
    expect(targetsOf(server)).toEqual(['/feed?own=1&topic=a%26b%20%3Dc']);
  });

  test("wins over the url's own of the same name", async () => {
    const world = new World();
    const server = await world.server('upstream');
    taking('ws://upstream/feed?topic=old&own=1', { query: { topic: 'new' } }, world);
    await world.start();
    expect(targetsOf(server)).toEqual(['/feed?own=1&topic=new']);
  });
});

describe('subprotocols', () => {
  test('are offered in order', async () => {
    expect(await header('sec-websocket-protocol', { subprotocols: ['v2.feed', 'v1.feed'] })).toBe('v2.feed,v1.feed');
  });

  test('of which the server chose none are warned of, and the connection goes on', async () => {
    const { status, world } = await live({ subprotocols: ['v2.feed'] });
    expect([status().state, status().warnings]).toEqual(['live', 1]);
    expect(world.log.join()).toContain('the server chose no subprotocol');
  });

  test('of which the server chose a wrong one fail the component', async () => {
    const { world, server, status } = await sourceBench({ subprotocols: ['v2.feed'] });
    world.network.refuse(server.address, { kind: 'handshake', message: 'Server sent an invalid subprotocol' });
    await world.start();
    expect(status().state).toBe('failed');
  });
});

describe('auth.headers', () => {
  test('win over headers, in whatever case', async () => {
    const options = { headers: { 'X-Key': 'plain' }, auth: { headers: { 'x-key': 'authentic' } } };
    expect(await header('x-key', options)).toBe('authentic');
  });
});

describe('auth.query', () => {
  test('wins over query', async () => {
    expect(await target({ query: { key: 'plain', a: '1' }, auth: { query: { key: 'authentic' } } })).toBe(
      '/?key=authentic&a=1',
    );
  });
});

describe('auth.bearer-token', () => {
  test('is the authorization, over that of headers', async () => {
    const options = { headers: { Authorization: 'Basic old' }, auth: { 'bearer-token': 'abc' } };
    expect(await header('authorization', options)).toBe('Bearer abc');
  });

  test('is read again for each attempt, so that a rotated one is used', async () => {
    const world = new World();
    world.env.HAWSER_SECRET_FEED = 'token-one';
    const { server } = await live({ auth: { 'bearer-token': '${secret|FEED}' } }, world);
    world.env.HAWSER_SECRET_FEED = 'token-two';
    await drop(world, server);
    expect(headersOf(server, 'authorization')).toEqual(['Bearer token-one', 'Bearer token-two']);
  });

  test('beside basic is refused', () => {
    const auth = { 'bearer-token': 'abc', basic: { username: 'u', password: 'p' } };
    expect(() => taking('ws://upstream/', { auth })).toThrow('both bearer-token and basic');
  });
});

describe('auth.basic', () => {
  test('username and password: are the authorization, as base64 of UTF-8', async () => {
    const encoded = Buffer.from('mé:p:ä').toString('base64');
    const auth = { basic: { username: 'mé', password: 'p:ä' } };
    expect(await header('authorization', { auth })).toBe(`Basic ${encoded}`);
  });

  test('username and password: are templated, anew for each attempt', async () => {
    const world = new World();
    Object.assign(world.env, { USER_: 'me', HAWSER_SECRET_PASS: 'one' });
    const basic = { username: '${env|USER_}', password: '${secret|PASS}' };
    const { server } = await live({ auth: { basic } }, world);
    world.env.HAWSER_SECRET_PASS = 'two';
    await drop(world, server);
    const sent = headersOf(server, 'authorization').map((value) => String(value).replace('Basic ', ''));
    expect(sent.map((text) => Buffer.from(text, 'base64').toString())).toEqual(['me:one', 'me:two']);
  });
});

test('a sink resolves its templates anew for each attempt too', async () => {
  const world = new World();
  world.env.KEY = 'one';
  const { server, push } = await sinkBench({ connect: { mode: 'eager' }, query: { key: '${env|KEY}' } }, world);
  await world.start();
  world.env.KEY = 'two';
  await drop(world, server);
  push('one');
  await world.clock.advance(100);
  expect([targetsOf(server), server.received]).toEqual([['/?key=one', '/?key=two'], ['one']]);
});

test('a sink whose url has a fragment is refused', () => {
  expect(() => giving('ws://downstream/#x')).toThrow('has a fragment');
});
