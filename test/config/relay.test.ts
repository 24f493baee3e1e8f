import { describe, expect, test } from 'vitest';
import type { PipelineOptions } from '../../src/config/options.ts';
import {
  CLIENT_DEFAULTS,
  ENDPOINT_DEFAULTS,
  lines,
  listening,
  listeningSink,
  optionsOf,
  sent,
  warningsOf,
} from './samples.ts';

const upstream = (...block: string[]) => listening('relay', 'url: "ws://up/"', ...block);

const DELIVERY = {
  ack: 'pong',
  'ack-interval': 50,
  'max-in-flight': { events: 10_000, bytes: 16_777_216 },
  retry: { timeout: 30_000 },
};

const sinkNames = ({ sinks }: PipelineOptions) => sinks.map(({ name }) => name);
const sinkOf = ({ sinks }: PipelineOptions, name: string) => sinks.find((each) => each.name === name);

describe('a relay with an upstream', () => {
  test('is a source that knows of it', () => {
    expect(optionsOf(upstream('payload: json', 'emit-interval: 1s')).sources).toEqual([
      {
        name: 's',
        kind: 'web-socket',
        options: { mode: 'relay', endpoint: 'h:1', payload: 'json', 'emit-interval': 1000, upstream: true },
      },
    ]);
  });

  test('sends what comes from upstream to its peers', () => {
    expect(sinkOf(optionsOf(upstream()), 's.peers')).toEqual({
      name: 's.peers',
      inputs: ['s'],
      kind: 'web-socket',
      options: { mode: 'server-output', endpoint: 'h:1', payload: 'verbatim' },
      relay: { source: 's', side: 'upstream' },
      buffer: { type: 'memory', 'when-full': 'block' },
    });
  });

  test('sends what comes from peers upstream, over a connection that is opened at start', () => {
    expect(sinkOf(optionsOf(upstream()), 's.upstream')).toMatchObject({
      inputs: ['s'],
      kind: 'web-socket',
      relay: { source: 's', side: 'peer' },
      options: {
        ...CLIENT_DEFAULTS,
        ...DELIVERY,
        url: 'ws://up/',
        payload: 'verbatim',
        connect: { mode: 'eager', timeout: 10_000 },
      },
    });
  });

  test('gives its client options to the upstream and those of its server to the peers', () => {
    const text = upstream(
      'headers: { a: b }',
      'query: { c: d }',
      'auth: { bearer-token: t }',
      'tls: { insecure-skip-verify: true }',
      'proxy: "http://p:1"',
      'connect: { mode: lazy }',
      'heartbeat: off',
      'reconnect: { jitter: 0 }',
      'requests: [hello]',
      'max-payload: 1KiB',
      'ack: written',
      'retry: { retries: 3 }',
      'subprotocols: [v1]',
      'close-timeout: 1s',
    );
    const options = optionsOf(text);
    expect(sinkOf(options, 's.upstream')?.options).toMatchObject({
      headers: { a: 'b' },
      query: { c: 'd' },
      auth: { 'bearer-token': 't' },
      tls: { 'insecure-skip-verify': true },
      proxy: 'http://p:1',
      connect: { mode: 'lazy' },
      heartbeat: false,
      reconnect: { jitter: 0 },
      requests: [sent('hello')],
      'max-payload': 1024,
      ack: 'written',
      retry: { retries: 3 },
      subprotocols: ['v1'],
      'close-timeout': 1000,
    });
    expect(options.listeners[0]?.endpoints).toEqual([
      { id: 'h:1', ...ENDPOINT_DEFAULTS, subprotocols: ['v1'], 'close-timeout': 1000 },
    ]);
  });

  test('may turn the heartbeat of its peers off', () => {
    const text = upstream().replace('"h:1"', '"h:1", heartbeat: off');
    expect(optionsOf(text).listeners[0]?.endpoints).toMatchObject([{ heartbeat: false }]);
    expect(sinkOf(optionsOf(text), 's.upstream')?.options).toMatchObject({ heartbeat: { timeout: 10_000 } });
  });

  test('may replay to its peers', () => {
    const text = upstream('cursor: { query-parameter: after, value-pointer: /id }', 'replay: { max-events: 5 }');
    expect(optionsOf(text).listeners[0]?.endpoints).toMatchObject([
      { cursor: { 'query-parameter': 'after', 'value-pointer': '/id' }, replay: { 'max-events': 5 } },
    ]);
    expect(sinkOf(optionsOf(text), 's.upstream')?.options).not.toHaveProperty('cursor');
  });

  test('has a taker without any sink', () => {
    expect(warningsOf(upstream())).toEqual([]);
  });
});

