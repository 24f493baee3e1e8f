// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { describe, expect, test } from 'vitest';
import { type LoadContext, readPipeline } from '../../src/config/load.ts';
import { lines, sent, warningsOf } from './samples.ts';

const schema = { fields: [{ name: 'price', type: 'float64' }] };
const sourceModule = (parameters: object, rest: object = {}) => ({
  sources: [{ name: 'feed', module: 'websocket', schema, parameters: { endpoint: 'wss://h/ws', ...parameters } }],
  sinks: [{ name: 'log', module: 'debug', input: 'feed' }],
  ...rest,
});
const read = (value: object, load?: LoadContext) => readPipeline(JSON.stringify(value), 'feed.json', load);
const optionsWith = (parameters: object) => read(sourceModule(parameters)).options.sources[0]?.options;

/** One parameter is line 7, the sinks are line 8 on. */
const yaml = (parameter: string, rest = 'sinks: []') =>
  [
    'sources:',
    '  - name: a',
    '    module: websocket',
    '    schema: { fields: [{ name: p, type: int }] }',
    '    parameters:',
    '      endpoint: ws://h/',
    `      ${parameter}`,
    rest,
  ].join('\n');
const debug = (parameters: string) =>
  yaml('', `sinks:\n  - { name: b, module: debug, input: a, parameters: { ${parameters} } }`);

describe('a file of the source-module dialect', () => {
  test('is a json web-socket source that emits once a second, fails on errors and drops pong', () => {
    const { options, warnings } = read(sourceModule({}));
    expect(warnings).toEqual([]);
    expect(options).toMatchObject({
      name: 'feed',
      sources: [
        {
          name: 'feed',
          kind: 'web-socket',
          options: {
            url: 'wss://h/ws',
            payload: 'json',
            'emit-interval': 1000,
            'on-error': 'fail',
            'split-arrays': false,
            'latest-only': false,
            'ignore-text': ['pong'],
          },
        },
      ],
      sinks: [{ name: 'log', kind: 'stdout', inputs: ['feed'], options: {} }],
    });
    expect(options.sources[0]?.options).not.toHaveProperty('app-heartbeat');
    expect(options.sources[0]?.options).not.toHaveProperty('received-field');
  });

  test('takes settings and options', () => {
    expect(read(sourceModule({}, { settings: { a: 1 }, options: { b: 2 } })).options.name).toBe('feed');
  });

  test('fills in ${args.NAME} from system.args, and --arg wins', () => {
    const file = sourceModule(
      { endpoint: 'wss://${args.host}/${env|X}', intervalSeconds: '${args.n}' },
      { system: { args: { host: 'a', n: 3 } } },
    );
    expect(read(file).options.sources[0]?.options).toMatchObject({ url: 'wss://a/${env|X}', 'emit-interval': 3000 });
    expect(read(file, { args: { host: 'b', n: '4' } }).options.sources[0]?.options).toMatchObject({
      url: 'wss://b/${env|X}',
      'emit-interval': 4000,
    });
  });

  test('may use a native kind as its sink', () => {
    const sinks = [
      { name: 'peer', module: 'web-socket', inputs: ['feed'], parameters: { url: 'wss://p/', batch: {} } },
    ];
    expect(read(sourceModule({}, { sinks })).options.sinks).toMatchObject([
      { kind: 'web-socket', options: { url: 'wss://p/' }, batch: { 'fixed-size': 100 } },
    ]);
  });
});

