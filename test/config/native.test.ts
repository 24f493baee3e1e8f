// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { describe, expect, test } from 'vitest';
import { loadPipeline, MAX_FILE_SIZE, parsePipeline, readPipeline } from '../../src/config/load.ts';
import type { PipelineInput } from '../../src/config/options.ts';
import { CLIENT_DEFAULTS, RECORD_DEFAULTS, sent } from './samples.ts';

const FIVE_LINES = `name: ticks
sources:
  - { name: exchange, web-socket: { url: "wss://feed.example/ws" } }
sinks:
  - { name: out, stdout: {} }
`;

describe('a native file', () => {
  test('of five lines is a pipeline with every default', () => {
    const { options, warnings } = readPipeline(FIVE_LINES, 'ticks.yaml');
    expect({ options, warnings }).toEqual({
      options: {
        name: 'ticks',
        sources: [
          {
            name: 'exchange',
            kind: 'web-socket',
            options: {
              ...CLIENT_DEFAULTS,
              url: 'wss://feed.example/ws',
              ...RECORD_DEFAULTS,
              'on-error': 'fail',
              connect: { mode: 'eager', timeout: 10_000 },
            },
          },
        ],
        sinks: [
          {
            name: 'out',
            inputs: ['exchange'],
            kind: 'stdout',
            options: {},
            buffer: { type: 'memory', 'when-full': 'block' },
          },
        ],
        listeners: [],
      },
      warnings: [],
    });
  });

  test('may be JSON', () => {
    const text = JSON.stringify({ sources: [{ name: 's', stdin: {} }], sinks: [{ name: 'k', stdout: {} }] });
    expect(readPipeline(text, 'a.json').options.sources).toEqual([
      { name: 's', kind: 'stdin', options: { payload: 'text' } },
    ]);
  });

  test.each([
    ['dir/ticks.yaml', 'ticks'],
    ['my ticks.prod.json', 'my-ticks-prod'],
    ['.hidden', '-hidden'],
  ])('without a name, %s gives the name %s', (file, name) => {
    expect(readPipeline(FIVE_LINES.replace('name: ticks\n', ''), file).options.name).toBe(name);
  });

  test('may leave a kind empty', () => {
    const text = 'sources: [{ name: s, stdin: }]\nsinks:\n  - name: k\n    stdout:\n';
    expect(readPipeline(text, 'a.yaml').options.sinks[0]?.kind).toBe('stdout');
  });

  test('may use anchors and aliases', () => {
    const text = 'sources:\n  - { name: a, web-socket: &w { url: "ws://h/" } }\n  - { name: b, web-socket: *w }\n';
    expect(readPipeline(text, 'a.yaml').options.sources.map(({ kind }) => kind)).toEqual(['web-socket', 'web-socket']);
  });

  test('warns of a source that no sink takes from', () => {
    const { warnings } = readPipeline('sources:\n  - name: s\n    stdin:\n', 'a.yaml');
    expect(warnings).toEqual([
      { file: 'a.yaml', line: 2, column: 5, path: 'sources[0]', message: 'no sink takes what s gives' },
    ]);
  });

  test('keeps every digit of a big integer in requests', () => {
    const text = 'sources: [{ name: s, web-socket: { url: "ws://h/", requests: { id: 12345678901234567890 } } }]';
    const [source] = readPipeline(text, 'a.yaml').options.sources;
    expect(source?.options).toMatchObject({ requests: [sent('{"id":12345678901234567890}')] });
  });

  test('fills in {{keys}} from its context', () => {
    const text =
      'context: { feed: { host: h.example } }\nsources: [{ name: s, web-socket: { url: "wss://{{feed.host}}/{{ feed.host }}" } }]';
    expect(readPipeline(text, 'a.yaml').options.sources[0]?.options).toMatchObject({
      url: 'wss://h.example/h.example',
    });
  });

  test('lets --context win over its own', () => {
    const text = 'context: { host: a }\nsources: [{ name: s, web-socket: { url: "wss://{{host}}/{{x.y}}" } }]';
    const { options } = readPipeline(text, 'a.yaml', { context: { host: 'b', 'x.y': 'c' } });
    expect(options.sources[0]?.options).toMatchObject({ url: 'wss://b/c' });
  });

  test('keeps the type of a value that is one placeholder', () => {
    const text =
      'context: { n: 3 }\nsources: [{ name: s, web-socket: { url: "ws://h/", reconnect: { max-attempts: "{{n}}" } } }]';
    const attempts = (context: Record<string, string>) =>
      readPipeline(text, 'a.yaml', { context }).options.sources[0]?.options;
    expect(attempts({})).toMatchObject({ reconnect: { 'max-attempts': 3 } });
    expect(attempts({ n: '4' })).toMatchObject({ reconnect: { 'max-attempts': 4 } });
  });

  test('reads {{{{ as a literal {{', () => {
    const text = 'sources: [{ name: s, web-socket: { url: "ws://h/", requests: "{{{{x}}" } }]';
    expect(readPipeline(text, 'a.yaml').options.sources[0]?.options).toMatchObject({ requests: [sent('{{x}}')] });
  });
});

