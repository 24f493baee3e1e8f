// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { describe, expect, test } from 'vitest';
import { formatProblem } from '../../src/config/error.ts';
import { type LoadContext, readPipeline } from '../../src/config/load.ts';

const NATIVE = [
  'context: { host: a }',
  'sources: [{ name: s, web-socket: { url: "ws://{{ host }}/" } }]',
  'sinks: [{ name: k, stdout: }]',
].join('\n');
const JOB = 'input:\n  stdin:\noutput:\n  stdout:\n';
const SOURCE_MODULE = [
  'system: { args: { host: a } }',
  'sources: [{ name: s, module: websocket, schema: { fields: [{ name: a, type: int }] }, parameters: { endpoint: "ws://${args.host}/" } }]',
  'sinks: [{ name: k, module: debug }]',
].join('\n');

const warnings = (text: string, load: LoadContext) => readPipeline(text, 'a.yaml', load).warnings.map(formatProblem);

describe('a value of the command line that nothing in the file uses is a warning', () => {
  test.each<[string, string, LoadContext, string[]]>([
    [
      'two of --context',
      NATIVE,
      { context: { host: 'b', hots: 'sesame', 'x.y': 'sesame' } },
      [
        'a.yaml:1:10 context.hots: --context hots is given, and nothing in the file uses {{hots}}',
        'a.yaml:1:10 context.x.y: --context x.y is given, and nothing in the file uses {{x.y}}',
      ],
    ],
    [
      '--arg in a native file',
      NATIVE,
      { args: { host: 'b' } },
      ['a.yaml:1:1 system.args.host: --arg host is given, and nothing in the file uses ${args.host}'],
    ],
    [
      'both in a job',
      JOB,
      { context: { a: 'b' }, args: { c: 'd' } },
      [
        'a.yaml:1:1 context.a: --context a is given, and nothing in the file uses {{a}}',
        'a.yaml:1:1 system.args.c: --arg c is given, and nothing in the file uses ${args.c}',
      ],
    ],
    [
      '--arg in a source-module file',
      SOURCE_MODULE,
      { args: { host: 'b', port: '1' } },
      ['a.yaml:1:17 system.args.port: --arg port is given, and nothing in the file uses ${args.port}'],
    ],
    ['nothing when all are used', NATIVE, { context: { host: 'b' } }, []],
  ])('%s', (_, text, load, expected) => {
    expect(warnings(text, load)).toEqual(expected);
  });
});
