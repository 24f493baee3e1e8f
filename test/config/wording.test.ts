import { describe, expect, test } from 'vitest';
import { formatProblem } from '../../src/config/error.ts';
import { parsePipeline, readPipeline } from '../../src/config/load.ts';
import { lines, sent, sink, source, web } from './samples.ts';

const component = (...options: string[]) =>
  ['sources:', '  - name: s', ...options.map((each) => `    ${each}`)].join('\n');

describe('a mode that a source cannot have is the only thing said of its block', () => {
  test.each(['server-output', 'listen', ''])('%j', (mode) => {
    expect(lines(source(`mode: "${mode}"`, 'server: { port: 1 }', 'connect: 5'))).toEqual([
      `ticks.yaml:4:13 sources[0].web-socket.mode: "${mode}" is not client or server-input or relay`,
    ]);
  });

  test('and hides nothing elsewhere', () => {
    expect(lines(`${source('mode: server-output')}\nsinks: 5`)).toHaveLength(2);
  });
});

describe('a text that cannot be read', () => {
  const refusal = (text: string, file: string) => () => readPipeline(text, file);

  test.each([
    ['{ "sources": [', 'a.json:1:15: is not valid JSON here: a bracket that is not closed'],
    ['{ "sources" }, 5', 'A.JSON:1:14: is not valid JSON here: unexpected text (unexpected token)'],
    ['{ "sources": [', 'a.yaml:1:15: is not valid YAML here: wrong indentation, or a bracket that is not closed'],
  ])('%j: %s', (text, line) => {
    expect(refusal(text, line.replace(/:.*/, ''))).toThrow(expect.objectContaining({ message: line }));
  });

  test.each(['\u007fELF\u0002\u0000\u0000 { [ "', 'name: \u001b[31ma', '\u0000'])('%j is no text', (text) => {
    expect(refusal(text, 'a.yaml')).toThrow(expect.objectContaining({ message: 'a.yaml:1:1: is not text' }));
  });

  test('as it merges keys says so', () => {
    const text = 'sources:\n  - &a { name: s, stdin: }\n  - <<: *a\n    name: t\n    function:';
    expect(lines(text)).toEqual(['ticks.yaml:3:5 sources[1]: YAML merge keys (<<) are not supported']);
  });

  test('may have a quoted << as a key of its data', () => {
    const text = web('requests: { "<<": 1 }');
    expect(readPipeline(text, 'a.yaml').options.sources[0]?.options).toMatchObject({ requests: [sent('{"<<":1}')] });
  });
});

describe('no line of an error holds a control character', () => {
  test.each([
    [
      'value',
      web('payload: "a\\e[2J\\x9b1m"'),
      '5:16 sources[0].web-socket.payload: "a\\u001b[2J\\x9B1m" is not text or json or binary or binary-base64',
    ],
    ['placeholder', web('payload: "{{\\e}}"'), '5:16 sources[0].web-socket.payload: {{\\x1B}} has no value'],
  ])('%s', (_, text, line) => {
    expect(lines(text)).toEqual([`ticks.yaml:${line}`]);
  });

  test('key', () => {
    const [line] = lines(web('"a\\x9b\\x7f": 1'));
    expect(line).toContain('5:7 sources[0].web-socket["a\\x9B\\x7F"]: is not an option');
  });

  test('name of a file', () => {
    expect(formatProblem({ file: 'a\u001b[2J', path: '', message: 'is\n empty' })).toBe('a\\x1B[2J: is empty');
  });
});

describe('an empty text is called empty', () => {
  test.each([
    [
      component('stdin:').replace('name: s', 'name: ""'),
      '2:11 sources[0].name: is empty, expected a name of letters, digits, _ and -',
    ],
    [component('file: { path: "" }'), '3:19 sources[0].file.path: is empty, expected a path'],
    [`name: ""\n${component('stdin:')}`, '1:7 name: is empty, expected a name of letters, digits, _ and -'],
  ])('%j', (text, line) => {
    expect(lines(text)).toEqual([`ticks.yaml:${line}`]);
  });
});

describe('a key beside the block that it belongs into', () => {
  test.each([
    [component('stdin:', 'payload: json'), '4:5 sources[0].payload', 'stdin: { payload: json }'],
    [
      component('web-socket: { url: "ws://h/" }', 'max-payload: 5'),
      '4:5 sources[0].max-payload',
      'web-socket: { max-payload: 5 }',
    ],
    [
      component('web-socket: { url: "ws://h/" }', 'headers: { a: b }'),
      '4:5 sources[0].headers',
      'web-socket: { headers: … }',
    ],
    [web('bearer-token: sesame'), '5:7 sources[0].web-socket.bearer-token', 'auth: { bearer-token: … }'],
    [sink('stdout:', 'when-full: block'), '5:5 sinks[0].when-full', 'buffer: { when-full: block }'],
  ])('%j', (text, place, hint) => {
    expect(lines(text)).toEqual([`ticks.yaml:${place}: is not an option here; it belongs inside, as ${hint}`]);
  });

  test('without any kind may belong into several', () => {
    expect(lines(component('payload: json'))).toContain(
      'ticks.yaml:3:5 sources[0].payload: is not an option here; it belongs inside, as web-socket or stdin or file: { payload: json }',
    );
  });

  test('of another kind is just unknown', () => {
    expect(lines(sink('stdout:', 'path: /out'))).toEqual([
      'ticks.yaml:5:5 sinks[0].path: is not an option; options here: name, inputs, reply-to, buffer, batch, web-socket, stdout, file (or function, in an application)',
    ]);
  });
});

describe('a JavaScript function among the options', () => {
  const sources = [{ name: 's', stdin: {} }];
  const messageOf = (input: object) => () => parsePipeline({ name: 'p', ...input });

  test('of a sink is to be given to the pipeline', () => {
    const message =
      "sinks[0].function: a JavaScript function is not an option: write function: {} and give it by pipeline.sink('o', { function })";
    expect(messageOf({ sources, sinks: [{ name: 'o', function: () => {} }] })).toThrow(
      expect.objectContaining({ message }),
    );
  });

  test('of a source has no use', () => {
    const message =
      "sources[0].function: a JavaScript function is not an option: write function: {} and push events by pipeline.source('s').push(event)";
    expect(messageOf({ sources: [{ name: 's', function: () => {} }] })).toThrow(expect.objectContaining({ message }));
  });
});
