import { describe, expect, test } from 'vitest';
import { parsePipeline } from '../../src/config/load.ts';
import { ENDPOINT_DEFAULTS, errorOf, lines, optionsOf } from './samples.ts';

/** A source in line 3 and a sink in line 5. */
const pair = (source: string, sink: string) =>
  [
    'sources:',
    `  - { name: a, web-socket: { mode: server-input, ${source} } }`,
    'sinks:',
    `  - { name: b, web-socket: { mode: server-output, ${sink} } }`,
  ].join('\n');
const served = (options = '') => `server: { bind: "h:1"${options === '' ? '' : `, ${options}`} }`;
const binds = (text: string) =>
  optionsOf(text).listeners.map(({ bind, endpoints }) => [bind, ...endpoints.map(({ id }) => id)]);

describe('components that listen', () => {
  test('at one address and path share an endpoint', () => {
    const options = optionsOf(pair(served('path: /x'), served('path: /x')));
    expect(options.listeners).toEqual([
      { bind: 'h:1', host: 'h', port: 1, endpoints: [{ id: 'h:1/x', path: '/x', ...ENDPOINT_DEFAULTS }] },
    ]);
    expect(options.sources[0]?.options).toMatchObject({ endpoint: 'h:1/x' });
    expect(options.sinks[0]?.options).toMatchObject({ endpoint: 'h:1/x' });
  });

  test('at one address and several paths share a listener', () => {
    expect(binds(pair(served('path: /x'), served('path: /y')))).toEqual([['h:1', 'h:1/x', 'h:1/y']]);
  });

  test('with a path and without one share a listener', () => {
    expect(binds(pair(served('path: /x'), served()))).toEqual([['h:1', 'h:1/x', 'h:1']]);
  });

  test('share an address that is written in two ways, under the first of them', () => {
    const text = pair('server: { bind: "LocalHost:80" }', 'server: { bind: "localhost:0080" }');
    expect(binds(text)).toEqual([['LocalHost:80', 'LocalHost:80']]);
    expect(optionsOf(text).sinks[0]?.options).toMatchObject({ endpoint: 'LocalHost:80' });
    expect(binds(pair('server: { bind: "[::1]:80" }', 'server: { bind: "[0:0::1]:80" }'))).toHaveLength(1);
  });

  test.each([
    ['h:1', 'h:2'],
    ['h:1', 'i:1'],
    ['0.0.0.0:1', '127.0.0.1:1'],
  ])('at %s and %s share nothing', (left, right) => {
    expect(binds(pair(`server: { bind: "${left}" }`, `server: { bind: "${right}" }`))).toHaveLength(2);
  });

  test('at any free port share it when it is written alike', () => {
    const free = (right: string) => binds(pair('server: { bind: "localhost:0" }', `server: { bind: "${right}" }`));
    expect(free('localhost:0')).toHaveLength(1);
    expect(free('LOCALHOST:0')).toHaveLength(2);
  });
});

