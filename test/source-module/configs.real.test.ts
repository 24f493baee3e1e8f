import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { directory, hawser, sentences } from '../cli/command.ts';
import { compared } from '../feed/expected-output.ts';
import { playFeed, runAgainst, type ScriptedFeed } from '../feed/scripted-feed.ts';

// configs/NAME.* against the feed that feeds/NAME.yaml scripts prints expected/NAME.txt.

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const CONFIGS = readdirSync(path('configs')).filter((name) => /\.(yaml|json)$/.test(name));

const nameOf = (config: string) => config.replace(/\.\w+$/, '');
const expectedOf = (config: string) => readFileSync(path(`expected/${nameOf(config)}.txt`), 'utf8');
const play = (config: string) => playFeed(path(`feeds/${nameOf(config)}.yaml`));

/** Where a config finds the feed: by an argument of the dialect, or by the context. */
async function argumentsOf(config: string, feed: ScriptedFeed): Promise<string[]> {
  const option = readFileSync(path(`configs/${config}`), 'utf8').includes('{{feed}}') ? '--context' : '--arg';
  return [path(`configs/${config}`), option, `feed=${feed.url}`, '--state-dir', await directory()];
}

/** What the run of a config prints, as it is expected if it is that, and how the command ends. */
async function run(config: string, { played = 1, args = [], env = {} }: Partial<Run> = {}) {
  const feed = await play(config);
  const expected = expectedOf(config);
  const lines = expected.split('\n').length - 1;
  const all = [...(await argumentsOf(config, feed)), ...args];
  const { code, stdout, stderr } = await runAgainst(all, { feed, lines, played, env });
  return { code, stdout: compared(stdout, expected), stderr };
}

interface Run {
  /** How many connections have their script played to its end. */
  readonly played: number;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const BEHAVIOURS: readonly { readonly config: string; readonly behaviour: string; readonly options?: Partial<Run> }[] =
  [
    {
      config: 'requests.json',
      behaviour: 'requests go out in order on every connect, filled in, in the form of each shape',
      options: { played: 2, args: ['--arg', 'channel=books'], env: { WHO: 'you' } },
    },
    {
      config: 'field-types.yaml',
      behaviour: 'each type, alias and mode of a field is converted, and each has its value where nothing is',
    },
    {
      config: 'request-interval.yaml',
      behaviour: 'requestIntervalSeconds passes between requests, while messages are taken in',
    },
    {
      config: 'heartbeat.yaml',
      behaviour: 'heartbeatRequests go out as they stand, and an answer of pong is dropped',
    },
    {
      config: 'heartbeat-each-interval.yaml',
      behaviour: 'heartbeatIntervalSeconds 0 sends a heartbeat in each interval',
    },
    {
      config: 'stamps.yaml',
      behaviour: 'eventtimeField is the time of the interval, receivedTimestampField that of the message',
    },
    {
      config: 'ignore-errors.yaml',
      behaviour: 'ignoreError true gives what cannot be converted to the failures, and goes on',
    },
    {
      config: 'check-interval.yaml',
      behaviour: 'a feed that stalls for checkIntervalSeconds is connected to anew',
    },
    {
      config: 'array-content.yaml',
      behaviour: 'isArrayContent true makes a record of each element, and none of a message with a bad one',
    },
    {
      config: 'array-positions.yaml',
      behaviour: 'an array is a record by position, and so are the arrays in it',
    },
    { config: 'pruning.yaml', behaviour: 'pruning true hands on the last message of each interval' },
    { config: 'avro-text.json', behaviour: 'avroSchema may be JSON text' },
    { config: 'avro-path.yaml', behaviour: 'avroSchema may be the path of a file beside the config' },
    {
      config: 'protobuf.yaml',
      behaviour: 'protobufDescriptor and messageName name a message of a descriptor set',
    },
    {
      config: 'arguments.json',
      behaviour: 'arguments of the file and of the command line fill in its texts, numbers and booleans',
      options: { args: ['--arg', 'who=command line'] },
    },
    {
      config: 'log-template.yaml',
      behaviour: 'logTemplate is the line of a record; a record that lacks something in it is a failure',
    },
    { config: 'native-records.yaml', behaviour: 'the native options select, split, convert, stamp and ignore' },
    { config: 'native-gaps.yaml', behaviour: 'sequence tells how many events are missing, for each value' },
    {
      config: 'native-verbatim.json',
      behaviour: 'without a schema the elements of arrays keep the text they came in',
    },
  ];

describe('a config that is run', () => {
  const cases = BEHAVIOURS.map(({ config, behaviour, options = {} }) => [config, behaviour, options] as const);

  test.each(cases)('%s: %s', async (config, _, options) => {
    const { code, stdout } = await run(config, options);
    expect(stdout).toBe(expectedOf(config));
    expect(code).toBe(0);
  });

  test('is there for each behaviour', () => {
    const named = [...BEHAVIOURS.map(({ config }) => config), 'fail-on-error.yaml'];
    expect(named.toSorted()).toEqual(CONFIGS.toSorted());
  });
});

describe('ignoreError false', () => {
  async function fail() {
    const feed = await play('fail-on-error.yaml');
    return hawser(['run', ...(await argumentsOf('fail-on-error.yaml', feed))]).ended;
  }

  test('fails the source, and the command once it has been restarted too often', async () => {
    const { code, stdout } = await fail();
    expect({ code, stdout }).toEqual({ code: 1, stdout: expectedOf('fail-on-error.yaml') });
  });

  test('names message, cause, path and schema field', async () => {
    const last = sentences((await fail()).stderr).at(-1);
    for (const part of ['"high"', '/params/0/price', 'params.price', '{"symbol":"B","params":[{"price":"high"}]}']) {
      expect(last).toContain(part);
    }
  });
});
