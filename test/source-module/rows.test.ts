// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/config/error.ts';
import { type LoadContext, readPipeline } from '../../src/config/load.ts';
import { World } from '../supervision/world.ts';

// A test for each row of the reference of the source module, and for each of the four that it leaves out.

const NUMBER = { fields: [{ name: 'n', type: 'int' }] };

interface FileOptions {
  readonly schema?: unknown;
  readonly source?: object;
  readonly file?: object;
  readonly load?: LoadContext;
}

function read(parameters: object, { schema = NUMBER, source = {}, file = {}, load }: FileOptions = {}) {
  const feed = {
    name: 'feed',
    module: 'websocket',
    schema,
    parameters: { endpoint: 'ws://feed/', ...parameters },
    ...source,
  };
  return readPipeline(JSON.stringify({ sources: [feed], sinks: [], ...file }), 'it.json', load);
}

/** What is wrong with a file, each problem as its path and its message. */
function problems(parameters: object, options: FileOptions = {}): string[] {
  try {
    read(parameters, options);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  return [];
}

/** A pipeline of one source that runs against a server, with what it hands on and what it gives to its failures. */
async function run(parameters: object, options: FileOptions = {}) {
  const world = new World();
  const server = await world.server('feed');
  const pipeline = world.supervisor.add(read(parameters, options));
  const records: string[] = [];
  const failures: unknown[] = [];
  pipeline.sink('kept', {
    inputs: ['feed'],
    function: ({ messages }) => void records.push(...messages.map(({ text }) => text)),
  });
  pipeline.sink('dead', {
    inputs: ['feed.failures'],
    function: ({ messages }) => void failures.push(...messages.map(({ value }) => value)),
  });
  await world.start();
  /** The interval of its source passes after it. */
  const receive = async (...texts: string[]) => {
    server.send(...texts);
    await world.clock.advance(1_100);
  };
  return { world, server, pipeline, records, failures, receive };
}

describe('source', () => {
  test('name: is what sinks and the status know it by, and nothing else in the file is called so', async () => {
    const { pipeline } = await run({}, { source: { name: 'feed' } });
    expect(pipeline.source('feed').status.state).toBe('running');
    expect(problems({}, { file: { sinks: [{ name: 'feed', module: 'debug' }] } })).toEqual([
      'sinks[0].name: "feed" is the name of another component already',
    ]);
    expect(problems({}, { source: { name: undefined } })[0]).toMatch(/^sources\[0\]\.name: is missing/);
  });

  test('module: is websocket and nothing else', () => {
    expect(problems({}, { source: { module: 'pubsub' } })).toEqual(['sources[0].module: "pubsub" is not websocket']);
  });

  test('schema: is required, and each message becomes a record of it', async () => {
    const { records, receive } = await run(
      {},
      { schema: { fields: [{ name: 'id', type: 'int64', mode: 'required' }] } },
    );
    await receive('{"other":1,"id":"9223372036854775807"}');
    expect(records).toEqual(['{"id":9223372036854775807}']);
    expect(problems({}, { source: { schema: undefined } })[0]).toMatch(/^sources\[0\]\.schema: is missing/);
  });

  test('parameters: is required, and an unknown one names its nearest', () => {
    expect(problems({}, { source: { parameters: undefined } })[0]).toMatch(/^sources\[0\]\.parameters: is missing/);
    expect(problems({ intervalSecond: 1 })).toEqual([
      'sources[0].parameters.intervalSecond: is not an option; did you mean "intervalSeconds"?',
    ]);
  });
});

describe('parameters', () => {
  test('endpoint: is dialled, and begins with ws:// or wss://', async () => {
    const { server } = await run({ endpoint: 'ws://feed/path?a=1' });
    expect(server.peer.handshake.target).toBe('/path?a=1');
    expect(problems({ endpoint: 'wss://feed/' })).toEqual([]);
    for (const endpoint of ['http://feed/', 'https://feed/', 'feed']) {
      expect(problems({ endpoint })).toEqual([
        `sources[0].parameters.endpoint: "${endpoint}" is not a ws:// or wss:// url`,
      ]);
    }
    expect(problems({ endpoint: undefined })[0]).toMatch(/^sources\[0\]\.parameters\.endpoint: is missing/);
  });

  test.each<[unknown, readonly string[]]>([
    [{ op: 'subscribe', send: 1 }, ['{"op":"subscribe","send":1}']],
    [
      [{ op: 'a' }, 'ping', 7, true, [1, ['b']]],
      ['{"op":"a"}', 'ping', '7', 'true', '[1,["b"]]'],
    ],
    ['hello', ['hello']],
    [7, ['7']],
    [{ from: '${env|WHO}' }, ['{"from":"a \\"name\\""}']],
    [{ from: '${args.who}' }, ['{"from":"args"}']],
  ])('requests: %j is sent before anything else', async (requests, sent) => {
    const world = new World();
    world.env.WHO = 'a "name"';
    const server = await world.server('feed');
    world.supervisor.add(read({ requests }, { load: { args: { who: 'args' } } }));
    await world.start();
    expect(server.received).toEqual(sent);
  });

  test('requests: are sent in order on every connect', async () => {
    const { world, server } = await run({ requests: ['one', 'two'], heartbeatRequests: 'beat' });
    world.network.cut(server.address);
    await world.clock.advance(10_000);
    expect(server.received).toEqual(['one', 'two', 'beat', 'one', 'two', 'beat']);
  });

  test('requests: null is none', () => {
    expect(problems({ requests: ['one', null] })).toEqual([
      expect.stringMatching(/^sources\[0\]\.parameters\.requests\[1\]: .*expected JSON or text$/),
    ]);
  });

  test('intervalSeconds: hands on once per interval, in order, and is a second where it is not given', async () => {
    const { world, server, records } = await run({ intervalSeconds: 3 });
    server.send('{"n":1}', '{"n":2}');
    await world.clock.advance(2_900);
    expect(records).toEqual([]);
    await world.clock.advance(200);
    expect(records).toEqual(['{"n":1}', '{"n":2}']);
    expect(read({}).options.sources[0]?.options).toMatchObject({ 'emit-interval': 1000 });
    expect(problems({ intervalSeconds: 0 })).toEqual([
      'sources[0].parameters.intervalSeconds: 0 is too small, expected at least 1',
    ]);
  });

  test('heartbeatRequests: are sent as they stand while the connection is live, in the shapes of requests', async () => {
    const { server } = await run({ requests: 'hello', heartbeatRequests: [{ op: '${env|NONE}' }, 'ping', 7] });
    expect(server.received).toEqual(['hello', '{"op":"${env|NONE}"}', 'ping', '7']);
  });

  test('heartbeatRequests: an answer that is just pong is no record and no failure', async () => {
    const { records, failures, receive } = await run({ heartbeatRequests: 'ping', ignoreError: true });
    await receive('pong', '{"n":1}', '"pong"');
    expect([records, failures]).toEqual([['{"n":1}'], [expect.objectContaining({ payload: '"pong"' })]]);
  });

  test.each([
    [undefined, 60_000],
    [5, 5_000],
    [0, 1_000],
  ])('heartbeatIntervalSeconds: %s sends one every %d ms', async (heartbeatIntervalSeconds, interval) => {
    const { world, server } = await run({ heartbeatRequests: 'ping', heartbeatIntervalSeconds });
    await world.clock.advance(interval * 2);
    expect(server.received).toEqual(['ping', 'ping', 'ping']);
  });

  test('requestIntervalSeconds: passes between requests, not after them, and messages are taken in meanwhile', async () => {
    const { world, server, records, receive } = await run({ requests: ['one', 'two'], requestIntervalSeconds: 5 });
    await receive('{"n":1}');
    expect([server.received, records]).toEqual([['one'], ['{"n":1}']]);
    await world.clock.advance(5_000);
    expect(server.received).toEqual(['one', 'two']);
    expect(read({ requests: 'one' }).options.sources[0]?.options).toMatchObject({ 'request-interval': 0 });
  });

  test('eventtimeField: adds the time of the interval, as the last field', async () => {
    const { records, receive } = await run({ eventtimeField: 'at', receivedTimestampField: 'received' });
    await receive('{"n":1}');
    const [record = ''] = records;
    const { received, at } = JSON.parse(record);
    expect(record).toBe(`{"n":1,"received":"${received}","at":"${at}"}`);
    expect(Date.parse(at) - Date.parse(received)).toBe(1_000);
    expect(problems({ eventtimeField: 'n' })[0]).toMatch(/^sources\[0\]\.parameters\.eventtimeField: /);
  });

  test('receivedTimestampField: adds the time at which the message had come', async () => {
    const { world, server, records } = await run({ receivedTimestampField: 'received' });
    const arrival = world.environment.now() + 10;
    server.send('{"n":1}');
    await world.clock.advance(2_000);
    const { received } = JSON.parse(records[0] ?? '');
    expect(Math.abs(Date.parse(received) - arrival)).toBeLessThanOrEqual(10);
    expect(problems({ receivedTimestampField: 'n' })[0]).toMatch(/^sources\[0\]\.parameters\.receivedTimestampField: /);
  });

  test('format: is json', () => {
    expect(problems({ format: 'json' })).toEqual([]);
    expect(problems({ format: 'avro' })).toEqual([
      expect.stringMatching(/^sources\[0\]\.parameters\.format: "avro" .*expected json/),
    ]);
  });

  test('ignoreError: true gives a message that cannot be converted to the failures, and goes on', async () => {
    const { records, failures, receive, pipeline } = await run({ ignoreError: true });
    await receive('{"n":1}', '{"n":"bad"}', 'no JSON', '', '5', '{"n":2}');
    expect(records).toEqual(['{"n":1}', '{"n":2}']);
    expect(failures).toMatchObject([
      { source: 'feed', error: { code: 'record', path: '/n' }, payload: '{"n":"bad"}' },
      { error: { code: 'json', path: '' }, payload: 'no JSON' },
      { error: { code: 'json', path: '' }, payload: '' },
      { error: { code: 'record', path: '' }, payload: '5' },
    ]);
    expect(pipeline.source('feed').status).toMatchObject({ failed: 4, restarts: 0 });
  });

  test('ignoreError: false, where it is not given too, fails the source, which is restarted', async () => {
    const { world, server, records, failures, receive, pipeline } = await run({});
    await receive('{"n":1}', '{"n":"bad"}', '{"n":2}');
    await world.clock.advance(10_000);
    expect(pipeline.source('feed').status).toMatchObject({ state: 'running', restarts: 1 });
    await receive('{"n":3}');
    expect(records).toEqual(['{"n":1}', '{"n":2}', '{"n":3}']);
    expect([failures.length, server.peers.length]).toEqual([1, 2]);
  });

  test('ignoreError: false fails the pipeline once the source has been restarted too often, and says why', async () => {
    const { world, pipeline, server } = await run({ ignoreError: false });
    server.greet = ({ socket }) => socket.write([{ data: '{"n":"bad"}', binary: false }]);
    server.send('{"n":"bad"}');
    await world.clock.advance(30_000);
    expect(pipeline.status.state).toBe('failed');
    expect(pipeline.status.cause).toMatch(/feed: .*\/n.*\{"n":"bad"\}|feed: .*\{"n":"bad"\}.*\/n/);
  });
});

describe('sinks', () => {
  /** The lines that a sink writes for two records. */
  async function printed(sink: object): Promise<string> {
    const world = new World();
    const server = await world.server('feed');
    world.supervisor.add(read({}, { file: { sinks: [{ name: 'log', ...sink }] } }));
    await world.start();
    server.send('{"n":1}', '{}');
    await world.clock.advance(1_100);
    return world.printed;
  }

  test.each([
    [{ module: 'debug' }, '{"n":1}\n{"n":null}\n'],
    [{ module: 'debug', input: 'feed' }, '{"n":1}\n{"n":null}\n'],
    [{ module: 'debug', inputs: ['feed'], parameters: { logLevel: 'warn' } }, '{"n":1}\n{"n":null}\n'],
    [{ module: 'debug', parameters: { logTemplate: 'n is ${n||none}' } }, 'n is 1\nn is none\n'],
    [{ module: 'stdout', parameters: {} }, '{"n":1}\n{"n":null}\n'],
  ])('%j writes a line for each record', async (sink, lines) => {
    expect(await printed(sink)).toBe(lines);
  });

  test('logLevel: is one of five, and changes nothing, which is warned of', () => {
    const sinks = (logLevel: string) => ({ sinks: [{ name: 'log', module: 'debug', parameters: { logLevel } }] });
    expect(read({}, { file: sinks('warn') }).warnings.map(({ path }) => path)).toEqual([
      'sinks[0].parameters.logLevel',
    ]);
    expect(problems({}, { file: sinks('loud') })[0]).toMatch(/^sinks\[0\]\.parameters\.logLevel: "loud" /);
  });
});

describe('what the reference does not document', () => {
  test('checkIntervalSeconds: without a message for so long the connection is dialled anew; 0 never checks', async () => {
    const checked = await run({ checkIntervalSeconds: 5 });
    await checked.world.clock.advance(4_000);
    await checked.receive('null');
    await checked.world.clock.advance(3_000);
    expect(checked.server.peers).toHaveLength(1);
    await checked.world.clock.advance(10_000);
    expect(checked.server.peers.length).toBeGreaterThan(1);
    const unchecked = await run({ checkIntervalSeconds: 0 });
    await unchecked.world.clock.advance(600_000);
    expect(unchecked.server.peers).toHaveLength(1);
  });

  test('isArrayContent: true makes a record of each element; one bad element fails the whole message', async () => {
    const { records, failures, receive } = await run({ isArrayContent: true, ignoreError: true });
    await receive('[{"n":1},null,{"n":2}]', '[]', '[{"n":3},{"n":"bad"}]', '{"n":4}');
    expect(records).toEqual(['{"n":1}', '{"n":2}', '{"n":4}']);
    expect(failures).toMatchObject([{ error: { path: '/1/n' }, payload: '[{"n":3},{"n":"bad"}]' }]);
  });

  test('isArrayContent: false, where it is not given too, makes one record of an array, by position', async () => {
    const fields = [
      { name: 'n', type: 'int' },
      { name: 'text', type: 'string' },
      { name: 'rest', type: 'string' },
    ];
    const { records, receive } = await run({}, { schema: { fields } });
    await receive('[1,"one"]', '[2,"two","three","four"]');
    expect(records).toEqual(['{"n":1,"text":"one","rest":null}', '{"n":2,"text":"two","rest":"three"}']);
  });

  test('pruning: true hands on the last message of an interval, and counts the others', async () => {
    const { records, receive, pipeline } = await run({ pruning: true });
    await receive('{"n":1}', '{"n":2}', '{"n":3}');
    await receive('{"n":4}');
    expect(records).toEqual(['{"n":3}', '{"n":4}']);
    expect(pipeline.source('feed').status.records).toMatchObject({ pruned: 2 });
  });

  test('outputType: is row', () => {
    expect(problems({ outputType: 'row' })).toEqual([]);
    expect(problems({ outputType: 'avro' })).toEqual([
      expect.stringMatching(/^sources\[0\]\.parameters\.outputType: "avro" .*expected row/),
    ]);
  });
});