describe('an endpoint that is shared', () => {
  test('has what any of its components says', () => {
    const text = pair(
      `${served('max-connections: 5')}, subprotocols: [v1]`,
      `${served('idle-timeout: 1m, auth: { bearer-tokens: [t] }')}, heartbeat: off, close-timeout: 1s, cursor: { header-name: a, value-field: b }, replay: {}`,
    );
    expect(optionsOf(text).listeners[0]?.endpoints).toMatchObject([
      {
        'max-connections': 5,
        'idle-timeout': 60_000,
        auth: { 'bearer-tokens': ['t'] },
        subprotocols: ['v1'],
        heartbeat: false,
        'close-timeout': 1000,
        cursor: { 'header-name': 'a' },
        replay: { 'max-events': 1000 },
      },
    ]);
  });

  test('may be told the same twice, in other words', () => {
    const text = pair(
      `${served('idle-timeout: 60, max-payload: 1024, allowed-origins: ["https://A"]')}, heartbeat: { timeout: 10s }`,
      `${served('idle-timeout: 1m, max-payload: 1KiB, allowed-origins: ["https://a"]')}, heartbeat: {}`,
    );
    expect(optionsOf(text).listeners[0]?.endpoints).toMatchObject([{ 'idle-timeout': 60_000 }]);
  });

  test.each<[string, string, string]>([
    ['max-connections: 1', 'max-connections: 2', 'max-connections'],
    ['idle-timeout: 1', 'idle-timeout: 2', 'idle-timeout'],
    ['allowed-origins: ["https://a"]', 'allowed-origins: []', 'allowed-origins'],
    ['send-buffer-capacity: 1', 'send-buffer-capacity: 2', 'send-buffer-capacity'],
    ['send-buffer-bytes: 1', 'send-buffer-bytes: 2', 'send-buffer-bytes'],
    ['slow-peer: drop-oldest', 'slow-peer: drop-newest', 'slow-peer'],
    ['auth: { bearer-tokens: [sesame] }', 'auth: { bearer-tokens: [open] }', 'auth'],
    ['max-payload: 1', 'max-payload: 2', 'max-payload'],
    ['tls: { cert: a, key: b }', 'tls: { cert: a, key: c }', 'tls'],
  ])('must not be told %s and %s', (first, second, key) => {
    expect(lines(pair(served(first), served(second)))).toEqual([
      `ticks.yaml:4:74 sinks[0].web-socket.server.${key}: contradicts a, which shares h:1; expected the same, or to leave it to one of them`,
    ]);
  });

  test.each<[string, string, string]>([
    ['subprotocols: [a, b]', 'subprotocols: [b, a]', 'subprotocols'],
    ['heartbeat: off', 'heartbeat: {}', 'heartbeat'],
    ['close-timeout: 1', 'close-timeout: 2', 'close-timeout'],
  ])('must not be told %s and %s beside its server', (first, second, key) => {
    expect(lines(pair(`${served()}, ${first}`, `${served()}, ${second}`))).toEqual([
      `ticks.yaml:4:76 sinks[0].web-socket.${key}: contradicts a, which shares h:1; expected the same, or to leave it to one of them`,
    ]);
  });

  test('of a relay and another one has one heartbeat of its peers', () => {
    const text = pair(served('heartbeat: off'), `${served()}, heartbeat: {}`).replace('server-input', 'relay');
    expect(lines(text)).toEqual([
      'ticks.yaml:4:76 sinks[0].web-socket.heartbeat: contradicts a, which shares h:1; expected the same, or to leave it to one of them',
    ]);
  });

  test.each(['cursor: { header-name: c, value-field: b }', 'replay: { max-events: 5 }'])(
    'must not be told another %s by a second sink',
    (changed) => {
      const [key = ''] = changed.split(':');
      const block = { cursor: 'cursor: { header-name: a, value-field: b }', replay: 'replay: {}', [key]: changed };
      const text = `${pair(served(), `${served()}, cursor: { header-name: a, value-field: b }, replay: {}`)}\n  - { name: c, web-socket: { mode: server-output, ${served()}, ${block.cursor}, ${block.replay} } }`;
      expect(lines(text)).toHaveLength(1);
      expect(lines(text)[0]).toContain(`sinks[1].web-socket.${key}: contradicts b, which shares h:1;`);
    },
  );

  test('never shows a credential', () => {
    const text = pair(served('auth: { bearer-tokens: [sesame] }'), served('auth: { bearer-tokens: [open] }'));
    expect(errorOf(text).message).not.toMatch(/sesame|open/);
  });

  test('is compared though another component has errors of its own', () => {
    const text = `${pair(served('max-payload: 1'), served('max-payload: 2'))}\n  - { name: c, stdot: }`;
    expect(lines(text)[0]).toContain('sinks[0].web-socket.server.max-payload: contradicts a');
  });

  test('may be given the same function twice, and no other', () => {
    const admit = () => true;
    const both = (second: () => boolean) => () =>
      parsePipeline({
        name: 'p',
        sources: [{ name: 'a', 'web-socket': { mode: 'server-input', server: { bind: 'h:1', auth: admit } } }],
        sinks: [{ name: 'b', 'web-socket': { mode: 'server-output', server: { bind: 'h:1', auth: second } } }],
      });
    expect(both(admit)).not.toThrow();
    expect(both(() => false)).toThrow('sinks[0].web-socket.server.auth: contradicts a');
  });
});

describe('the certificate of a listener', () => {
  const tls = (key: string) => `tls: { cert: c, key: ${key} }`;

  test('is that of all its paths', () => {
    const text = pair(served('path: /x'), served(`path: /y, ${tls('k')}`));
    expect(optionsOf(text).listeners).toMatchObject([{ tls: { cert: 'c', key: 'k' } }]);
  });

  test('cannot be another one for another path', () => {
    expect(lines(pair(served(`path: /x, ${tls('k')}`), served(`path: /y, ${tls('l')}`)))).toEqual([
      'ticks.yaml:4:84 sinks[0].web-socket.server.tls: contradicts a, which shares h:1; expected the same, or to leave it to one of them',
    ]);
  });
});