describe('row by row', () => {
  test.each<[string, unknown, object]>([
    ['endpoint', 'ws://a/', { url: 'ws://a/' }],
    ['requestIntervalSeconds', 2, { 'request-interval': 2000 }],
    ['requestIntervalSeconds', 0, { 'request-interval': 0 }],
    ['intervalSeconds', 5, { 'emit-interval': 5000 }],
    ['checkIntervalSeconds', 90, { 'no-data-timeout': 90_000 }],
    ['checkIntervalSeconds', 0, { 'no-data-timeout': false }],
    ['eventtimeField', 't', { 'event-time-field': 't' }],
    ['receivedTimestampField', 'r', { 'received-field': 'r' }],
    ['format', 'json', { payload: 'json' }],
    ['ignoreError', true, { 'on-error': 'continue' }],
    ['ignoreError', false, { 'on-error': 'fail' }],
    ['isArrayContent', true, { 'split-arrays': true }],
    ['isArrayContent', false, { 'split-arrays': false }],
    ['pruning', true, { 'latest-only': true }],
    ['pruning', false, { 'latest-only': false }],
    ['outputType', 'row', { payload: 'json' }],
  ])('%s: %j', (parameter, value, options) => {
    expect(optionsWith({ [parameter]: value })).toMatchObject(options);
  });

  test('schema', () => {
    expect(optionsWith({})).toMatchObject({
      schema: { kind: 'fields', fields: [{ name: 'price', type: 'double', mode: 'nullable' }] },
    });
  });

  test.each<[unknown, string[]]>([
    [{ op: 'subscribe' }, ['{"op":"subscribe"}']],
    [
      [{ op: 1 }, 'ping', 5, true, [1]],
      ['{"op":1}', 'ping', '5', 'true', '[1]'],
    ],
    ['ping', ['ping']],
    [{ send: 'a' }, ['{"send":"a"}']],
    [
      [{ expect: { pointer: '/a' } }, { send: 1, op: 2 }],
      ['{"expect":{"pointer":"/a"}}', '{"send":1,"op":2}'],
    ],
  ])('requests: %j are messages and no steps', (requests, frames) => {
    expect(optionsWith({ requests })).toMatchObject({ requests: frames.map(sent) });
  });

  test.each([
    [{}, 60_000],
    [{ heartbeatIntervalSeconds: 30 }, 30_000],
    [{ heartbeatIntervalSeconds: 0 }, 0],
  ])('heartbeatRequests with %j are sent every %d ms', (parameters, interval) => {
    expect(optionsWith({ heartbeatRequests: [{ op: 'ping' }, { send: 1 }], ...parameters })).toMatchObject({
      'app-heartbeat': { requests: ['{"op":"ping"}', '{"send":1}'], interval },
    });
  });

  test('logTemplate of a debug sink is the line of each event', () => {
    const { options, warnings } = readPipeline(debug('logTemplate: "${p} of ${msg|a}"'), 'ticks.yaml');
    expect(options.sinks).toMatchObject([{ kind: 'stdout', options: { template: '${p} of ${msg|a}' } }]);
    expect(warnings).toEqual([]);
  });

  test.each(['trace', 'debug', 'info', 'warn', 'error'])('logLevel: %s of a debug sink has no effect', (level) => {
    expect(warningsOf(debug(`logLevel: ${level}`))).toEqual([
      '9 sinks[0].parameters.logLevel: has no effect: lines are data, and go to the standard output whatever the level',
    ]);
  });
});

