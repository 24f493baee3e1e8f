// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { describe, expect, test } from 'vitest';
import { parsePipeline } from '../../src/config/load.ts';
import { errorOf, lines, source, web } from './samples.ts';

const TOKEN = "expected letters, digits and !#$%&'*+-.^_`|~";

describe('a handshake that can never work is refused', () => {
  test.each<[string, string]>([
    ['headers: { "a b": x }', `5:18 sources[0].web-socket.headers["a…"]: is not the name of a header, ${TOKEN}`],
    ['headers: { "": x }', `5:18 sources[0].web-socket.headers[""]: is not the name of a header, ${TOKEN}`],
    ['headers: { é: x }', `5:18 sources[0].web-socket.headers["…"]: is not the name of a header, ${TOKEN}`],
    ['headers: { Connection: x }', '5:18 sources[0].web-socket.headers.Connection: is set by the handshake itself'],
    ['headers: { upgrade: x }', '5:18 sources[0].web-socket.headers.upgrade: is set by the handshake itself'],
    [
      'headers: { Content-Length: "1" }',
      '5:18 sources[0].web-socket.headers.Content-Length: is set by the handshake itself',
    ],
    [
      'headers: { Transfer-Encoding: x }',
      '5:18 sources[0].web-socket.headers.Transfer-Encoding: is set by the handshake itself',
    ],
    [
      'headers: { Sec-WebSocket-Key: x }',
      '5:18 sources[0].web-socket.headers.Sec-WebSocket-Key: is set by the handshake itself',
    ],
    [
      'headers: { Sec-WebSocket-Protocol: x }',
      '5:18 sources[0].web-socket.headers.Sec-WebSocket-Protocol: is set by the handshake itself, from subprotocols',
    ],
    [
      'headers: { a: "b\\nc" }',
      '5:21 sources[0].web-socket.headers.a: holds a control character, which no header can carry',
    ],
    [
      'headers: { a: "${env|A}\\x7f" }',
      '5:21 sources[0].web-socket.headers.a: holds a control character, which no header can carry',
    ],
    [
      'headers: { a: "10 €" }',
      '5:21 sources[0].web-socket.headers.a: holds a character above U+00FF, which no header can carry',
    ],
    [
      'auth: { bearer-token: "sesame\\n" }',
      '5:29 sources[0].web-socket.auth.bearer-token: holds a control character, which no header can carry',
    ],
    [
      'subprotocols: [a, "b c"]',
      `5:25 sources[0].web-socket.subprotocols[1]: is not the name of a subprotocol, ${TOKEN}`,
    ],
    ['subprotocols: [""]', '5:22 sources[0].web-socket.subprotocols[0]: is empty, expected the name of a subprotocol'],
    ['subprotocols: [a, b, a]', '5:28 sources[0].web-socket.subprotocols[2]: is listed twice'],
  ])('%s', (option, line) => {
    expect(lines(web(option))).toEqual([`ticks.yaml:${line}`]);
  });

  test('together with what is wrong with another header', () => {
    expect(lines(web('headers: { Upgrade: 5, b: "${c" }'))).toHaveLength(3);
  });

  test('without showing what may be a credential', () => {
    const text = web(
      'headers: { "Authorization: Bearer sesame": "", a: "sesame\\n" }',
      'auth: { bearer-token: "sesame €" }',
      'subprotocols: ["token sesame"]',
    );
    const { message, problems } = errorOf(text);
    expect(problems).toHaveLength(4);
    expect(message).not.toContain('sesame');
    expect(JSON.stringify(problems)).not.toContain('sesame');
  });
});

describe('a handshake that can work is taken', () => {
  test.each<[string, object]>([
    ['a Host header', { headers: { Host: 'other.example' } }],
    ['every character of a token', { headers: { "!#$%&'*+-.^_`|~9aZ": 'x' } }],
    ['a value of Latin-1 with a tab', { headers: { a: 'caf\u00e9\tau lait' } }],
    ['what a template leaves open', { headers: { a: '${env|A||€}' } }],
    ['subprotocols that differ in case', { subprotocols: ['v1.ticks', 'V1.ticks'] }],
    ['an IPv6 address with a port', { url: 'ws://[::1]:80/' }],
    ['a template that brings the port', { url: 'ws://h:${env|PORT||99999}/' }],
  ])('%s', (_, block) => {
    const pipeline = { name: 'p', sources: [{ name: 's', 'web-socket': { url: 'ws://h/', ...block } }] };
    expect(parsePipeline(pipeline).sources[0]?.options).toMatchObject(block);
  });
});

describe('a url that cannot be dialled says why', () => {
  test.each([
    ['ws://h:99999/', '"ws://h:99999/" has a port above 65535'],
    ['https://[::1]:65536', '"https://[::1]:65536" has a port above 65535'],
    ['ws://h:99999/${env|A}', '"ws://h:99999/${env|A}" has a port above 65535'],
    ['ws://', '"ws://" has no host'],
    ['ws:///ticks', '"ws:///ticks" has no host'],
    ['ws://:80/', '"ws://:80/" has no host'],
    ['ws://h:http/', '"ws://h:http/" is not a ws:// or wss:// url'],
  ])('%s', (url, message) => {
    expect(lines(source(`url: "${url}"`))).toEqual([`ticks.yaml:4:12 sources[0].web-socket.url: ${message}`]);
  });
});
