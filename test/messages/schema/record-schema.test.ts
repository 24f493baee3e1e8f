import { describe, expect, test } from 'vitest';
import { RecordError } from '../../../src/messages/schema/error.ts';
import type { Field } from '../../../src/messages/schema/field.ts';
import { compileFields } from '../../../src/messages/schema/record-schema.ts';
import { converted, field } from './sample-fields.ts';

const TRADE = [
  field('id', 'long', { mode: 'required' }),
  field('price', 'double'),
  field('venue', 'record', { fields: [field('name', 'string'), field('lag', 'int')] }),
];

describe('a record', () => {
  test('has all fields of its schema in their order, and no others', () => {
    expect(converted('{"venue":{"lag":3,"x":1},"other":1,"id":7}', ...TRADE)).toBe(
      '{"id":7,"price":null,"venue":{"name":null,"lag":3}}',
    );
  });

  test('is made of an array by position, nested ones too: the rest is dropped, what is missing is null', () => {
    expect(converted('[7,1.5,["spot"]]', ...TRADE)).toBe('{"id":7,"price":1.5,"venue":{"name":"spot","lag":null}}');
    expect(converted('[7,null,["spot",3,4],"more"]', ...TRADE)).toBe(
      '{"id":7,"price":null,"venue":{"name":"spot","lag":3}}',
    );
    expect(converted('[7]', ...TRADE)).toBe('{"id":7,"price":null,"venue":null}');
  });

  test('has the last of equal keys', () => {
    expect(converted('{"id":1,"id":2}', ...TRADE)).toContain('"id":2,');
  });

  test('names itself like any text', () => {
    expect(converted('{"a\\"b\\ud800":1}', field('a"b\ud800', 'int'))).toBe('{"a\\"b\\ud800":1}');
  });

  test.each(['7', '"a"', 'true', 'null', '12345678901234567890'])('is not made of %s', (text) => {
    const error = failure(text, ...TRADE);
    expect(error).toMatchObject({ code: 'record', path: '', field: '' });
    expect(error.message).toBe(`${text} is neither an object nor an array (record)`);
  });

  test('knows the names of its fields', () => {
    expect(compileFields(TRADE).names).toEqual(new Set(['id', 'price', 'venue']));
  });

  test('ignores 10 000 levels under a key that it does not have, beside a number with 30 digits', () => {
    const deep = `${'{"a":['.repeat(5_000)}${']}'.repeat(5_000)}`;
    const digits = '123456789012345678901234567890';
    expect(converted(`{"x":${deep},"v":${digits}}`, field('v', 'numeric'))).toBe(`{"v":${digits}}`);
  });
});

