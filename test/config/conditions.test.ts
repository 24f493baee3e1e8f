import { describe, expect, test } from 'vitest';
import { lines, optionsOf, web } from './samples.ts';

const selected = (select: string) => optionsOf(web(`select: ${select}`)).sources[0]?.options;

describe('a condition', () => {
  test.each<[string, object]>([
    ['equals: 5', { equals: 5 }],
    ['equals: a', { equals: 'a' }],
    ['equals: null', { equals: null }],
    ['equals: { a: [1] }', { equals: { a: [1] } }],
    ['in: [1, a, null, false]', { in: [1, 'a', null, false] }],
    ['exists: true', { exists: true }],
    ['exists: false', { exists: false }],
    ['matches: "^a\\\\p{L}+$"', { matches: '^a\\p{L}+$' }],
  ])('may say %s', (form, condition) => {
    expect(selected(`[{ pointer: /a/0/b~1c, ${form} }]`)).toMatchObject({
      select: [[{ pointer: '/a/0/b~1c', ...condition }]],
    });
  });

  test('may be of the whole message', () => {
    expect(selected('[{ pointer: "", equals: 1 }]')).toMatchObject({ select: [[{ pointer: '' }]] });
  });

  test('keeps every digit of what is equal', () => {
    const big = expect.objectContaining({ value: '12345678901234567890' });
    expect(selected('[{ pointer: /a, equals: 12345678901234567890 }]')).toMatchObject({ select: [[{ equals: big }]] });
    expect(selected('[{ pointer: /a, in: [12345678901234567890] }]')).toMatchObject({ select: [[{ in: [big] }]] });
  });
});

describe('select', () => {
  test('of conditions is one list of which all must hold', () => {
    expect(selected('[{ pointer: /a, exists: true }, { pointer: /b, exists: true }]')).toMatchObject({
      select: [[{ pointer: '/a' }, { pointer: '/b' }]],
    });
  });

  test('of lists is alternatives', () => {
    expect(
      selected('[[{ pointer: /a, exists: true }], [{ pointer: /b, exists: true }, { pointer: /c, equals: 1 }]]'),
    ).toMatchObject({ select: [[{ pointer: '/a' }], [{ pointer: '/b' }, { pointer: '/c' }]] });
  });
});

describe('a condition that cannot be asked says why', () => {
  test.each<[string, string]>([
    ['{ pointer: /a, exists: true }', '15 : a map is not a list of conditions, or a list of such lists'],
    ['[5]', '16 [0]: 5 (a number) is not a condition, or a list of them'],
    ['[[]]', '16 [0]: is an empty list, expected at least one of them'],
    ['[{ exists: true }]', '16 [0].pointer: is missing, expected a JSON pointer such as /data/id'],
    ['[{ pointer: a, exists: true }]', '27 [0].pointer: "a" is not a JSON pointer such as /data/id'],
    ['[{ pointer: /a }]', '16 [0].equals: is missing, expected one of equals, in, exists or matches'],
    ['[{ pointer: /a, equal: 1 }]', '31 [0].equal: is not an option; did you mean "equals"?'],
    ['[{ pointer: /a, equals: 1, in: [1] }]', '42 [0].in: is given beside equals, expected one of the two'],
    ['[{ pointer: /a, equals: .nan }]', '39 [0].equals: NaN is not JSON'],
    ['[{ pointer: /a, in: [] }]', '35 [0].in: is an empty list, expected at least one of them'],
    ['[{ pointer: /a, in: 5 }]', '35 [0].in: 5 (a number) is not a list'],
    ['[{ pointer: /a, exists: 1 }]', '39 [0].exists: 1 (a number) is not true or false'],
    ['[{ pointer: /a, matches: 5 }]', '40 [0].matches: 5 (a number) is not a regular expression'],
    ['[{ pointer: /a, matches: "a(b" }]', '40 [0].matches: "a(b" is not a regular expression: unterminated group'],
    ['[{ pointer: /a, matches: "\\\\-" }]', '40 [0].matches: "\\\\-" is not a regular expression: invalid escape'],
    [
      '[[{ pointer: /a, equals: 1 }], { pointer: /b, equals: 1 }]',
      '46 [1]: is a condition beside lists, expected all of one kind',
    ],
    [
      '[{ pointer: /a, equals: 1 }, [{ pointer: /b, equals: 1 }]]',
      '44 [1]: is a list beside conditions, expected all of one kind',
    ],
    ['[[{ pointer: b, equals: 1 }]]', '28 [0][0].pointer: "b" is not a JSON pointer such as /data/id'],
  ])('%s', (select, line) => {
    const [column, ...rest] = line.split(' ');
    expect(lines(web(`select: ${select}`))).toEqual([
      `ticks.yaml:5:${column} sources[0].web-socket.select${rest.join(' ')}`,
    ]);
  });
});
