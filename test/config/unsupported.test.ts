import { describe, expect, test } from 'vitest';
import { lines, sink, web } from './samples.ts';

describe('an option that is documented and not built yet is told apart from a mistake', () => {
  test.each<[string, string]>([
    [web('mode: relay'), '5:13 sources[0].web-socket.mode: "relay" is not supported yet; supported: client'],
    [
      web('mode: server-input'),
      '5:13 sources[0].web-socket.mode: "server-input" is not supported yet; supported: client',
    ],
    [
      web('payload: binary'),
      '5:16 sources[0].web-socket.payload: "binary" is not supported yet; supported: text or json',
    ],
    [
      web('auth: { headers: {} }'),
      '5:15 sources[0].web-socket.auth.headers: is not supported yet; supported here: bearer-token, basic',
    ],
    [
      web('auth: { query: {} }'),
      '5:15 sources[0].web-socket.auth.query: is not supported yet; supported here: bearer-token, basic',
    ],
    [
      web('tls: { client-key: a }'),
      '5:14 sources[0].web-socket.tls.client-key: is not supported yet; supported here: ca-certificate',
    ],
    [
      sink('buffer: { type: disk }', 'stdout:'),
      '4:21 sinks[0].buffer.type: "disk" is not supported yet; supported: memory',
    ],
    [
      sink('batch: { mode: document }', 'stdout:'),
      '4:20 sinks[0].batch.mode: "document" is not supported yet; supported: fixed',
    ],
    [
      sink('batch: { header: a }', 'stdout:'),
      '4:14 sinks[0].batch.header: is not supported yet; supported here: mode, fixed-size, max-bytes, timeout',
    ],
    [
      sink('web-socket: { url: "ws://h/", ack: reply }'),
      '4:40 sinks[0].web-socket.ack: "reply" is not supported yet; supported: written or pong',
    ],
    [
      sink('web-socket: { url: "ws://h/", retry: { retries: 3 } }'),
      '4:44 sinks[0].web-socket.retry.retries: is not supported yet; supported here: timeout',
    ],
  ])('%j', (text, line) => {
    expect(lines(text)).toEqual([`ticks.yaml:${line}`]);
  });

  test.each([
    'server',
    'cursor',
    'replay',
    'schema',
    'on-error',
    'received-field',
    'event-time',
    'split-arrays',
    'latest-only',
  ])('web-socket.%s', (option) => {
    expect(lines(web(`${option}: 1`))[0]).toMatch(/is not supported yet; supported here: mode, url/);
  });
});