describe('a field', () => {
  test('that is missing or null has its default value, else null, and with mode repeated []', () => {
    const fields = [
      field('a', 'int', { defaultValue: 5 }),
      field('b', 'int'),
      field('c', 'int', { mode: 'repeated' }),
      field('d', 'int', { mode: 'required', defaultValue: '6' }),
      field('e', 'int', { mode: 'repeated', defaultValue: [1, 2] }),
      field('f', 'record', {
        fields: [field('x', 'int', { defaultValue: 7 }), field('y', 'int')],
        defaultValue: { y: 8 },
      }),
    ];
    const expected = '{"a":5,"b":null,"c":[],"d":6,"e":[1,2],"f":{"x":7,"y":8}}';
    expect(converted('{}', ...fields)).toBe(expected);
    expect(converted('{"a":null,"b":null,"c":null,"d":null,"e":null,"f":null}', ...fields)).toBe(expected);
  });

  test('with a value does not take its default value', () => {
    expect(converted('{"a":0}', field('a', 'int', { defaultValue: 5 }))).toBe('{"a":0}');
  });

  test('that is required fails when it is missing or null', () => {
    expect(failure('{}', ...TRADE)).toMatchObject({
      message: 'a value is missing (field id, required long)',
      path: '/id',
      field: 'id',
    });
    expect(failure('{"id":null}', ...TRADE).message).toBe('null is not allowed (field id, required long)');
    expect(failure('[]', ...TRADE)).toMatchObject({ path: '/0', field: 'id' });
  });

  test('may come under its alias, under its name before that', () => {
    const fields = [field('trade_id', 'int', { alias: 'tradeId' })];
    expect(converted('{"tradeId":1}', ...fields)).toBe('{"trade_id":1}');
    expect(converted('{"tradeId":1,"trade_id":2}', ...fields)).toBe('{"trade_id":2}');
    expect(failure('{"tradeId":"x"}', ...fields)).toMatchObject({ path: '/tradeId', field: 'trade_id' });
    expect(failure('{"trade_id":"x"}', ...fields)).toMatchObject({ path: '/trade_id' });
  });

  test('leaves its alias to the field that has it as its name', () => {
    expect(converted('{"b":1}', field('a', 'int', { alias: 'b' }), field('b', 'int'))).toBe('{"a":null,"b":1}');
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('may be named %s', (name) => {
    expect(converted('{}', field(name, 'json'))).toBe(`{"${name}":null}`);
    expect(converted(`{"${name}":{"a":1}}`, field(name, 'json'))).toBe(`{"${name}":"{\\"a\\":1}"}`);
    expect(converted(`{"x":1}`, field('x', 'int', { alias: name }))).toBe('{"x":1}');
    expect(converted('{}', field('x', 'json', { alias: name }))).toBe('{"x":null}');
    expect(converted(`{"${name}":1}`, field('x', 'int', { alias: name }))).toBe('{"x":1}');
  });
});

describe('a repeated field', () => {
  const fields = [field('v', 'int', { mode: 'repeated' })];

  test('is an array, in which null stays null', () => {
    expect(converted('{"v":[1,"2",null]}', ...fields)).toBe('{"v":[1,2,null]}');
    expect(converted('{"v":[]}', ...fields)).toBe('{"v":[]}');
  });

  test.each(['1', '"a"', '{"0":1}'])('is not made of %s alone', (given) => {
    expect(failure(`{"v":${given}}`, ...fields)).toMatchObject({
      message: `${given} is not an array (field v, repeated int)`,
      path: '/v',
    });
  });

  test('of records takes objects and arrays', () => {
    const inner = [field('a', 'int'), field('b', 'string')];
    const levels = field('levels', 'record', { mode: 'repeated', fields: inner });
    expect(converted('{"levels":[{"b":"x"},[1,"y"]]}', levels)).toBe('{"levels":[{"a":null,"b":"x"},{"a":1,"b":"y"}]}');
  });
});

describe('a map', () => {
  const map = (value: Partial<Field>) => field('m', 'map', { value: { ...field('', 'long'), ...value } });

  test('has any keys, in their order, with values of one type', () => {
    expect(converted('{"m":{"b":"9223372036854775807","a\\"":2,"__proto__":3,"c":null}}', map({}))).toBe(
      '{"m":{"b":9223372036854775807,"a\\"":2,"__proto__":3,"c":null}}',
    );
    expect(converted('{"m":{}}', map({}))).toBe('{"m":{}}');
  });

  test('has values of any mode', () => {
    expect(converted('{"m":{"a":null}}', map({ defaultValue: 4 }))).toBe('{"m":{"a":4}}');
    expect(converted('{"m":{"a":[1],"b":null}}', map({ mode: 'repeated' }))).toBe('{"m":{"a":[1],"b":[]}}');
    expect(failure('{"m":{"a":null}}', map({ mode: 'required' }))).toMatchObject({ path: '/m/a', field: 'm' });
  });

  test.each(['[1]', '1', '12345678901234567890'])('is not %s', (given) => {
    expect(failure(`{"m":${given}}`, map({})).message).toBe(`${given} is not an object (field m, map)`);
  });

  test('has its keys in the path of a failure, and only its own name in the field', () => {
    const deep = map({ type: 'record', fields: [field('x', 'int')] });
    expect(failure('{"m":{"a/b":{"x":"no"}}}', deep)).toMatchObject({ path: '/m/a~1b/x', field: 'm.x' });
  });
});

describe('a record that contains itself', () => {
  const node: Field[] = [field('v', 'long')];
  node.push(field('next', 'record', { fields: node }), field('all', 'record', { mode: 'repeated', fields: node }));

  test('is as deep as what comes in', () => {
    expect(converted('{"v":1,"next":{"v":2,"next":[3]},"all":[[4]]}', ...node)).toBe(
      '{"v":1,"next":{"v":2,"next":{"v":3,"next":null,"all":[]},"all":[]},"all":[{"v":4,"next":null,"all":[]}]}',
    );
  });

  test('may be nested 512 levels deep, and no deeper', () => {
    const nested = (levels: number) => `${'{"next":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`;
    expect(converted(nested(512), ...node)).toContain('"next":null');
    for (const levels of [513, 10_000]) {
      const error = failure(nested(levels), ...node);
      expect(error.message).toMatch(/is nested deeper than 512 levels \(field next\.next\.next.*, record\)$/);
      expect(error.path).toBe('/next'.repeat(512));
    }
  });

  test('is read with the bigints of all levels', () => {
    const schema = compileFields(node);
    const big = '9223372036854775807';
    const text = schema.write(schema.parse(`{"next":{"all":[{"v":${big}}]}}`));
    expect(schema.read(text)).toMatchObject({ next: { all: [{ v: BigInt(big) }] } });
  });
});

describe('a failure', () => {
  const params = field('params', 'record', {
    mode: 'repeated',
    fields: [field('price', 'double'), field('a/b~c', 'record', { fields: [field('x', 'int')] })],
  });

  test('names the place in what came in, the field, the value and what was expected', () => {
    expect(failure('{"params":[{"price":"abc"}]}', params)).toMatchObject({
      name: 'RecordError',
      code: 'record',
      message: '"abc" is not a number (field params.price, double)',
      path: '/params/0/price',
      field: 'params.price',
    });
  });

  test('names positions in arrays', () => {
    expect(failure('[[[1,null],["abc"]]]', params)).toMatchObject({ path: '/0/1/0', field: 'params.price' });
  });

  test('escapes its path', () => {
    expect(failure('{"params":[{"a/b~c":{"x":true}}]}', params).path).toBe('/params/0/a~1b~0c/x');
  });

  test.each([
    [JSON.stringify('x'.repeat(1000)), `"${'x'.repeat(78)}…`],
    [`[${'"ab",'.repeat(1000)}1]`, `[${'"ab",'.repeat(15)}"ab…`],
    [`{"k":{"n":[1,{}]},"l":${'9'.repeat(1000)}}`, `{"k":{"n":[1,{}]},"l":${'9'.repeat(57)}…`],
    [`{"${'k'.repeat(1000)}":1}`, `{"${'k'.repeat(77)}…`],
    [`"${'x'.repeat(78)}"`, `"${'x'.repeat(78)}"`],
  ])('shows 80 characters of its value', (given, shown) => {
    expect(shown.length).toBe(80);
    expect(failure(`{"v":${given}}`, field('v', 'long')).message).toBe(`${shown} is not a number (field v, long)`);
  });
});

test('a list that makes more than 64 Mi characters fails, instead of filling the memory', () => {
  const texts = JSON.stringify(Array(65).fill('x'.repeat(1024 * 1024)));
  const { message, path } = failure(`{"v":${texts}}`, field('v', 'string', { mode: 'repeated' }));
  expect([message.includes('makes more than 67108864 characters (field v, list)'), path]).toEqual([true, '/v']);
});

function failure(text: string, ...fields: readonly Field[]): RecordError {
  try {
    converted(text, ...fields);
  } catch (error) {
    if (error instanceof RecordError) return error;
    throw error;
  }
  throw new Error(`${text} did not fail`);
}