describe('an object of an app', () => {
  test('is typed and read like a file', () => {
    const input: PipelineInput = {
      name: 'p',
      sources: [
        { name: 'a', file: { path: '/in', payload: 'json' } },
        { name: 'b', function: {} },
      ],
      sinks: [
        { name: 'k', inputs: ['a', 'b'], function: {}, buffer: { 'when-full': 'drop-oldest', 'max-bytes': '1GiB' } },
      ],
    };
    expect(parsePipeline(input)).toMatchObject({
      sources: [
        { kind: 'file', options: { path: '/in', payload: 'json' } },
        { kind: 'function', options: {} },
      ],
      sinks: [{ inputs: ['a', 'b'], buffer: { 'when-full': 'drop-oldest', 'max-bytes': 1_073_741_824 } }],
    });
  });
});

test('an object of an app may have a schema, a script and answers, all of them typed', () => {
  const input: PipelineInput = {
    name: 'p',
    sources: [
      {
        name: 'a',
        'web-socket': {
          url: 'ws://h/',
          schema: {
            fields: [{ name: 'm', type: 'map', valueType: { type: 'row', fields: [{ name: 'b', type: 'int' }] } }],
          },
          select: [[{ pointer: '/type', in: ['a', 1, null] }]],
          requests: [{ send: { op: 'auth' }, expect: { pointer: '/ok', equals: true }, within: '2s' }, 'go'],
          respond: [{ when: { pointer: '/ping', exists: true }, send: { pong: 1 } }],
          'ignore-text': 'pong',
        },
      },
    ],
    sinks: [{ name: 'k', stdout: { template: 'x' } }],
  };
  expect(parsePipeline(input)).toMatchObject({
    sources: [{ options: { payload: 'json', requests: [{ within: 2000 }, { send: 'go' }] } }],
    sinks: [{ options: { template: 'x' } }],
  });
});

test('an object of an app may use its context too', () => {
  const input = { name: 'p', context: { n: 'a' }, sources: [{ name: '{{n}}', stdin: {} }] };
  expect(parsePipeline(input).sources[0]?.name).toBe('a');
  expect(() => parsePipeline({ ...input, context: {} })).toThrow('sources[0].name: {{n}} has no value');
});

describe('loading a file', () => {
  const files = {
    readText: async (path: string) => {
      if (path === 'ticks.yaml') return FIVE_LINES;
      if (path === 'big.yaml') return ' '.repeat(MAX_FILE_SIZE + 1);
      throw Object.assign(new Error('no'), {
        code: { 'gone.yaml': 'ENOENT', 'dir.yaml': 'EISDIR', 'shut.yaml': 'EACCES' }[path],
      });
    },
    readBytes: async () => Buffer.of(),
  };

  test('reads it through the given files', async () => {
    expect((await loadPipeline('ticks.yaml', { files })).options.name).toBe('ticks');
  });

  test.each([
    ['gone.yaml', 'gone.yaml: cannot be read: no such file'],
    ['dir.yaml', 'dir.yaml: cannot be read: it is a directory'],
    ['shut.yaml', 'shut.yaml: cannot be read: permission denied'],
    ['big.yaml', 'big.yaml: is too big, expected at most 1048576 characters'],
  ])('of %s fails with one line', async (path, message) => {
    await expect(loadPipeline(path, { files })).rejects.toThrow(expect.objectContaining({ code: 'config', message }));
  });
});
