import { describe, expect, test } from 'vitest';
import { parsePipeline } from '../../src/config/load.ts';
import { lines, optionsOf, web } from './samples.ts';

const schemaOf = (schema: unknown) => {
  const sources = [{ name: 's', 'web-socket': { url: 'ws://h/', schema } }];
  return parsePipeline({ name: 'p', sources }).sources[0]?.options;
};
const fieldsOf = (...fields: unknown[]) => ({ schema: { kind: 'fields', fields } });

describe('the type of a field', () => {
  test.each([
    ['boolean', ['boolean', 'bool']],
    ['string', ['string', 'char']],
    ['json', ['json']],
    ['bytes', ['bytes', 'blob']],
    ['int', ['int', 'int32', 'integer']],
    ['long', ['long', 'int64']],
    ['float', ['float', 'float32']],
    ['double', ['double', 'float64']],
    ['numeric', ['numeric', 'decimal']],
    ['date', ['date']],
    ['time', ['time']],
    ['timestamp', ['timestamp', 'datetime']],
  ])('%s may be called %j, in any case', (type, names) => {
    for (const name of names.flatMap((each) => [each, each.toUpperCase()])) {
      expect(schemaOf({ fields: [{ name: 'a', type: name }] })).toMatchObject(
        fieldsOf({ name: 'a', type, mode: 'nullable' }),
      );
    }
  });

  test.each(['enum', 'enumeration'])('enum may be called %s', (type) => {
    expect(schemaOf({ fields: [{ name: 'a', type, symbols: ['x'] }] })).toMatchObject(
      fieldsOf({ type: 'enum', symbols: ['x'] }),
    );
  });

  test.each(['record', 'row', 'struct', 'element'])('record may be called %s', (type) => {
    expect(schemaOf({ fields: [{ name: 'a', type, fields: [{ name: 'b', type: 'int' }] }] })).toMatchObject(
      fieldsOf({ type: 'record', fields: [{ name: 'b', type: 'int', mode: 'nullable' }] }),
    );
  });

  test('map has a type of its values', () => {
    expect(schemaOf({ fields: [{ name: 'a', type: 'map', valueType: 'INT64' }] })).toMatchObject(
      fieldsOf({ type: 'map', value: { name: '', type: 'long', mode: 'nullable' } }),
    );
  });

  test('map has values that may be records and lists', () => {
    const valueType = { type: 'record', mode: 'repeated', fields: [{ name: 'b', type: 'date' }] };
    expect(schemaOf({ fields: [{ name: 'a', type: 'map', valueType }] })).toMatchObject(
      fieldsOf({ value: { name: '', type: 'record', mode: 'repeated', fields: [{ name: 'b', type: 'date' }] } }),
    );
  });
});

describe('a field', () => {
  test.each(['nullable', 'required', 'repeated', 'REQUIRED'])('may be of mode %s', (mode) => {
    expect(schemaOf({ fields: [{ name: 'a', type: 'int', mode }] })).toMatchObject(
      fieldsOf({ mode: mode.toLowerCase() }),
    );
  });

  test.each([5, 'x', true, [1], { a: 1 }])('may have the default value %j', (defaultValue) => {
    expect(schemaOf({ fields: [{ name: 'a', type: 'json', defaultValue }] })).toMatchObject(fieldsOf({ defaultValue }));
  });

  test('keeps every digit of its default value', () => {
    const text = web('schema: { fields: [{ name: a, type: long, defaultValue: 9007199254740993 }] }');
    expect(optionsOf(text).sources[0]?.options).toMatchObject(
      fieldsOf({ defaultValue: expect.objectContaining({ value: '9007199254740993' }) }),
    );
  });

  test('may have any name', () => {
    expect(schemaOf({ fields: [{ name: '24h.ä b', type: 'int' }] })).toMatchObject(fieldsOf({ name: '24h.ä b' }));
  });
});

describe('a schema may be', () => {
  const avro = { type: 'record', name: 'A', fields: [{ name: 'a', type: 'long' }] };

  test('Avro as JSON text', () => {
    const text = ` ${JSON.stringify(avro)}`;
    expect(schemaOf({ avroSchema: text })).toMatchObject({ schema: { kind: 'avro', text } });
  });

  test('Avro as a map', () => {
    expect(schemaOf({ avroSchema: avro })).toMatchObject({ schema: { kind: 'avro', text: JSON.stringify(avro) } });
  });

  test.each(['a.avsc', '/a/b.json', '../a', 'C:\\a.avsc'])('Avro in the file %s', (path) => {
    expect(schemaOf({ avroSchema: path })).toMatchObject({ schema: { kind: 'avro', path } });
  });

  test('protobuf in a file', () => {
    expect(schemaOf({ protobufDescriptor: 'a.desc', messageName: 'x.Y' })).toMatchObject({
      schema: { kind: 'protobuf', path: 'a.desc', messageName: 'x.Y' },
    });
  });
});