describe('a relay without an upstream', () => {
  test('sends what comes from peers to its peers', () => {
    const options = optionsOf(listening('relay'));
    expect(options.sources[0]?.options).toEqual({
      mode: 'relay',
      endpoint: 'h:1',
      payload: 'text',
      'emit-interval': 0,
    });
    expect(sinkNames(options)).toEqual(['s.peers']);
    expect(sinkOf(options, 's.peers')?.relay).toEqual({ source: 's', side: 'peer' });
  });

  test.each(['headers', 'query', 'proxy', 'connect', 'reconnect', 'requests', 'request-interval', 'app-heartbeat'])(
    'has no use for %s, whatever it holds',
    (option) => {
      expect(lines(listening('relay', `${option}: { x: { } }`))).toEqual([
        `ticks.yaml:6:7 sources[0].web-socket.${option}: has no effect without url: it is of the upstream`,
      ]);
    },
  );

  test.each(['no-data-timeout', 'ack', 'reply', 'ack-interval', 'max-in-flight', 'retry'])(
    'has no use for %s',
    (option) => {
      expect(lines(listening('relay', `${option}: 1`))).toEqual([
        `ticks.yaml:6:7 sources[0].web-socket.${option}: has no effect without url: it is of the upstream`,
      ]);
    },
  );

  test.each(['heartbeat', 'auth', 'tls', 'max-payload'])('is told where %s of its peers belongs', (option) => {
    expect(lines(listening('relay', `${option}: sesame`))).toEqual([
      `ticks.yaml:6:7 sources[0].web-socket.${option}: has no effect without url: it is of the upstream; for its peers write server: { ${option}: … }`,
    ]);
  });
});

describe('a sink that is a relay', () => {
  test('where no source is one brings a source along, and the sides of that', () => {
    const options = optionsOf(listeningSink('relay', 'url: "ws://up/"', 'payload: json', 'batch: { fixed-size: 2 }'));
    expect(options.sources[1]).toEqual({
      name: 'out.relay',
      kind: 'web-socket',
      options: { mode: 'relay', endpoint: 'h:1', payload: 'json', 'emit-interval': 0, upstream: true },
    });
    expect(sinkNames(options)).toEqual(['out', 'out.relay.peers', 'out.relay.upstream']);
    expect(sinkOf(options, 'out')).toMatchObject({
      inputs: ['feed'],
      options: { mode: 'relay', endpoint: 'h:1', payload: 'json' },
      batch: { 'fixed-size': 2 },
    });
    expect(sinkOf(options, 'out.relay.peers')).toMatchObject({ inputs: ['out.relay'], relay: { side: 'upstream' } });
    expect(sinkOf(options, 'out.relay.upstream')?.options).toMatchObject({ url: 'ws://up/', payload: 'verbatim' });
  });

  test('without an upstream brings a relay without one along', () => {
    const options = optionsOf(listeningSink('relay'));
    expect(options.sources[1]?.options).not.toHaveProperty('upstream');
    expect(sinkOf(options, 'out.relay.peers')?.relay).toEqual({ source: 'out.relay', side: 'peer' });
  });

  test('is not warned of', () => {
    expect(warningsOf(listeningSink('relay'))).toEqual([]);
  });

  test('shares the relay that a source is at the same place', () => {
    const text = `${upstream()}\nsinks:\n  - { name: k, web-socket: { mode: relay, server: { bind: "h:1" } } }`;
    const options = optionsOf(text);
    expect(options.sources).toHaveLength(1);
    expect(sinkNames(options)).toEqual(['k', 's.peers', 's.upstream']);
  });

  test('may be what says the upstream of the two', () => {
    const text = `${listening('relay')}\nsinks:\n  - { name: k, web-socket: { mode: relay, url: "ws://up/", server: { bind: "h:1" } } }`;
    const options = optionsOf(text);
    expect(options.sources[0]?.options).toMatchObject({ upstream: true });
    expect(sinkNames(options)).toEqual(['k', 's.peers', 's.upstream']);
  });

  test('must not contradict that source', () => {
    const sink = (block: string) =>
      `${upstream('retry: { retries: 1 }')}\nsinks:\n  - { name: k, web-socket: { mode: relay, server: { bind: "h:1" }, ${block} } }`;
    expect(lines(sink('url: "ws://other/"'))).toEqual([
      'ticks.yaml:9:68 sinks[0].web-socket.url: contradicts s, which shares h:1; expected the same, or to leave it to one of them',
    ]);
    expect(optionsOf(sink('url: "ws://up/", retry: { retries: 1, timeout: 30 }')).sources).toHaveLength(1);
  });

  test('at another path is a relay of its own', () => {
    const text = `${listening('relay')}\nsinks:\n  - { name: k, web-socket: { mode: relay, server: { bind: "h:1", path: /b } } }`;
    expect(optionsOf(text).sources.map(({ name }) => name)).toEqual(['s', 'k.relay']);
  });

  test('shares one with a second sink', () => {
    const text = `${listeningSink('relay')}\n  - { name: k, web-socket: { mode: relay, server: { bind: "h:1" } } }`;
    expect(optionsOf(text).sources.map(({ name }) => name)).toEqual(['feed', 'out.relay']);
  });
});

test('a second relay at one place is refused', () => {
  const text = `${listening('relay')}\n  - { name: t, web-socket: { mode: relay, server: { bind: "h:1" } } }`;
  expect(lines(text)).toEqual([
    'ticks.yaml:6:36 sources[1].web-socket.mode: is a second relay at h:1, beside s, expected one',
  ]);
});
