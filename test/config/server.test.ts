// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { describe, expect, test } from 'vitest';
import { parsePipeline } from '../../src/config/load.ts';
import type { EndpointOptions } from '../../src/config/options.ts';
import {
  ENDPOINT_DEFAULTS,
  listening,
  listeningSink,
  optionsOf,
  RECORD_DEFAULTS,
  source,
  warningsOf,
} from './samples.ts';

const server = (options: string) => source('mode: server-input', `server: { bind: "h:1", ${options} }`);

function endpointOf(served: object, block: object = {}): EndpointOptions {
  const { listeners } = parsePipeline({
    name: 'p',
    sources: [
      { name: 's', 'web-socket': { mode: 'server-input', server: { bind: '0.0.0.0:80', ...served }, ...block } },
    ],
  });
  const [endpoint] = listeners.flatMap(({ endpoints }) => endpoints);
  if (endpoint === undefined) throw new Error('nothing is served');
  return endpoint;
}

describe('a component that listens', () => {
  test('of kind source names its endpoint, which has every default', () => {
    expect(optionsOf(listening('server-input'))).toEqual({
      name: 'ticks',
      sources: [
        {
          name: 's',
          kind: 'web-socket',
          options: { mode: 'server-input', endpoint: 'h:1', payload: 'text', ...RECORD_DEFAULTS },
        },
      ],
      sinks: [],
      listeners: [{ bind: 'h:1', host: 'h', port: 1, endpoints: [{ id: 'h:1', ...ENDPOINT_DEFAULTS }] }],
    });
  });

  test('of kind sink keeps its payload, and its batch beside it', () => {
    const [sink] = optionsOf(listeningSink('server-output', 'payload: json', 'batch: { fixed-size: 5 }')).sinks;
    expect(sink).toMatchObject({
      kind: 'web-socket',
      options: { mode: 'server-output', endpoint: 'h:1', payload: 'json' },
      batch: { 'fixed-size': 5 },
    });
    expect(sink?.options).not.toHaveProperty('batch');
  });

  test('takes every option of its server', () => {
    const written = {
      path: '/feed',
      'max-connections': 5,
      'idle-timeout': '1m',
      'allowed-origins': ['HTTPS://App.Example', 'http://localhost:3000'],
      'send-buffer-capacity': 10,
      'send-buffer-bytes': '64KiB',
      'slow-peer': 'conflate',
      'conflate-by': '/key',
      auth: { 'bearer-tokens': ['${secret|A}', 'b'], basic: [{ username: 'u', password: '${env|P}' }] },
      'max-payload': '2MiB',
    };
    expect(endpointOf(written, { subprotocols: ['a'], heartbeat: 'off', 'close-timeout': 1 })).toEqual({
      ...written,
      id: '0.0.0.0:80/feed',
      'idle-timeout': 60_000,
      'allowed-origins': ['https://app.example', 'http://localhost:3000'],
      'send-buffer-bytes': 65_536,
      'max-payload': 2_097_152,
      subprotocols: ['a'],
      heartbeat: false,
      'close-timeout': 1000,
    });
  });

  test.each(['disconnect', 'drop-oldest', 'drop-newest'])('may %s for a slow peer', (policy) => {
    expect(endpointOf({ 'slow-peer': policy })).toMatchObject({ 'slow-peer': policy });
  });

  test('may serve wss', () => {
    const text = server('tls: { cert: /c.pem, key: /k.pem }');
    expect(optionsOf(text).listeners).toMatchObject([{ tls: { cert: '/c.pem', key: '/k.pem' } }]);
  });

  test('of an application may ask a function who is let in', () => {
    const admit = () => true;
    expect(endpointOf({ auth: admit }).auth).toBe(admit);
  });

  test('may ask a function in a pipeline that uses its context', () => {
    const admit = async () => false;
    const { listeners } = parsePipeline({
      name: 'p',
      context: { port: 7 },
      sources: [{ name: 's', 'web-socket': { mode: 'server-input', server: { bind: 'h:{{port}}', auth: admit } } }],
    });
    expect(listeners[0]?.port).toBe(7);
    expect(listeners[0]?.endpoints[0]?.auth).toBe(admit);
  });

  test('keeps where a peer gives its cursor, and what is replayed', () => {
    const text = listeningSink(
      'server-output',
      'cursor: { header-name: Last-Event-ID, query-parameter: after, value-pointer: /id }',
      'replay: { max-events: 5, max-bytes: 1KiB, on-gap: close }',
    );
    expect(optionsOf(text).listeners[0]?.endpoints).toEqual([
      {
        id: 'h:1',
        ...ENDPOINT_DEFAULTS,
        cursor: { 'header-name': 'Last-Event-ID', 'query-parameter': 'after', 'value-pointer': '/id' },
        replay: { 'max-events': 5, 'max-bytes': 1024, 'on-gap': 'close' },
      },
    ]);
  });

  test('replays a thousand events of 16 MiB unless it says otherwise', () => {
    const text = listeningSink('server-output', 'cursor: { query-parameter: after, value-field: id }', 'replay: {}');
    expect(optionsOf(text).listeners[0]?.endpoints[0]?.replay).toEqual({
      'max-events': 1000,
      'max-bytes': 16_777_216,
      'on-gap': 'notify',
    });
  });

  test('warns of a cursor that nothing is replayed from', () => {
    expect(warningsOf(listeningSink('server-output', 'cursor: { header-name: a, value-field: id }'))).toEqual([
      '7 sinks[0].web-socket.cursor: has no effect without replay beside it',
    ]);
  });
});
