import { describe, expect, test } from 'vitest';
import { lines, listening, optionsOf, sent, sink, warningsOf, web } from './samples.ts';

const client = (...written: string[]) => optionsOf(web(...written)).sources[0]?.options;
const server = (...written: string[]) => optionsOf(listening('server-input', ...written)).sources[0]?.options;

const READING: [string, object][] = [
  ['schema: { fields: [{ name: a, type: int }] }', { schema: { kind: 'fields' } }],
  ['select: [{ pointer: /a, exists: true }]', { select: [[{ pointer: '/a', exists: true }]] }],
  ['split-arrays: true', { 'split-arrays': true }],
  ['ignore-text: pong', { 'ignore-text': ['pong'] }],
  ['ignore-text: [pong, ""]', { 'ignore-text': ['pong', ''] }],
  ['sequence: { pointer: /n }', { sequence: { pointer: '/n' } }],
  ['sequence: { pointer: /n, by: /s }', { sequence: { pointer: '/n', by: '/s' } }],
  ['received-field: r', { 'received-field': 'r' }],
  ['event-time-field: t', { 'event-time-field': 't' }],
  [
    'event-time-field: t\n      event-time: { pointer: /t }',
    { 'event-time-field': 't', 'event-time': { pointer: '/t' } },
  ],
];

describe('an option that messages are read for', () => {
  test.each(READING)('makes the payload json: %s', (option, options) => {
    expect(client(option)).toMatchObject({ ...options, payload: 'json' });
    expect(server(option)).toMatchObject({ ...options, payload: 'json' });
  });

  test.each(READING)('cannot be with a payload that is no JSON: %s', (option) => {
    const name = option.replace(/:.*/s, '');
    expect(lines(web('payload: text', option))[0]).toMatch(
      new RegExp(
        `^ticks.yaml:5:16 sources\\[0\\].web-socket.payload: "text" cannot be with ${name}, expected payload: json$`,
      ),
    );
    expect(lines(listening('server-input', 'payload: binary', option))[0]).toContain(
      `ticks.yaml:6:16 sources[0].web-socket.payload: "binary" cannot be with ${name}`,
    );
  });

  test('is named beside others', () => {
    expect(lines(web('payload: text', 'split-arrays: true', 'received-field: r', 'ignore-text: a'))).toEqual([
      'ticks.yaml:5:16 sources[0].web-socket.payload: "text" cannot be with split-arrays, ignore-text and received-field, expected payload: json',
    ]);
  });

  test.each(['split-arrays: false', 'select: []', 'ignore-text: []', 'on-error: fail', 'latest-only: false'])(
    'leaves the payload alone when it is off: %s',
    (option) => {
      expect(client(option)).toMatchObject({ payload: 'text' });
    },
  );

  test('is no option of a relay', () => {
    expect(lines(listening('relay', 'schema: {}'))).toEqual([
      'ticks.yaml:6:7 sources[0].web-socket.schema: has no effect in mode relay, which listens; expected mode: client or server-input',
    ]);
  });

  test('is no option of a sink', () => {
    expect(lines(sink('web-socket: { url: "ws://h/", select: [] }'))[0]).toContain('select: is not an option');
  });
});

describe('on-error', () => {
  test.each(['fail', 'continue'])('may be %s', (onError) => {
    expect(client('select: [{ pointer: /a, exists: true }]', `on-error: ${onError}`)).toMatchObject({
      'on-error': onError,
    });
  });

  test('is no option of a server, which goes on', () => {
    expect(server('received-field: r')).not.toHaveProperty('on-error');
    expect(lines(listening('server-input', 'on-error: fail'))).toEqual([
      'ticks.yaml:6:7 sources[0].web-socket.on-error: has no effect in mode server-input, which listens; expected mode: client',
    ]);
  });
});

test('latest-only needs no JSON', () => {
  expect(client('latest-only: true', 'emit-interval: 1s')).toMatchObject({ 'latest-only': true, payload: 'text' });
});

