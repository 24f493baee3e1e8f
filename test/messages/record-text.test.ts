import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonItems } from '../../src/messages/json-items.ts';
import { withField } from '../../src/messages/record-text.ts';

describe('a field that is added to the text of an object', () => {
  test.each([
    ['{}', '{"at":1}'],
    [' { } ', '{"at":1}'],
    ['{"a":1}', '{"a":1,"at":1}'],
    ['{"id": 12345678901234567890, "price": 1.10}\n', '{"id": 12345678901234567890, "price": 1.10,"at":1}'],
    ['{"a":"at"}', '{"a":"at","at":1}'],
    ['{"a":{"at":2}}', '{"a":{"at":2},"at":1}'],
    ['{"a":"\\u0061"}', '{"a":"\\u0061","at":1}'],
    ['{"a":"say \\"at\\": 2"}', '{"a":"say \\"at\\": 2","at":1}'],
  ])('is at the end of %j', (object, expected) => {
    expect(withField(object, 'at', '1')).toBe(expected);
  });

  test.each([
    ['{"at":2,"id":12345678901234567890}', '{"at":1,"id":12345678901234567890}'],
    ['{ "price" : 1.10 , "at" : {"at":[2]} }', '{"price" : 1.10,"at":1}'],
    ['{"\\u0061t":2}', '{"at":1}'],
    ['{"at":2,"b":3,"at":4}', '{"at":1,"b":3}'],
    ['{"é":"\\\\","at":"}\\""}', '{"é":"\\\\","at":1}'],
  ])('takes the place of the one in %j', (object, expected) => {
    expect(withField(object, 'at', '1')).toBe(expected);
  });

  test('may have any name', () => {
    expect(withField('{"a\\/b\\"":2}', 'a/b"', '1')).toBe('{"a/b\\"":1}');
  });

  test('leaves every other field of any object as it was', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.string(),
        fc.integer({ min: 0, max: 2 }),
        (object, name, space) => {
          const text = withField(JSON.stringify(object, undefined, space), name, '1');
          expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify({ ...object, [name]: 1 })));
        },
      ),
    );
  });
});

describe('the items of a JSON text', () => {
  const items = (json: string) => jsonItems(Buffer.from(json)).map(String);

  test.each([
    ['[]', []],
    [' [ \n] ', []],
    ['{}', []],
    ['[1]', ['1']],
    ['[ 1.10 , "a,]\\"" , [ 2, 3 ] , {"b": [4]} , null ]', ['1.10', '"a,]\\""', '[ 2, 3 ]', '{"b": [4]}', 'null']],
    ['["\\\\",""]', ['"\\\\"', '""']],
    ['[[],{}]', ['[]', '{}']],
    ['["é","😀"]', ['"é"', '"😀"']],
    ['{"a":1, "b,}" : {"c":2}}', ['"a":1', '"b,}" : {"c":2}']],
  ])('of %j are cut out as they are written', (json, expected) => {
    expect(items(json)).toEqual(expected);
  });

  test('share the memory of the text', () => {
    const json = Buffer.from('[1,2]');
    expect(jsonItems(json).every(({ buffer }) => buffer === json.buffer)).toBe(true);
  });

  test('of any array are its elements', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.integer({ min: 0, max: 2 }), (array, space) => {
        const texts = items(JSON.stringify(array, undefined, space));
        expect(texts.map((text) => JSON.parse(text))).toEqual(JSON.parse(JSON.stringify(array)));
      }),
    );
  });

  test.each(['["', '{"a', '[1', 'x', ''])('of %j, which is no JSON, come to an end', (json) => {
    expect(items(json)).toBeInstanceOf(Array);
  });
});
