// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { describe, expect, test } from 'vitest';
import { lines, optionsOf, warningsOf, web } from './samples.ts';

const block = (...written: string[]) => optionsOf(web(...written)).sources[0]?.options;

describe('respond', () => {
  test('has one condition, or a list of which all must hold', () => {
    const condition = { pointer: '/ping', exists: true };
    expect(block('respond: [{ when: { pointer: /ping, exists: true }, send: { pong: "${ping}" } }]')).toMatchObject({
      respond: [{ when: [condition], send: '{"pong":"${ping}"}' }],
    });
    expect(block('respond: [{ when: [{ pointer: /ping, exists: true }], send: pong }]')).toMatchObject({
      respond: [{ when: [condition], send: 'pong' }],
    });
  });

  test('may send the environment, secrets, files, the time and the cursor', () => {
    const send = '${env|A} ${secret|B} ${file|C} ${time|now_iso} ${cursor||0}';
    expect(block(`respond: [{ when: { pointer: "", equals: a }, send: "${send}" }]`)).toMatchObject({
      respond: [{ send }],
    });
  });

  test('is no use of a cursor that there is none of', () => {
    expect(lines(web('respond: [{ when: { pointer: "", equals: a }, send: "${cursor}" }]'))).toEqual([
      'ticks.yaml:5:59 sources[0].web-socket.respond[0].send: ${cursor} has no value without the option cursor',
    ]);
  });

  test('is a place that a cursor is sent in', () => {
    const cursor = 'cursor: { value-field: a }';
    const respond = 'respond: [{ when: { pointer: "", equals: a }, send: "${cursor}" }]';
    expect(warningsOf(web(cursor)).join()).toContain('cursor: is not sent');
    expect(warningsOf(web(cursor, respond)).join()).not.toContain('cursor: is not sent');
  });
});

describe('an answer that cannot be given says why', () => {
  const when = 'when: { pointer: /a, equals: 1 }';
  test.each<[string, string]>([
    ['{ when: 5 }', '16 : (hidden) (a map) is not a list'],
    [`[{ ${when} }]`, '17 [0].send: is missing, expected JSON or text'],
    [
      '[{ send: a }]',
      '17 [0].when: is missing, expected a condition such as { pointer: /type, equals: data }, or a list of them',
    ],
    [
      '[{ when: 5, send: a }]',
      '25 [0].when: 5 (a number) is not a condition such as { pointer: /type, equals: data }, or a list of them',
    ],
    ['[{ when: [], send: a }]', '25 [0].when: is an empty list, expected at least one of them'],
    [
      '[{ when: [5], send: a }]',
      '26 [0].when[0]: 5 (a number) is not a condition such as { pointer: /type, equals: data }',
    ],
    [
      '[{ when: { pointer: /a }, send: a }]',
      '25 [0].when.equals: is missing, expected one of equals, in, exists or matches',
    ],
    [`[{ ${when}, send: null }]`, '59 [0].send: is empty, expected JSON or text'],
    [`[{ ${when}, send: a, sennd: a }]`, '62 [0].sennd: is not an option; did you mean "send"?'],
    [`[{ ${when}, send: { a: "\${msg|x}" } }]`, '59 [0].send: ${msg|x} reads an event or a batch'],
    [`[{ ${when}, send: "\${stat|x}" }]`, '59 [0].send: ${stat|x} reads an event or a batch'],
    [`[{ ${when}, send: "\${x" }]`, '59 [0].send: ${… is a template without its closing }'],
  ])('%s', (respond, line) => {
    const [column, ...rest] = line.split(' ');
    expect(lines(web(`respond: ${respond}`))[0]).toContain(
      `ticks.yaml:5:${column} sources[0].web-socket.respond${rest.join(' ')}`,
    );
  });
});