describe('what cannot work says why', () => {
  const schema = 'schema: { fields: [{ name: a, type: int }] }';
  const avro = 'schema: { avroSchema: { type: record, name: A, fields: [{ name: a, type: int }] } }';

  test.each<[string[], string]>([
    [['on-error: ignore'], '5:17 on-error: "ignore" is not fail or continue'],
    [
      ['on-error: continue'],
      '5:7 on-error: has no effect without one of schema, select, split-arrays, ignore-text, sequence, received-field, event-time-field',
    ],
    [['latest-only: true'], '5:7 latest-only: needs an emit-interval above 0 beside it'],
    [['latest-only: 1'], '5:20 latest-only: 1 (a number) is not true or false'],
    [['split-arrays: "yes"'], '5:21 split-arrays: "yes" is not true or false'],
    [['event-time: { pointer: /t }'], '5:7 event-time: has no effect without event-time-field beside it'],
    [
      ['event-time-field: t', 'event-time: { pointer: t }'],
      '6:30 event-time.pointer: "t" is not a JSON pointer such as /data/id',
    ],
    [['event-time-field: t', 'event-time: /t'], '6:19 event-time: "/t" is not a map'],
    [['received-field: ""'], '5:23 received-field: is empty, expected the name of a field'],
    [['event-time-field: [a]'], '5:25 event-time-field: a list is not the name of a field'],
    [
      ['received-field: t', 'event-time-field: t'],
      '6:25 event-time-field: "t" is added already, with the time of receipt; expected another',
    ],
    [[schema, 'received-field: a'], '6:23 received-field: "a" is a field of the schema already, expected another'],
    [[schema, 'event-time-field: a'], '6:25 event-time-field: "a" is a field of the schema already, expected another'],
    [[avro, 'event-time-field: a'], '6:25 event-time-field: "a" is a field of the schema already, expected another'],
    [['ignore-text: 5'], '5:20 ignore-text: 5 (a number) is not text or a list of texts'],
    [['ignore-text: [a, 5]'], '5:24 ignore-text[1]: 5 (a number) is not text'],
    [['sequence: /n'], '5:17 sequence: "/n" is not a map'],
    [['sequence: {}'], '5:17 sequence.pointer: is missing, expected a JSON pointer such as /data/id'],
    [['sequence: { pointer: /n, by: s }'], '5:36 sequence.by: "s" is not a JSON pointer such as /data/id'],
    [
      [schema, 'cursor: { query-parameter: c, value-field: t.u }'],
      '6:50 cursor.value-field: "t.u" is no field of the schema: the cursor would never move',
    ],
    [
      [schema, 'cursor: { query-parameter: c, value-pointer: /t }'],
      '6:52 cursor.value-pointer: "/t" is no field of the schema: the cursor would never move',
    ],
  ])('%j', (options, line) => {
    const [place, ...rest] = line.split(' ');
    expect(lines(web(...options))).toEqual([`ticks.yaml:${place} sources[0].web-socket.${rest.join(' ')}`]);
  });

  test('a cursor may be taken from a field of the schema, or from one that is added', () => {
    const cursors = ['value-field: a', 'value-pointer: /a', 'value-field: t'];
    const warnings = cursors.flatMap((at) =>
      warningsOf(web(schema, 'received-field: t', `cursor: { query-parameter: c, ${at} }`)),
    );
    expect(warnings.join()).not.toContain('cursor');
  });

  test('and shows nothing of what is sent', () => {
    expect(lines(web('requests: [{ send: .nan }]')).join()).toContain('requests[0].send: (hidden)');
  });
});

test('requests are steps of the source, the sink and the upstream of a relay', () => {
  const requests = 'requests: [hello]';
  const { sources, sinks } = optionsOf(
    `${web(requests)}\nsinks:\n  - { name: a, web-socket: { url: "ws://h/", ${requests} } }\n  - { name: b, web-socket: { mode: relay, server: { bind: "h:1" }, url: "ws://h/", ${requests} } }`,
  );
  const steps = { requests: [sent('hello')], respond: [] };
  expect(sources[0]?.options).toMatchObject(steps);
  expect(sinks[0]?.options).toMatchObject(steps);
  expect(sinks.find(({ name }) => name === 'b.relay.upstream')?.options).toMatchObject(steps);
});
