// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { describe, expect, test } from 'vitest';
import { errorOf, lines, listeningSink, source, webSink } from './samples.ts';

const server = (options: string) => source('mode: server-input', `server: { bind: "h:1", ${options} }`);

describe('an option of a server that cannot work says why', () => {
  const ADDRESS = 'is not an address such as 0.0.0.0:8080, [::1]:8080 or localhost:0';

  test.each<[string, string]>([
    ['bind: 8080', `bind: 8080 (a number) ${ADDRESS}`],
    ['bind: ""', `bind: "" ${ADDRESS}`],
    ['bind: ":8080"', `bind: ":8080" ${ADDRESS}`],
    ['bind: "h"', `bind: "h" ${ADDRESS}`],
    ['bind: "h:99999"', `bind: "h:99999" ${ADDRESS}`],
    ['bind: "::1:80"', `bind: "::1:80" ${ADDRESS}`],
    ['bind: "[::g]:80"', `bind: "[::g]:80" ${ADDRESS}`],
    ['bind: "ws://h:80"', `bind: "ws://h:80" ${ADDRESS}`],
  ])('%s', (option, sentence) => {
    expect(lines(source('mode: server-input', `server: { ${option} }`))).toEqual([
      `ticks.yaml:5:23 sources[0].web-socket.server.${sentence}`,
    ]);
  });

  test.each<[string, string]>([
    ['path: feed', '36 sources[0].web-socket.server.path: "feed" is not a path such as /feed'],
    ['path: "/a?b"', '36 sources[0].web-socket.server.path: "/a?b" is not a path such as /feed'],
    ['path: "/a#b"', '36 sources[0].web-socket.server.path: "/a#b" is not a path such as /feed'],
    ['path: "/a b"', '36 sources[0].web-socket.server.path: "/a b" is not a path such as /feed'],
    ['tls: { cert: a }', '35 sources[0].web-socket.server.tls.key: is missing, expected a path'],
    ['tls: { key: a }', '35 sources[0].web-socket.server.tls.cert: is missing, expected a path'],
    ['max-connections: 0', '47 sources[0].web-socket.server.max-connections: 0 is too small, expected at least 1'],
    ['idle-timeout: 0', '44 sources[0].web-socket.server.idle-timeout: 0 is zero, expected a duration above zero'],
    [
      'allowed-origins: [h.example]',
      '48 sources[0].web-socket.server.allowed-origins[0]: "h.example" is not an origin such as https://example.com or http://localhost:3000',
    ],
    [
      'allowed-origins: ["*"]',
      '48 sources[0].web-socket.server.allowed-origins[0]: "*" is not an origin such as https://example.com or http://localhost:3000',
    ],
    [
      'allowed-origins: ["https://a/"]',
      '48 sources[0].web-socket.server.allowed-origins[0]: "https://a/" is not an origin such as https://example.com or http://localhost:3000',
    ],
    [
      'send-buffer-capacity: 0',
      '52 sources[0].web-socket.server.send-buffer-capacity: 0 is too small, expected at least 1',
    ],
    [
      'slow-peer: wait',
      '41 sources[0].web-socket.server.slow-peer: "wait" is not disconnect or drop-oldest or drop-newest or conflate',
    ],
    [
      'slow-peer: conflate',
      '15 sources[0].web-socket.server.conflate-by: is missing, expected a JSON pointer: slow-peer: conflate needs it',
    ],
    ['conflate-by: /a', '30 sources[0].web-socket.server.conflate-by: has no effect without slow-peer: conflate'],
    [
      'slow-peer: conflate, conflate-by: a',
      '64 sources[0].web-socket.server.conflate-by: "a" is not a JSON pointer such as /data/id',
    ],
    ['auth: {}', '36 sources[0].web-socket.server.auth: lets nobody in, expected bearer-tokens or basic'],
    ['auth: sesame', '36 sources[0].web-socket.server.auth: (hidden) is not a map'],
    [
      'auth: { bearer-tokens: [] }',
      '53 sources[0].web-socket.server.auth.bearer-tokens: is an empty list, expected at least one of them',
    ],
    [
      'auth: { bearer-token: sesame }',
      '38 sources[0].web-socket.server.auth.bearer-token: is not an option; did you mean "bearer-tokens"?',
    ],
    [
      'auth: { bearer-tokens: ["${a}"] }',
      '54 sources[0].web-socket.server.auth.bearer-tokens[0]: ${a} reads an event, and there is none here',
    ],
    [
      'auth: { basic: [{ username: sesame }] }',
      '46 sources[0].web-socket.server.auth.basic[0].password: is missing, expected text',
    ],
    [
      'bearer-tokens: sesame',
      '30 sources[0].web-socket.server.bearer-tokens: is not an option here; it belongs inside, as auth: { bearer-tokens: … }',
    ],
  ])('%s', (option, line) => {
    expect(lines(server(option))).toEqual([`ticks.yaml:5:${line}`]);
  });

  test('replay without a cursor', () => {
    const sentence =
      'needs a cursor beside it, with header-name or query-parameter, and with value-field or value-pointer';
    const replaying = (...cursor: string[]) => lines(listeningSink('server-output', 'replay: {}', ...cursor));
    const line = `ticks.yaml:7:7 sinks[0].web-socket.replay: ${sentence}`;
    expect(replaying()).toEqual([line]);
    expect(replaying('cursor: { header-name: a }')).toEqual([line]);
    expect(replaying('cursor: { value-field: a }')).toEqual([line]);
  });

  test.each([
    ['max-events: 0', 'max-events: 0 is too small, expected at least 1'],
    ['on-gap: wait', 'on-gap: "wait" is not notify or close or ignore'],
  ])('replay with %s', (option, sentence) => {
    const cursor = 'cursor: { header-name: a, value-field: b }';
    expect(lines(listeningSink('server-output', cursor, `replay: { ${option} }`))[0]).toContain(
      `sinks[0].web-socket.replay.${sentence}`,
    );
  });

  test('together with all others of the file, without a credential', () => {
    const text = `${server('path: a, auth: { bearer-tokens: [4711], basic: sesame }')}\nsinks: 5`;
    const { problems, message } = errorOf(text);
    expect(problems).toHaveLength(4);
    expect(message).not.toMatch(/4711|sesame/);
  });

  test('for a sink alike', () => {
    expect(lines(webSink('mode: relay', 'server: {}'))).toEqual([
      `ticks.yaml:6:15 sinks[0].web-socket.server.bind: is missing, expected ${ADDRESS.replace('is not ', '')}`,
    ]);
  });
});
