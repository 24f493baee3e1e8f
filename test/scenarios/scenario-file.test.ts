import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ConfigError, formatProblem } from '../../src/config/error.ts';
import { loadScenario } from '../../src/testing/simulation/scenario-file.ts';

const MARKET = readFileSync(new URL('../messages/schema/fixtures/market.binpb', import.meta.url));
const PIPELINE = `pipeline:
  sources:
    - { name: exchange, web-socket: { url: "ws://feed.example/" } }
  sinks:
    - { name: store, web-socket: { url: "ws://store.example/in" } }
`;
const SERVERS = `servers:
  feed.example: { producer: { every: 10ms } }
  store.example: { consumer: }
`;

const pipelineWith = (schema: string) =>
  PIPELINE.replace('"ws://feed.example/"', `"ws://feed.example/", schema: { ${schema} }`);

/** Files in memory, by their paths. */
function filesOf(texts: Readonly<Record<string, string>>) {
  const readText = async (path: string) => {
    const text = texts[path];
    if (text === undefined) throw Object.assign(new Error('none'), { code: 'ENOENT' });
    return text;
  };
  return { readText, readBytes: async (path: string) => Buffer.from(await readText(path)) };
}

async function problemsOf(text: string, others: Readonly<Record<string, string>> = {}): Promise<string[]> {
  try {
    await loadScenario('it.yaml', { files: filesOf({ 'it.yaml': text, ...others }) });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(formatProblem);
  }
}

/** What is said of one line behind a good pipeline and good servers, which take eight. */
async function saysOf(line: string): Promise<string[]> {
  const problems = await problemsOf(`${PIPELINE}${SERVERS}${line}\n`);
  return problems.map((problem) => problem.replace(/^it\.yaml:\d+:\d+ /, ''));
}

describe('a scenario', () => {
  test('that is good is given as it is written, under the name of its file', async () => {
    const text = `${PIPELINE}${SERVERS}script:\n  - { at: 5s, jump-clock: -1h }\nfor: 90\n`;
    expect(await loadScenario('some/it.yaml', { files: filesOf({ 'some/it.yaml': text }) })).toEqual({
      name: 'it',
      pipeline: {
        name: 'it',
        sources: [{ name: 'exchange', 'web-socket': { url: 'ws://feed.example/' } }],
        sinks: [{ name: 'store', 'web-socket': { url: 'ws://store.example/in' } }],
      },
      servers: { 'feed.example': { producer: { every: '10ms' } }, 'store.example': { consumer: {} } },
      script: [{ at: '5s', 'jump-clock': '-1h' }],
      for: 90,
    });
  });

  test('has all its problems told at once, each with its place', async () => {
    const text = `sede: 5
pipeline:
  sources:
    - { name: exchange, web-socket: { url: "ws://feed.example/", paylod: text } }
  sinks:
    - { name: store, web-socket: { url: "ws://store.example/in" } }
${SERVERS}script:
  - { at: 5s, freeze: stor.example }
expect:
  - { at: 5s, states: { stoer: live } }
`;
    expect(await problemsOf(text)).toEqual([
      'it.yaml:1:1 sede: is not an option; did you mean "seed"?',
      'it.yaml:4:66 pipeline.sources[0].web-socket.paylod: is not an option; did you mean "payload"?',
      'it.yaml:11:23 script[0].freeze: "stor.example" is not a server of this scenario; did you mean "store.example"?',
      'it.yaml:13:25 expect[0].states.stoer: is not a component of the pipeline; did you mean "store"?',
    ]);
  });

  test.each([
    ['', 'it.yaml:1:1: is empty, expected a scenario'],
    ['a: [', 'it.yaml:1:5: is not valid YAML here: wrong indentation, or a bracket that is not closed'],
    ['5', 'it.yaml:1:1 pipeline: is missing, expected a pipeline, or the path of its file'],
    [`pipeline:\n${SERVERS}`, 'it.yaml:1:10 pipeline: is empty, expected a pipeline, or the path of its file'],
  ])('that reads %j is none', async (text, problem) => {
    expect(await problemsOf(text)).toContain(problem);
  });

  test('that is not there cannot be read', async () => {
    const loading = loadScenario('none.yaml', { files: filesOf({}) });
    await expect(loading).rejects.toThrow('none.yaml: cannot be read: no such file');
  });
});

