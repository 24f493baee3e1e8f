import { describe, expect, test } from 'vitest';
import { parsePipeline } from '../../src/config/load.ts';
import { errorOf, lines, source, web } from './samples.ts';

describe('the errors of a file', () => {
  test('come all at once, in the order of the file', () => {
    const text = `${web('payload: xml', 'heartbeat: { timeout: 2x, foo: 1 }')}\nsinks:\n  - name: s\n    stdout:\n    file: {}`;
    expect(errorOf(text).problems.map(({ line, column, path }) => `${line}:${column} ${path}`)).toEqual([
      '5:16 sources[0].web-socket.payload',
      '6:29 sources[0].web-socket.heartbeat.timeout',
      '6:33 sources[0].web-socket.heartbeat.foo',
      '8:11 sinks[0].name',
      '10:5 sinks[0].file',
      '10:11 sinks[0].file.path',
    ]);
  });

  test('carry file, value and what was expected', () => {
    expect(errorOf(web('payload: xml')).problems).toEqual([
      {
        file: 'ticks.yaml',
        line: 5,
        column: 16,
        path: 'sources[0].web-socket.payload',
        value: '"xml"',
        expected: 'text or json or binary or binary-base64',
        message: '"xml" is not text or json or binary or binary-base64',
      },
    ]);
  });

  test('never show a credential', () => {
    const text = web(
      'auth: { bearer-token: 4711, basic: sesame }',
      'headers: { a: 4711, b: [sesame] }',
      'query: sesame',
      'app-heartbeat: sesame',
      'tls: "wss://me:sesame@h/"',
    );
    const { message, problems } = errorOf(text);
    expect(problems).toHaveLength(8);
    expect(message).not.toMatch(/4711|sesame/);
  });

  test('show a url without its userinfo and query values', () => {
    const [line] = lines(source('url: "ftp://me:sesame@h/p?token=sesame&b=2"'));
    expect(line).toContain('"ftp://(hidden)@h/p?token=(hidden)&b=(hidden)" is not a ws:// or wss:// url');
  });

  test('of syntax never quote the text', () => {
    expect(errorOf('password: "sesame" sesame').message).not.toContain('sesame');
  });

  test('of an object have paths only', () => {
    expect(() => parsePipeline({ name: 'p', sources: [{ name: 's', stdin: { payload: 1 } }] })).toThrow(
      expect.objectContaining({
        message: 'sources[0].stdin.payload: 1 (a number) is not text or json or binary or binary-base64',
      }),
    );
  });

  test('name an object without a name', () => {
    expect(() => parsePipeline({ sources: [{ name: 's', stdin: {} }] })).toThrow(
      'name: is missing, expected a name of',
    );
  });
});