describe('a schema that cannot be used says why', () => {
  const named = 'name: a, type';
  test.each<[string, string]>([
    ['{}', '15 schema: holds none of fields, avroSchema, protobufDescriptor, expected one of them'],
    ['[]', '15 schema: a list is not a map with fields or avroSchema or protobufDescriptor'],
    ['{ fieldz: [] }', '17 schema.fieldz: is not an option; did you mean "fields"?'],
    ['{ avro-schema: a }', '17 schema.avro-schema: is not an option; did you mean "avroSchema"?'],
    ['{ fields: [] }', '25 schema.fields: is an empty list, expected at least one of them'],
    ['{ fields: {} }', '25 schema.fields: a map is not a list'],
    ['{ fields: [a] }', '26 schema.fields[0]: "a" is not a map'],
    ['{ fields: [{ type: int }] }', '26 schema.fields[0].name: is missing, expected the name of a field'],
    ['{ fields: [{ name: "", type: int }] }', '34 schema.fields[0].name: is empty, expected the name of a field'],
    [
      '{ fields: [{ name: a }] }',
      '26 schema.fields[0].type: is missing, expected a type such as string, long or record',
    ],
    [
      `{ fields: [{ ${named}: 5 }] }`,
      '43 schema.fields[0].type: 5 (a number) is not a type such as string, long or record',
    ],
    [`{ fields: [{ ${named}: strng }] }`, '43 schema.fields[0].type: "strng" is not a type; did you mean "string"?'],
    [
      `{ fields: [{ ${named}: ARRAY }] }`,
      '43 schema.fields[0].type: "ARRAY" is not a type; a list is mode: repeated, with the type of its elements',
    ],
    [
      `{ fields: [{ ${named}: int, mode: optional }] }`,
      '54 schema.fields[0].mode: "optional" is not a mode; expected one of nullable, required, repeated',
    ],
    [
      `{ fields: [{ ${named}: int, mode: repeat }] }`,
      '54 schema.fields[0].mode: "repeat" is not a mode; did you mean "repeated"?',
    ],
    [
      `{ fields: [{ ${named}: int, default-value: 5 }] }`,
      '48 schema.fields[0].default-value: is not an option; did you mean "defaultValue"?',
    ],
    [
      `{ fields: [{ ${named}: record }] }`,
      '26 schema.fields[0].fields: is missing, expected a list of fields: type record needs it',
    ],
    [
      `{ fields: [{ ${named}: row, fields: [] }] }`,
      '56 schema.fields[0].fields: is an empty list, expected at least one of them',
    ],
    [
      `{ fields: [{ ${named}: int, fields: [{ name: b, type: int }] }] }`,
      '48 schema.fields[0].fields: has no effect with type int, expected type: record',
    ],
    [
      `{ fields: [{ ${named}: enum }] }`,
      '26 schema.fields[0].symbols: is missing, expected a list of texts: type enum needs it',
    ],
    [
      `{ fields: [{ ${named}: int, symbols: [a] }] }`,
      '48 schema.fields[0].symbols: has no effect with type int, expected type: enum',
    ],
    [
      `{ fields: [{ ${named}: map }] }`,
      '26 schema.fields[0].valueType: is missing, expected a type such as string, long or record: type map needs it',
    ],
    [
      `{ fields: [{ ${named}: int, valueType: int }] }`,
      '48 schema.fields[0].valueType: has no effect with type int, expected type: map',
    ],
    [
      `{ fields: [{ ${named}: map, valueType: lon }] }`,
      '59 schema.fields[0].valueType: "lon" is not a type; did you mean "long"?',
    ],
    [
      `{ fields: [{ ${named}: map, valueType: 5 }] }`,
      '59 schema.fields[0].valueType: 5 (a number) is not a type such as string, long or record, or a map with type',
    ],
    [
      `{ fields: [{ ${named}: map, valueType: { type: map } }] }`,
      '59 schema.fields[0].valueType.valueType: is missing, expected a type such as string, long or record: type map needs it',
    ],
    [
      `{ fields: [{ ${named}: map, valueType: { name: b, type: int } }] }`,
      '61 schema.fields[0].valueType.name: is not an option; options here: type, mode, fields, symbols, defaultValue, valueType',
    ],
    [
      `{ fields: [{ ${named}: int, defaultValue: x }] }`,
      '62 schema.fields[0].defaultValue: the default value does not fit: "x" is not a number (int)',
    ],
    [
      `{ fields: [{ ${named}: map, valueType: { type: int, defaultValue: x } }] }`,
      '86 schema.fields[0].valueType.defaultValue: the default value does not fit: "x" is not a number (int)',
    ],
    [
      `{ fields: [{ ${named}: double, defaultValue: .inf }] }`,
      '65 schema.fields[0].defaultValue: Infinity is not JSON',
    ],
    [
      `{ fields: [{ ${named}: int }, { ${named}: int }] }`,
      '58 schema.fields[1].name: "a" is the name of another field already',
    ],
    [
      `{ fields: [{ ${named}: int }], avroSchema: a }`,
      '51 schema.avroSchema: is given beside fields, expected one of them',
    ],
    ['{ avroSchema: a, messageName: b }', '32 schema.messageName: has no effect without protobufDescriptor beside it'],
    [
      '{ avroSchema: "" }',
      '29 schema.avroSchema: is empty, expected the JSON of an Avro schema, or the path of its file',
    ],
    [
      '{ avroSchema: 5 }',
      '29 schema.avroSchema: 5 (a number) is not the JSON of an Avro schema, or the path of its file',
    ],
    [
      '{ avroSchema: "gs://b/a.avsc" }',
      '29 schema.avroSchema: "gs://b/a.avsc" is not read from there: copy it beside the config and write its path',
    ],
    [
      '{ avroSchema: { type: record, name: A, fields: [{ name: a, type: lon }] } }',
      '80 schema.avroSchema.fields[0].type: is no Avro schema: undefined type name: lon',
    ],
    [
      '{ protobufDescriptor: a }',
      '15 schema.messageName: is missing, expected the full name of a message: protobufDescriptor needs it',
    ],
    ['{ protobufDescriptor: "", messageName: a }', '37 schema.protobufDescriptor: is empty, expected a path'],
    [
      '{ protobufDescriptor: "gs://b/a", messageName: a }',
      '37 schema.protobufDescriptor: "gs://b/a" is not read from there: copy it beside the config and write its path',
    ],
    [
      '{ protobufDescriptor: a, messageName: "" }',
      '53 schema.messageName: is empty, expected the full name of a message',
    ],
  ])('%s', (schema, line) => {
    const [column, ...rest] = line.split(' ');
    expect(lines(web(`schema: ${schema}`))).toEqual([`ticks.yaml:5:${column} sources[0].web-socket.${rest.join(' ')}`]);
  });

  test('where it is left empty', () => {
    expect(lines(web('schema:'))).toEqual([
      'ticks.yaml:5:14 sources[0].web-socket.schema: is empty, expected a map with fields or avroSchema or protobufDescriptor',
    ]);
  });

  test('of Avro text that is no JSON', () => {
    const [line] = lines(web("schema: { avroSchema: '{ type' }"));
    expect(line).toContain('ticks.yaml:5:29 sources[0].web-socket.schema.avroSchema: is not JSON');
  });

  test('in all its fields at once, however deep', () => {
    const text = web(
      'schema:',
      '  fields:',
      '    - { name: a, type: int, defaultValue: x }',
      '    - { name: b, type: record, fields: [{ name: c, type: int, defaultValue: y }, { name: d, type: bool, defaultValue: 1 }] }',
    );
    expect(lines(text).map((line) => line.split(' ')[1])).toEqual([
      'sources[0].web-socket.schema.fields[0].defaultValue:',
      'sources[0].web-socket.schema.fields[1].fields[0].defaultValue:',
      'sources[0].web-socket.schema.fields[1].fields[1].defaultValue:',
    ]);
  });
});

test('a schema is nested as deep as a config may be', () => {
  const nested = (levels: number): object =>
    levels === 0 ? { name: 'a', type: 'int' } : { name: 'a', type: 'record', fields: [nested(levels - 1)] };
  expect(schemaOf({ fields: [nested(28)] })).toMatchObject({ schema: { kind: 'fields' } });
  expect(() => schemaOf({ fields: [nested(40)] })).toThrow('is nested deeper than 64 levels');
});