describe('the pipeline of a scenario', () => {
  test('may be in a file beside it, in any dialect', async () => {
    const job =
      'input: { web-socket: { url: "ws://{{host}}/" } }\noutput: { stdout: {} }\ncontext: { host: feed.example }\n';
    const files = filesOf({
      'some/it.yaml': 'pipeline: job.yaml\nservers: { feed.example: { producer: } }\n',
      'some/job.yaml': job,
    });
    const { pipeline } = await loadScenario('some/it.yaml', { files });
    expect(pipeline).toMatchObject({ name: 'job', sources: [{ 'web-socket': { url: 'ws://feed.example/' } }] });
  });

  test('has its problems told with the places of its own file', async () => {
    const others = { 'ticks.yaml': 'sources:\n  - { name: in, stdin: { paylod: text } }\n' };
    expect(await problemsOf('pipeline: ticks.yaml\nsede: 4\n', others)).toEqual([
      'it.yaml:2:1 sede: is not an option; did you mean "seed"?',
      'ticks.yaml:2:26 sources[0].stdin.paylod: is not an option; did you mean "payload"?',
    ]);
  });

  test('has its placeholders filled in', async () => {
    const text = `${PIPELINE.replace('feed.example', '{{host}}')}  context: { host: feed.example }\n${SERVERS}`;
    expect(await problemsOf(text)).toEqual([]);
    expect(await problemsOf(text.replace('context: { host', 'context: { hots'))).toEqual([
      'it.yaml:3:44 pipeline.sources[0].web-socket.url: {{host}} has no value; did you mean "hots"?',
    ]);
  });

  test('has the texts of its Avro schemas in it, whose files are beside its own', async () => {
    const avro = '{"type":"record","name":"tick","fields":[{"name":"number","type":"long"}]}';
    const ticks = pipelineWith('avroSchema: tick.avsc').replaceAll(/^ {2}/gm, '').replace('pipeline:\n', '');
    const files = filesOf({
      'some/it.yaml': `pipeline: config/ticks.yaml\n${SERVERS}`,
      'some/config/ticks.yaml': ticks,
      'some/config/tick.avsc': avro,
    });
    const { pipeline } = await loadScenario('some/it.yaml', { files });
    expect(pipeline.sources[0]?.['web-socket']).toMatchObject({ schema: { avroSchema: avro } });
  });

  test('has no descriptor sets, which a simulation cannot read', async () => {
    const schema = 'protobufDescriptor: market.binpb, messageName: market.v1.Trade';
    const files = filesOf({ 'it.yaml': pipelineWith(schema) + SERVERS });
    const loading = loadScenario('it.yaml', { files: { ...files, readBytes: async () => MARKET } });
    await expect(loading).rejects.toThrow(
      'it.yaml:3:96 pipeline.sources[0].web-socket.schema.protobufDescriptor: is a file, which a simulation cannot read, expected fields or avroSchema',
    );
  });

  test('has no files of schemas that cannot be read', async () => {
    expect(await problemsOf(pipelineWith('avroSchema: tick.avsc') + SERVERS)).toEqual([
      'it.yaml:3:88 pipeline.sources[0].web-socket.schema.avroSchema: "tick.avsc" cannot be read: no such file',
    ]);
  });

  test('is warned of what has no effect', async () => {
    const warnings: string[] = [];
    const text =
      'pipeline:\n  sources: [{ name: in, web-socket: { url: "ws://feed.example/" } }]\nservers: { feed.example: { producer: } }\n';
    await loadScenario('it.yaml', {
      files: filesOf({ 'it.yaml': text }),
      warn: (problem) => warnings.push(formatProblem(problem)),
    });
    expect(warnings).toEqual(['it.yaml:2:13 pipeline.sources[0]: no sink takes what in gives']);
  });

  test('dials servers of the scenario only', async () => {
    expect(await problemsOf(PIPELINE.replace('feed.example', 'feed.exampel') + SERVERS)).toEqual([
      'it.yaml:3:44 pipeline.sources[0].web-socket.url: dials "feed.exampel", which is not a server of this scenario; did you mean "feed.example"?',
    ]);
  });

  test('may leave the host to a template, which is not judged', async () => {
    expect(await problemsOf(PIPELINE.replace('feed.example', '$${env|HOST}') + SERVERS)).toEqual([]);
  });
});

describe('servers', () => {
  test.each([
    ['x.example: { producer: }', 'servers["x.example"]: is dialled by no component of the pipeline'],
    ['feed.example: {}', 'servers["feed.example"]: has no part, expected producer or consumer'],
    [
      'feed.example: { producer: , consumer: }',
      'servers["feed.example"].consumer: is a second part beside producer, expected one',
    ],
    [
      'feed.example: { consumer: }',
      'servers["feed.example"].consumer: is no part for what the source exchange dials, expected producer',
    ],
    [
      'feed.example: { producer: { every: 0s } }',
      'servers["feed.example"].producer.every: "0s" is zero, expected a duration above zero',
    ],
    [
      'feed.example: { producer: { resume: {} } }',
      'servers["feed.example"].producer.resume: names neither query nor header',
    ],
    [
      'feed.example: { producer: { brust: 3 } }',
      'servers["feed.example"].producer.brust: is not an option; did you mean "burst"?',
    ],
  ])('{ %s } is refused', async (line, problem) => {
    const others = line.startsWith('feed') ? '' : '  feed.example: { producer: }\n';
    const problems = await problemsOf(`${PIPELINE}servers:\n${others}  store.example: { consumer: }\n  ${line}\n`);
    expect(problems.map((each) => each.replace(/^it\.yaml:\d+:\d+ /, ''))).toEqual([problem]);
  });

  test('are each dialled by one component', async () => {
    const second = '    - { name: copy, web-socket: { url: "ws://store.example/copy" } }\n';
    expect(await problemsOf(`${PIPELINE}${second}${SERVERS}`)).toEqual([
      'it.yaml:9:3 servers["store.example"]: is dialled by store and by copy, expected one of them',
    ]);
  });
});

