// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/config/error.ts';
import { type LoadContext, readPipeline } from '../../src/config/load.ts';

const read = (value: object, load?: LoadContext) => readPipeline(JSON.stringify(value), 'feed.json', load);

function linesOf(text: string): string[] {
  try {
    readPipeline(text, 'feed.yaml');
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  throw new Error('was accepted');
}

const schema = { fields: [{ name: 'price', type: 'float64' }] };
const sourceModule = (parameters: object, rest: object = {}) => ({
  sources: [{ name: 'feed', module: 'websocket', schema, parameters: { endpoint: 'wss://h/ws', ...parameters } }],
  sinks: [{ name: 'log', module: 'debug', input: 'feed' }],
  ...rest,
});

describe('a file of the source-module dialect', () => {
  test('is a json web-socket source that emits once a second', () => {
    const { options } = read(sourceModule({}));
    expect(options).toMatchObject({
      name: 'feed',
      sources: [
        { name: 'feed', kind: 'web-socket', options: { url: 'wss://h/ws', payload: 'json', 'emit-interval': 1000 } },
      ],
      sinks: [{ name: 'log', kind: 'stdout', inputs: ['feed'] }],
    });
    expect(options.sources[0]?.options).not.toHaveProperty('app-heartbeat');
  });

  test('reads every parameter that is supported', () => {
    const { options } = read(
      sourceModule({
        requests: [{ op: 'subscribe' }, 'ping'],
        requestIntervalSeconds: 2,
        intervalSeconds: 5,
        heartbeatRequests: { op: 'ping' },
        heartbeatIntervalSeconds: 30,
        checkIntervalSeconds: 90,
        format: 'json',
        ignoreError: false,
      }),
    );
    expect(options.sources[0]?.options).toMatchObject({
      requests: ['{"op":"subscribe"}', 'ping'],
      'request-interval': 2000,
      'emit-interval': 5000,
      'app-heartbeat': { requests: ['{"op":"ping"}'], interval: 30_000 },
      'no-data-timeout': 90_000,
    });
  });

  test.each([
    [{}, 60_000],
    [{ heartbeatIntervalSeconds: 0 }, 0],
  ])('beats with %j every %d ms', (parameters, interval) => {
    const { options } = read(sourceModule({ heartbeatRequests: 'ping', ...parameters }));
    expect(options.sources[0]?.options).toMatchObject({ 'app-heartbeat': { interval } });
  });

  test('with checkIntervalSeconds 0 never checks', () => {
    expect(read(sourceModule({ checkIntervalSeconds: 0 })).options.sources[0]?.options).toMatchObject({
      'no-data-timeout': false,
    });
  });

  test('warns that its schema converts nothing yet', () => {
    expect(read(sourceModule({})).warnings).toMatchObject([
      {
        path: 'sources[0].schema',
        message: 'is not supported yet: events are passed on as parsed JSON, without conversion',
      },
    ]);
  });

  test('warns that an answer of pong is not dropped yet', () => {
    expect(read(sourceModule({ heartbeatRequests: 'ping' })).warnings.map(({ path }) => path)).toContain(
      'sources[0].parameters.heartbeatRequests',
    );
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

  test('takes settings and options', () => {
    expect(read(sourceModule({}, { settings: { a: 1 }, options: { b: 2 } })).options.name).toBe('feed');
  });

  test('may use a native kind as its sink', () => {
    const sinks = [
      { name: 'peer', module: 'web-socket', inputs: ['feed'], parameters: { url: 'wss://p/', batch: {} } },
    ];
    expect(read(sourceModule({}, { sinks })).options.sinks).toMatchObject([
      { kind: 'web-socket', options: { url: 'wss://p/' }, batch: { 'fixed-size': 100 } },
    ]);
  });

  const yaml = (parameter: string, rest = 'sinks: []') =>
    `sources:\n  - name: a\n    module: websocket\n    schema: {}\n    parameters:\n      endpoint: ws://h/\n      ${parameter}\n${rest}`;

  test.each([
    [
      yaml('').replace('ws://h/', 'http://h/'),
      '6:17 sources[0].parameters.endpoint: "http://h/" is not a ws:// or wss:// url',
    ],
    [
      yaml('').replace('endpoint: ws://h/', 'format: json'),
      '6:7 sources[0].parameters.endpoint: is missing, expected a ws:// or wss:// url',
    ],
    [yaml('').replace('    schema: {}\n', ''), '2:5 sources[0].schema: is missing, expected the schema of the records'],
    [yaml('').replace('module: websocket', 'module: pubsub'), '3:13 sources[0].module: "pubsub" is not websocket'],
    [yaml('intervalSeconds: 0'), '7:24 sources[0].parameters.intervalSeconds: 0 is too small, expected at least 1'],
    [yaml('intervalSeconds: 2s'), '7:24 sources[0].parameters.intervalSeconds: "2s" is not a whole number'],
    [
      yaml('intervalSecond: 1'),
      '7:7 sources[0].parameters.intervalSecond: is not an option; did you mean "intervalSeconds"?',
    ],
    [yaml('requests: [null]'), '7:18 sources[0].parameters.requests[0]: null is not a request, expected JSON or text'],
    [
      yaml('requests: "${price}"'),
      '7:17 sources[0].parameters.requests: ${price} reads an event, and there is none here',
    ],
    [yaml('requests: "${args.x}"'), '7:17 sources[0].parameters.requests: ${args.x} has no value'],
    [
      yaml('heartbeatRequests: [null]'),
      '7:27 sources[0].parameters.heartbeatRequests[0]: null is not a request, expected JSON or text',
    ],
    [yaml('format: avro'), '7:15 sources[0].parameters.format: "avro" is not json'],
    [yaml('ignoreError: true'), '7:20 sources[0].parameters.ignoreError: true is not supported yet; supported: false'],
    [
      yaml('sinks: 1', 'sinks:\n  - { name: b, module: debug, input: c }'),
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
      yaml('', 'sinks:\n  - { name: b, module: debug, parameters: { logLevel: info } }'),
      '9:45 sinks[0].parameters.logLevel: is not supported yet; supported here: none',
    ],
    [
      yaml('', 'sinks:\n  - { name: b, module: web-socket, parameters: { url: "ftp://h" } }'),
      '9:55 sinks[0].parameters.url: "ftp://h" is not a ws:// or wss:// url',
    ],
  ])('says in its own words what is wrong with %j', (text, line) => {
    expect(linesOf(text)).toContain(`feed.yaml:${line}`);
  });

  test.each(['eventtimeField', 'receivedTimestampField'])('does not support %s yet', (parameter) => {
    expect(linesOf(yaml(`${parameter}: t`))[0]).toContain(
      `${parameter}: is not supported yet; supported here: endpoint, requests`,
    );
  });

  test('reports one problem once', () => {
    expect(linesOf(yaml('').replace('ws://h/', 'ftp://h/'))).toHaveLength(1);
  });
});

describe('a file of the job dialect', () => {
  const job =
    'name: j\ncontext: { h: a.example }\ninput:\n  web-socket: { url: "wss://{{h}}/" }\nactions: []\noutput:\n  stdout:\n';

  test('is a pipeline from input to output', () => {
    const { options, warnings } = readPipeline(job, 'job.yaml');
    expect(warnings).toEqual([]);
    expect(options).toMatchObject({
      name: 'j',
      sources: [{ name: 'input', kind: 'web-socket', options: { url: 'wss://a.example/' } }],
      sinks: [{ name: 'output', kind: 'stdout', inputs: ['input'] }],
    });
  });

  test('moves the batch of its output out of the kind', () => {
    const { options } = read({
      input: { stdin: {} },
      output: { 'web-socket': { url: 'ws://h/', batch: { 'fixed-size': 5 } } },
    });
    expect(options.sinks[0]?.batch).toMatchObject({ 'fixed-size': 5 });
  });

  test.each([
    [job.replace('wss:', 'ftp:'), '4:22 input.web-socket.url: "ftp://a.example/" is not a ws:// or wss:// url'],
    [job.replace('[]', '[{ filter: 1 }]'), '5:10 actions: is not supported yet; supported: no actions'],
    [job.replace('  stdout:', '  stdot:'), '7:3 output.stdot: is not an option; did you mean "stdout"?'],
    [job.replace('output:', 'outptu:'), '6:1 outptu: is not an option; did you mean "output"?'],
    [job.replace('output:', 'outptu:'), '1:1 output: is missing, expected a map with one kind'],
    [
      job.replace('  stdout:', '  name: x\n  stdout:'),
      '7:3 output.name: is not an option of a job; its components are input and output',
    ],
    [
      job.replace('  stdout:', '  {}'),
      '7:3 output: has no kind, expected one of web-socket, stdout, file (or function, in an application)',
    ],
  ])('says in its own words what is wrong with %j', (text, line) => {
    expect(linesOf(text)).toContain(`feed.yaml:${line}`);
  });
});
