import { describe, expect, test } from 'vitest';
import { errorOf, lines, listening, listeningSink, source, web, webSink } from './samples.ts';

describe('an option that has no effect in its mode is refused, with the modes that have it', () => {
  test.each<[string, string]>([
    [
      web('server: { bind: "h:1" }'),
      '5:7 sources[0].web-socket.server: has no effect in mode client, which dials; expected mode: server-input or relay',
    ],
    [
      web('replay: {}'),
      '5:7 sources[0].web-socket.replay: has no effect in mode client, which dials; expected mode: relay',
    ],
    [
      listening('server-input', 'url: "ws://h/"'),
      '6:7 sources[0].web-socket.url: has no effect in mode server-input, which listens; expected mode: client or relay',
    ],
    [
      listening('server-input', 'max-payload: 5'),
      '6:7 sources[0].web-socket.max-payload: has no effect in mode server-input, which listens; expected mode: client or relay; for its peers write server: { max-payload: 5 }',
    ],
    [
      listening('server-input', 'cursor: { header-name: a }'),
      '6:7 sources[0].web-socket.cursor: has no effect in mode server-input, which listens; expected mode: client or relay',
    ],
    [
      listening('server-input', 'replay: {}'),
      '6:7 sources[0].web-socket.replay: has no effect in mode server-input, which listens; expected mode: relay',
    ],
    [
      source('mode: server-input', 'server: { bind: "h:1", heartbeat: off }'),
      '5:30 sources[0].web-socket.server.heartbeat: has no effect in mode server-input, whose own heartbeat is of its peers: write it beside server',
    ],
    [
      webSink('url: "ws://h/"', 'server: 5'),
      '6:7 sinks[0].web-socket.server: has no effect in mode client, which dials; expected mode: server-output, server-input or relay',
    ],
    [
      webSink('url: "ws://h/"', 'replay: {}'),
      '6:7 sinks[0].web-socket.replay: has no effect in mode client, which dials; expected mode: server-output or relay',
    ],
    [
      listeningSink('server-output', 'url: "ws://h/"'),
      '7:7 sinks[0].web-socket.url: has no effect in mode server-output, which listens; expected mode: client or relay',
    ],
    [
      listeningSink('server-output', 'retry: {}'),
      '7:7 sinks[0].web-socket.retry: has no effect in mode server-output, which listens; expected mode: client or relay',
    ],
    [
      listeningSink('server-input', 'replay: {}'),
      '7:7 sinks[0].web-socket.replay: has no effect in mode server-input, which listens; expected mode: server-output or relay',
    ],
    [
      listeningSink('server-input', 'cursor: {}'),
      '7:7 sinks[0].web-socket.cursor: has no effect in mode server-input, which listens; expected mode: client, server-output or relay',
    ],
  ])('%j', (text, line) => {
    expect(lines(text)).toEqual([`ticks.yaml:${line}`]);
  });

  test.each([
    'headers',
    'query',
    'proxy',
    'connect',
    'reconnect',
    'requests',
    'request-interval',
    'app-heartbeat',
    'no-data-timeout',
  ])('%s of a server', (option) => {
    expect(lines(listening('server-input', `${option}: 1`))).toEqual([
      `ticks.yaml:6:7 sources[0].web-socket.${option}: has no effect in mode server-input, which listens; expected mode: client or relay`,
    ]);
  });

  test.each(['auth', 'tls'])('%s of a server, with its place for peers', (option) => {
    expect(lines(listeningSink('server-output', `${option}: { bearer-token: sesame }`))).toEqual([
      `ticks.yaml:7:7 sinks[0].web-socket.${option}: has no effect in mode server-output, which listens; expected mode: client or relay; for its peers write server: { ${option}: … }`,
    ]);
  });

  test.each(['server-output', 'relay'])('what keeps a cursor, in mode %s', (mode) => {
    const block = 'cursor: { persist-to: a, state-id: b, initial-value: c, resume-on-reconnect: true }';
    const sentence = `has no effect in mode ${mode}, which listens; expected mode: client`;
    expect(errorOf(listeningSink(mode, block)).problems.map(({ path, message }) => [path, message])).toEqual(
      ['persist-to', 'state-id', 'initial-value', 'resume-on-reconnect'].map((key) => [
        `sinks[0].web-socket.cursor.${key}`,
        sentence,
      ]),
    );
  });
});

describe('what a mode needs is named', () => {
  test.each<[string, string]>([
    [
      source('payload: text'),
      '4:7 sources[0].web-socket.url: is missing, expected a ws:// or wss:// url; it is required in client mode',
    ],
    [
      source('mode: server-input'),
      '4:7 sources[0].web-socket.server: is missing, expected a map; it is required in server-input mode',
    ],
    [
      webSink('mode: server-output'),
      '5:7 sinks[0].web-socket.server: is missing, expected a map; it is required in server-output mode',
    ],
    [
      webSink('mode: relay', 'url: "ws://h/"'),
      '5:7 sinks[0].web-socket.server: is missing, expected a map; it is required in relay mode',
    ],
    [
      webSink('mode: server-input'),
      '5:7 sinks[0].web-socket.server: is missing, expected a map, or reply-to beside web-socket; it is required in server-input mode',
    ],
  ])('%j', (text, line) => {
    expect(lines(text)).toEqual([`ticks.yaml:${line}`]);
  });
});

describe('the mode', () => {
  test('of a sink may be any of the four', () => {
    expect(lines(webSink('mode: server'))).toEqual([
      'ticks.yaml:5:13 sinks[0].web-socket.mode: "server" is not client or server-output or server-input or relay',
    ]);
  });

  test('of wrong type is the only thing said of its block', () => {
    expect(lines(source('mode: [relay]', 'url: 5'))).toEqual([
      'ticks.yaml:4:13 sources[0].web-socket.mode: a list is not client or server-input or relay',
    ]);
  });

  test('decides which options are known', () => {
    const [line] = lines(listening('server-input', 'zzzzzzzz: 1'));
    expect(line).toContain(
      'is not an option; options here: mode, server, heartbeat, subprotocols, payload, close-timeout, emit-interval',
    );
  });
});