describe('what is wrong is said in its own words', () => {
  test.each([
    [
      yaml('').replace('ws://h/', 'http://h/'),
      '6:17 sources[0].parameters.endpoint: "http://h/" is not a ws:// or wss:// url',
    ],
    [
      yaml('').replace('endpoint: ws://h/', 'format: json'),
      '6:7 sources[0].parameters.endpoint: is missing, expected a ws:// or wss:// url',
    ],
    [yaml('').replace('module: websocket', 'module: pubsub'), '3:13 sources[0].module: "pubsub" is not websocket'],
    [yaml('intervalSeconds: 0'), '7:24 sources[0].parameters.intervalSeconds: 0 is too small, expected at least 1'],
    [yaml('intervalSeconds: 2s'), '7:24 sources[0].parameters.intervalSeconds: "2s" is not a whole number'],
    [
      yaml('intervalSecond: 1'),
      '7:7 sources[0].parameters.intervalSecond: is not an option; did you mean "intervalSeconds"?',
    ],
    [yaml('requests: [null]'), '7:18 sources[0].parameters.requests[0]: is empty, expected JSON or text'],
    [
      yaml('requests: "${price}"'),
      '7:17 sources[0].parameters.requests: ${price} reads an event, and there is none here',
    ],
    [
      yaml('requests: [1, { send: "${price}" }]'),
      '7:21 sources[0].parameters.requests[1]: ${price} reads an event, and there is none here',
    ],
    [
      yaml('requests: { expect: "${price}" }'),
      '7:17 sources[0].parameters.requests: ${price} reads an event, and there is none here',
    ],
    [yaml('requests: "${args.x}"'), '7:17 sources[0].parameters.requests: ${args.x} has no value'],
    [
      yaml('heartbeatRequests: [null]'),
      '7:27 sources[0].parameters.heartbeatRequests[0]: is empty, expected JSON or text',
    ],
    [yaml('format: avro'), '7:15 sources[0].parameters.format: "avro" is not supported, expected json'],
    [
      yaml('outputType: avro'),
      '7:19 sources[0].parameters.outputType: "avro" is not supported, expected row: each event is a record',
    ],
    [yaml('ignoreError: "yes"'), '7:20 sources[0].parameters.ignoreError: "yes" is not true or false'],
    [yaml('isArrayContent: 1'), '7:23 sources[0].parameters.isArrayContent: 1 (a number) is not true or false'],
    [yaml('pruning: 1'), '7:16 sources[0].parameters.pruning: 1 (a number) is not true or false'],
    [
      yaml('eventtimeField: p'),
      '7:23 sources[0].parameters.eventtimeField: "p" is a field of the schema already, expected another',
    ],
    [
      yaml('receivedTimestampField: p'),
      '7:31 sources[0].parameters.receivedTimestampField: "p" is a field of the schema already, expected another',
    ],
    [
      yaml('receivedTimestampField: t\n      eventtimeField: t'),
      '8:23 sources[0].parameters.eventtimeField: "t" is added already, with the time of receipt; expected another',
    ],
    [yaml('eventtimeField: 5'), '7:23 sources[0].parameters.eventtimeField: 5 (a number) is not the name of a field'],
    [
      yaml('', 'sinks:\n  - { name: b, module: debug, input: c }'),
      '9:38 sinks[0].input: "c" is not a source; did you mean "a"?',
    ],
    [
      yaml('', 'sinks:\n  - { name: b, module: debug, input: a, inputs: [a] }'),
      '9:38 sinks[0].input: is given beside inputs, expected one of the two',
    ],
    [
      yaml('', 'sinks:\n  - { name: b, module: bigquery }'),
      '9:24 sinks[0].module: "bigquery" is not debug or web-socket or stdout or file (or function, in an application)',
    ],
    [
      yaml('', 'sinks:\n  - { name: b, module: web-socket, parameters: { url: "ftp://h" } }'),
      '9:55 sinks[0].parameters.url: "ftp://h" is not a ws:// or wss:// url',
    ],
    [
      debug('logLevel: loud'),
      '9:65 sinks[0].parameters.logLevel: "loud" is not trace or debug or info or warn or error',
    ],
    [debug('logTemplate: "${p"'), '9:68 sinks[0].parameters.logTemplate: ${… is a template without its closing }'],
    [debug('logTemplate: 5'), '9:68 sinks[0].parameters.logTemplate: 5 (a number) is not text'],
    [debug('logTemplat: a'), '9:55 sinks[0].parameters.logTemplat: is not an option; did you mean "logTemplate"?'],
  ])('%j', (text, line) => {
    expect(lines(text)).toEqual([`ticks.yaml:${line}`]);
  });

  test.each([
    ['', '2:5 sources[0].schema: is missing, expected the schema of the records'],
    [
      '    schema: {}\n',
      '4:13 sources[0].schema: holds none of fields, avroSchema, protobufDescriptor, expected one of them',
    ],
    ['    schema: 5\n', '4:13 sources[0].schema: 5 (a number) is not the schema of the records'],
    [
      '    schema: { fields: [{ name: a, type: in }] }\n',
      '4:41 sources[0].schema.fields[0].type: "in" is not a type; did you mean "int"?',
    ],
    [
      '    schema: { fields: [{ name: a, type: int, defaultValue: x }] }\n',
      '4:60 sources[0].schema.fields[0].defaultValue: the default value does not fit: "x" is not a number (int)',
    ],
    [
      '    schema: { avroSchema: "gs://b/a.avsc" }\n',
      '4:27 sources[0].schema.avroSchema: "gs://b/a.avsc" is not read from there: copy it beside the config and write its path',
    ],
  ])('of the schema %j', (written, line) => {
    expect(lines(yaml('').replace(/ {4}schema: .*\n/, written))).toEqual([`ticks.yaml:${line}`]);
  });

  test('all of it together', () => {
    const text = yaml('intervalSeconds: 0\n      ignoreError: 5\n      pruning: 5').replace('type: int', 'type: array');
    expect(lines(text).map((line) => line.replace(/:\d+ .*/, ''))).toEqual([
      'ticks.yaml:4',
      'ticks.yaml:7',
      'ticks.yaml:8',
      'ticks.yaml:9',
    ]);
  });

  test('but no word of what only follows from it', () => {
    expect(lines(yaml('intervalSeconds: 0\n      pruning: true'))).toHaveLength(1);
  });
});
