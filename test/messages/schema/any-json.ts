import * as fc from 'fast-check';
import type { Field, FieldMode, FieldType } from '../../../src/messages/schema/field.ts';

/** Schemas and the JSON texts that may come in for them, among them whatever is odd in JSON. */

const SCALARS: readonly FieldType[] = [
  'boolean',
  'string',
  'json',
  'bytes',
  'int',
  'long',
  'float',
  'double',
  'numeric',
  'date',
  'time',
  'timestamp',
];
const NAMES = ['a', 'b', 'c', '__proto__', 'constructor', 'toString', 'a/b', 'm~n', 'a"b', '\ud800', 'value', 'length'];
const NUMBERS = [
  '0',
  '-0',
  '1',
  '1.10',
  '1.5',
  '2147483648',
  '9007199254740993',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775808',
  '123456789012345678901234567890',
  '1e400',
  '-1e-400',
  '3.5e38',
  '1769870522132',
  '1e999999999',
];
const TEXTS = [
  'true',
  'aGk',
  '-_-_',
  'buy',
  'sell',
  '2026-01-31',
  '14:42:02.5',
  '2026-01-31T14:42:02Z',
  '\u0001',
  '',
  'NaN',
  ...NUMBERS,
];

const name = fc.constantFrom(...NAMES);
const mode = fc.constantFrom<FieldMode>('nullable', 'nullable', 'required', 'repeated');
const anyScalar = fc.constantFrom(...SCALARS).map((type): Kind => ({ type }));
const anyEnum = fc.constant<Kind>({ type: 'enum', symbols: ['buy', 'sell'] });

/** A field without name and mode. */
type Kind = Omit<Field, 'name' | 'mode'>;

type Tied = { kind: Kind; field: Field; fields: readonly Field[] };

/** Names once in each record; some records contain the one that they are in. */
export const anySchema: fc.Arbitrary<readonly Field[]> = fc.letrec<Tied>((tie) => ({
  kind: fc.oneof(
    { maxDepth: 3 },
    anyScalar,
    anyEnum,
    tie('fields').map((fields): Kind => ({ type: 'record', fields })),
    tie('field').map((value): Kind => ({ type: 'map', value: { ...value, name: '' } })),
  ),
  field: fc.tuple(name, mode, tie('kind')).map(([called, how, kind]): Field => ({ name: called, mode: how, ...kind })),
  fields: fc
    .tuple(
      fc.uniqueArray(tie('field'), { minLength: 1, maxLength: 5, selector: (each) => each.name }),
      fc.option(fc.constantFrom<FieldMode>('nullable', 'repeated')),
    )
    .map(([others, how]) => (how === null ? others : containingItself(others, how))),
})).fields;

function containingItself(others: readonly Field[], how: FieldMode): readonly Field[] {
  const fields = [...others];
  fields.push({ name: 'self', mode: how, type: 'record', fields });
  return fields;
}

const scalarTexts = fc.oneof(
  fc.constantFrom('null', 'true', 'false', ...NUMBERS),
  fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit: 'binary', maxLength: 5 })).map((text) => JSON.stringify(text)),
);

/** Any JSON; a key may be there twice. */
const anyText = fc.letrec<{ any: string; array: string; object: string }>((tie) => ({
  any: fc.oneof({ maxDepth: 4, withCrossShrink: true }, scalarTexts, tie('array'), tie('object')),
  array: fc.array(tie('any'), { maxLength: 5 }).map((items) => `[${items.join(',')}]`),
  object: fc
    .array(fc.tuple(fc.constantFrom('self', ...NAMES), tie('any')), { maxLength: 6 })
    .map((members) => `{${members.map(([key, item]) => `${JSON.stringify(key)}:${item}`).join(',')}}`),
})).any;

/** A text that often fits a record. */
export function textFor(fields: readonly Field[], levels = 4): fc.Arbitrary<string> {
  if (levels <= 0) return anyText;
  const values = fc.tuple(...fields.map((field) => valueFor(field, levels)));
  const object = values.map(
    (all) => `{${all.map((text, at) => `${JSON.stringify(fields[at]?.name)}:${text}`).join(',')}}`,
  );
  const array = values.map((all) => `[${all.join(',')}]`);
  return fc.oneof({ arbitrary: object, weight: 8 }, { arbitrary: array, weight: 2 }, { arbitrary: anyText, weight: 1 });
}

function valueFor(field: Field, levels: number): fc.Arbitrary<string> {
  const single = singleFor(field, levels);
  const list = fc.array(single, { maxLength: 3 }).map((items) => `[${items.join(',')}]`);
  return fc.oneof(
    { arbitrary: field.mode === 'repeated' ? list : single, weight: 20 },
    { arbitrary: anyText, weight: 1 },
  );
}

function singleFor({ type, fields, value }: Field, levels: number): fc.Arbitrary<string> {
  if (type === 'record') return textFor(fields ?? [], levels - 1);
  if (type !== 'map' || !value) return FITTING[type] ?? scalarTexts;
  return fc
    .array(fc.tuple(name, valueFor(value, levels - 1)), { maxLength: 3 })
    .map((members) => `{${members.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(',')}}`);
}

const FITTING: Partial<Record<FieldType, fc.Arbitrary<string>>> = {
  boolean: fc.constantFrom('true', '"false"'),
  string: scalarTexts,
  json: anyText,
  bytes: fc.constantFrom('"aGk"', '"-_-_"', '""'),
  int: fc.constantFrom('1', '-0', '"+07"', '1e3'),
  long: fc.constantFrom('1', '9223372036854775807', '"9007199254740993"', '1e18'),
  float: fc.constantFrom('1.10', '-0', '"1e5"', '0.12345678901234567890'),
  double: fc.constantFrom('1.10', '-0', '1e300', '0.12345678901234567890', '123456789012345678901234567890'),
  numeric: fc.constantFrom('1.10', '-0', '1e400', '"+.5"', '123456789012345678901234567890'),
  date: fc.constantFrom('"2026-01-31"', '20000'),
  time: fc.constantFrom('"14:42:02.5"', '0'),
  timestamp: fc.constantFrom('"2026-01-31T14:42:02Z"', '1769870522132', '"1769870522132999999"', '1769870522132999999'),
  enum: fc.constantFrom('"buy"', '"sell"', 'null'),
};
