// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { describe, expect, test } from 'vitest';
import { lines, optionsOf, sent, web } from './samples.ts';

const block = (...written: string[]) => optionsOf(web(...written)).sources[0]?.options;

describe('requests', () => {
  test('may be one message, or a list of them', () => {
    expect(block('requests: { op: a }')).toMatchObject({ requests: [sent('{"op":"a"}')] });
    expect(block('requests: [ping, { op: a }, [1, 2]]')).toMatchObject({
      requests: [sent('ping'), sent('{"op":"a"}'), sent('[1,2]')],
    });
  });

  test('may wait for an answer, and use what it says', () => {
    const steps = [
      'requests:',
      '  - expect: { pointer: /type, equals: auth_required }',
      '    extract: { nonce: /nonce, _id2: "" }',
      '  - { send: { token: "${secret|t}", nonce: "${nonce}" }, expect: { pointer: /ok, exists: true }, within: 2s }',
      '  - "${_id2||none} ${nonce}"',
    ];
    expect(block(...steps)).toMatchObject({
      requests: [
        {
          expect: [{ pointer: '/type', equals: 'auth_required' }],
          within: 10_000,
          extract: { nonce: '/nonce', _id2: '' },
        },
        {
          send: '{"token":"${secret|t}","nonce":"${nonce}"}',
          expect: [{ pointer: '/ok', exists: true }],
          within: 2000,
          extract: {},
        },
        sent('${_id2||none} ${nonce}'),
      ],
    });
  });

  test('may be a single step', () => {
    expect(block('requests: { send: hello, expect: { pointer: /a, matches: b } }')).toMatchObject({
      requests: [{ send: 'hello', expect: [{ pointer: '/a', matches: 'b' }], within: 10_000, extract: {} }],
    });
  });

  test('may send a map that has the keys of a step', () => {
    expect(block('requests: [{ send: { send: 1, expect: 2 } }]')).toMatchObject({
      requests: [sent('{"send":1,"expect":2}')],
    });
  });

  test('of the application’s heartbeat are never steps', () => {
    expect(block('app-heartbeat: { requests: [{ send: 1 }, a] }')).toMatchObject({
      'app-heartbeat': { requests: ['{"send":1}', 'a'] },
    });
  });
});

describe('requests that cannot be sent say why', () => {
  test.each<[string, string]>([
    ['null', '17 : is empty, expected JSON or text'],
    ['[a, null]', '21 [1]: is empty, expected JSON or text'],
    ['[.nan]', '18 [0]: (hidden) (a number) is not JSON or text'],
    ['[{ send: null }]', '26 [0].send: is empty, expected JSON or text'],
    ['[{ send: a, expct: 1 }]', '29 [0].expct: is not an option; did you mean "expect"?'],
    ['{ send: a, expct: 1 }', '28 .expct: is not an option; did you mean "expect"?'],
    ['[{ send: a, within: 1s }]', '29 [0].within: has no effect without expect beside it'],
    ['[{ send: a, extract: { a: /a } }]', '29 [0].extract: has no effect without expect beside it'],
    [
      '[{ expect: 5 }]',
      '28 [0].expect: 5 (a number) is not a condition such as { pointer: /type, equals: data }, or a list of them',
    ],
    ['[{ expect: { equals: 5 } }]', '28 [0].expect.pointer: is missing, expected a JSON pointer such as /data/id'],
    ['[{ expect: { pointer: /a, equls: 5 } }]', '43 [0].expect.equls: is not an option; did you mean "equals"?'],
    [
      '[{ expect: { pointer: "", exists: true }, within: 0 }]',
      '67 [0].within: 0 is zero, expected a duration above zero',
    ],
    [
      '[{ expect: { pointer: "", exists: true }, extract: [a] }]',
      '68 [0].extract: a list is not a map of names and JSON pointers',
    ],
    [
      '[{ expect: { pointer: "", exists: true }, extract: { 1a: /a } }]',
      '70 [0].extract.1a: is not a name of letters, digits and _ that begins with no digit',
    ],
    [
      '[{ expect: { pointer: "", exists: true }, extract: { cursor: /a } }]',
      '70 [0].extract.cursor: is the name of the cursor in a template, expected another one',
    ],
    [
      '[{ expect: { pointer: "", exists: true }, extract: { a: b } }]',
      '73 [0].extract.a: "b" is not a JSON pointer such as /data/id',
    ],
    ['["${a}"]', '18 [0]: ${a} reads an event, and there is none here'],
    ['"${a}"', '17 : ${a} reads an event, and there is none here'],
    ['{ a: "${a}" }', '17 : ${a} reads an event, and there is none here'],
    ['[{ send: "${a" }]', '26 [0].send: ${… is a template without its closing }'],
    [
      '[{ send: "${a}", expect: { pointer: "", exists: true }, extract: { a: /a } }]',
      '26 [0].send: ${a} reads an event, and there is none here',
    ],
    [
      '[{ expect: { pointer: "", exists: true }, extract: { a: /a, b: /b } }, "${c}"]',
      '88 [1]: ${c} is extracted by no earlier step, expected one of a, b',
    ],
    [
      '[{ expect: { pointer: "", exists: true }, extract: { a: /a } }, { send: { x: "${a.b}" } }]',
      '89 [1].send: ${a.b} is extracted by no earlier step, expected one of a',
    ],
  ])('%s', (requests, line) => {
    const [column, ...rest] = line.split(' ');
    expect(lines(web(`requests: ${requests}`))).toEqual([
      `ticks.yaml:5:${column} sources[0].web-socket.requests${rest.join(' ')}`,
    ]);
  });

  test('all at once', () => {
    expect(lines(web('requests: [null, { send: a, within: 1s }, { expect: 5, extract: 5 }]'))).toHaveLength(4);
  });
});