describe('a step of the script', () => {
  test.each([
    [
      '{ at: 5s, freeze: store.example, hang: feed.example }',
      'script[0].hang: is a second fault beside freeze, expected one in a step',
    ],
    [
      '{ at: 5s }',
      'script[0]: has no fault, expected one of reset, close, refuse, hang, freeze, blackhole, down, stall, lose-acknowledgement, late-events, poison, heal, block, jump-clock, disk-full, slow-disk, kill, stop',
    ],
    ['{ at: 5s, fereze: store.example }', 'script[0].fereze: is not an option; did you mean "freeze"?'],
    ['{ at: 5x, block: 1s }', 'script[0].at: "5x" is not a duration such as 500ms, 2s or 1m30s'],
    ['{ at: 1m, block: 1s }', 'script[0].at: "1m" is too late: every fault is healed at the end of for'],
    ['{ at: 1s, reset: feed.example, for: 3s }', 'script[0].for: has no effect: reset is over at once'],
    ['{ at: 1s, poison: store.example }', 'script[0].poison: "store.example" is not a producer'],
    [
      '{ at: 1s, lose-acknowledgement: feed.example }',
      'script[0].lose-acknowledgement: "feed.example" is not a consumer',
    ],
    ['{ at: 1s, kill: proces }', 'script[0].kill: "proces" is not process or power'],
    [
      '{ at: 1s, refuse: { host: feed.example, status: 503, code: ENOTFOUND } }',
      'script[0].refuse.code: is given beside status, expected one of them',
    ],
    [
      '{ at: 1s, refuse: { host: feed.example, retry-after: 3s } }',
      'script[0].refuse.retry-after: has no effect without status beside it',
    ],
    [
      '{ at: 1s, close: { host: fed.example, code: 1001 } }',
      'script[0].close.host: "fed.example" is not a server of this scenario; did you mean "feed.example"?',
    ],
  ])('%s is refused', async (step, problem) => {
    expect(await saysOf(`script:\n  - ${step}`)).toEqual([problem]);
  });
});

describe('an expectation', () => {
  test.each([
    [
      '{ at: 5s }',
      'expect[0]: expects nothing; it can expect states, delivered, duplicates, lost, counters, logged, exit',
    ],
    ['{ at: ende, exit: 0 }', 'expect[0].at: "ende" is not a duration such as 500ms, 2s or 1m30s'],
    ['{ at: 5s, exit: 0 }', 'expect[0].exit: is known at the end only, expected at: end beside it'],
    ['{ at: 20m, logged: [x] }', 'expect[0].at: "20m" is too late: for and settle are over by then'],
    [
      '{ at: 5s, states: { store: waitin } }',
      'expect[0].states.store: "waitin" is not a state of store, expected idle or connecting or live or waiting or failed',
    ],
    ['{ at: 5s, delivered: { feed.example: 5 } }', 'expect[0].delivered["feed.example"]: is not a consumer'],
    [
      '{ at: 5s, duplicates: { stor.example: 5 } }',
      'expect[0].duplicates["stor.example"]: is not a server of this scenario; did you mean "store.example"?',
    ],
    [
      '{ at: 5s, delivered: { store.example: {} } }',
      'expect[0].delivered["store.example"]: is empty, expected at-least or at-most in it',
    ],
    [
      '{ at: 5s, delivered: { store.example: many } }',
      'expect[0].delivered["store.example"]: "many" is not a number, or a map with at-least and at-most',
    ],
    [
      '{ at: 5s, delivered: { store.example: { at-least: 7, at-most: 3 } } }',
      'expect[0].delivered["store.example"]: cannot be at least 7 and at most 3',
    ],
    [
      '{ at: 5s, counters: { store: 4 } }',
      'expect[0].counters.store: names no counter, expected a path such as store.restarts',
    ],
    [
      '{ at: 5s, counters: { stor.dropped: 4 } }',
      'expect[0].counters["stor.dropped"]: "stor" is not a component of the pipeline; did you mean "store"?',
    ],
  ])('%s is refused', async (expectation, problem) => {
    expect(await saysOf(`expect:\n  - ${expectation}`)).toEqual([problem]);
  });
});
