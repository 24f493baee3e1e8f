// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { describe, expect, test } from 'vitest';
import { parsePipeline } from '../../src/config/load.ts';
import type { PipelineOptions, WebSocketClientSink, WebSocketClientSource } from '../../src/config/options.ts';
import { CLIENT_DEFAULTS, sent } from './samples.ts';

function sourceOptions(block: object): WebSocketClientSource {
  const { sources } = parsePipeline({
    name: 'p',
    sources: [{ name: 's', 'web-socket': { url: 'ws://h/', ...block } }],
  });
  const [source] = sources;
  if (source?.kind !== 'web-socket' || source.options.mode !== 'client') throw new Error('not a client');
  return source.options;
}

function sinkOf(changes: object): PipelineOptions['sinks'][number] {
  const input = { name: 'p', sources: [{ name: 's', stdin: {} }], sinks: [{ name: 'k', ...changes }] };
  const [sink] = parsePipeline(input).sinks;
  if (sink === undefined) throw new Error('no sink');
  return sink;
}

function sinkOptions(block: object): WebSocketClientSink {
  const sink = sinkOf({ 'web-socket': { url: 'ws://h/', ...block } });
  if (sink.kind !== 'web-socket' || sink.options.mode !== 'client') throw new Error('not a client');
  return sink.options;
}

describe('a web-socket source', () => {
  test.each([
    ['http://h/', 'ws://h/'],
    ['https://h/p?a=1', 'wss://h/p?a=1'],
    ['HTTPS://h/', 'wss://h/'],
    ['wss://h:1234', 'wss://h:1234'],
    ['wss://${env|HOST}/ws', 'wss://${env|HOST}/ws'],
    ['${env|URL}', '${env|URL}'],
  ])('dials %s as %s', (url, dialled) => {
    expect(sourceOptions({ url }).url).toBe(dialled);
  });

  test.each<[unknown, string[]]>([
    [{ op: 'subscribe', ids: [1, 2] }, ['{"op":"subscribe","ids":[1,2]}']],
    [
      [{ a: 1 }, 'ping', 5, true, [1, 'x']],
      ['{"a":1}', 'ping', '5', 'true', '[1,"x"]'],
    ],
    ['ping', ['ping']],
    [7, ['7']],
    [false, ['false']],
    [[], []],
    [{}, ['{}']],
    [{ token: '${secret|t}' }, ['{"token":"${secret|t}"}']],
  ])('sends requests %j as %j', (requests, frames) => {
    expect(sourceOptions({ requests }).requests).toEqual(frames.map(sent));
  });

  test.each(['off', false])('with heartbeat %j has none', (heartbeat) => {
    expect(sourceOptions({ heartbeat }).heartbeat).toBe(false);
  });

  test.each(['off', false])('with no-data-timeout %j has none', (timeout) => {
    expect(sourceOptions({ 'no-data-timeout': timeout })['no-data-timeout']).toBe(false);
  });

  test('with a heartbeat keeps the defaults of what is left out', () => {
    expect(sourceOptions({ heartbeat: { payload: 'hi', action: 'log-only' } }).heartbeat).toEqual({
      'ping-interval': 20_000,
      timeout: 10_000,
      action: 'log-only',
      payload: 'hi',
    });
  });

  test('with an app-heartbeat beats every minute and leaves templates alone', () => {
    expect(sourceOptions({ 'app-heartbeat': { requests: '${x}' } })['app-heartbeat']).toEqual({
      requests: ['${x}'],
      interval: 60_000,
    });
  });

  test.each(['emit-interval', 'request-interval'])('may have a %s of zero', (option) => {
    expect(sourceOptions({ [option]: 0 })).toMatchObject({ [option]: 0 });
  });

  test('takes every other option in milliseconds and bytes', () => {
    const block = {
      headers: { 'X-Key': '${env|K}' },
      query: { v: '1' },
      subprotocols: ['a', 'b'],
      payload: 'json',
      auth: { basic: { username: 'u', password: '${secret|p}' } },
      tls: { 'ca-certificate': '/ca.pem' },
      connect: { mode: 'eager', timeout: '3s', 'eager-timeout': '1m' },
      reconnect: { 'max-attempts': 5, multiplier: 1.5, jitter: 0 },
      'no-data-timeout': '90s',
      'max-payload': '64KiB',
      'close-timeout': 2,
      'emit-interval': '1s',
    };
    expect(sourceOptions(block)).toMatchObject({
      ...block,
      connect: { mode: 'eager', timeout: 3000, 'eager-timeout': 60_000 },
      'no-data-timeout': 90_000,
      'max-payload': 65_536,
      'close-timeout': 2000,
      'emit-interval': 1000,
    });
  });
});

describe('a sink', () => {
  test('of kind web-socket has its own defaults', () => {
    expect(sinkOptions({})).toEqual({
      ...CLIENT_DEFAULTS,
      url: 'ws://h/',
      connect: { mode: 'lazy', timeout: 10_000 },
      ack: 'pong',
      'ack-interval': 50,
      'max-in-flight': { events: 10_000, bytes: 16_777_216 },
      retry: { timeout: 30_000 },
    });
  });

  test('without a batch has none', () => {
    expect(sinkOf({ stdout: {} })).not.toHaveProperty('batch');
  });

  test.each([
    ['beside its kind', { batch: {}, 'web-socket': { url: 'ws://h/' } }],
    ['inside its kind', { 'web-socket': { url: 'ws://h/', batch: {} } }],
    ['inside stdout', { stdout: { batch: {} } }],
  ])('with a batch %s has its defaults', (_, sink) => {
    const found = sinkOf(sink);
    expect(found.batch).toEqual({
      mode: 'fixed',
      'fixed-size': 100,
      'max-bytes': 1_048_576,
      timeout: 100,
      'use-document-marker': false,
      'wrap-as-json': false,
    });
    expect(found.options).not.toHaveProperty('batch');
  });

  test('may name its single input as a text', () => {
    expect(sinkOf({ inputs: 's', stdout: {} }).inputs).toEqual(['s']);
  });

  test.each([
    ['file', { file: { path: '/out' } }, { path: '/out' }],
    ['function', { function: {} }, {}],
    ['stdout', { stdout: null }, {}],
  ])('may be of kind %s', (kind, sink, options) => {
    expect(sinkOf(sink)).toMatchObject({ kind, options });
  });
});
