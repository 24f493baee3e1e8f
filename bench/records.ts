import type { Field, FieldMode, FieldType } from '../src/messages/schema/field.ts';
import { compileFields, type RecordSchema } from '../src/messages/schema/record-schema.ts';

/**
 * What a record costs: the text of a trade with ten fields through its schema, against `JSON.parse` and
 * `JSON.stringify` of the same text, in turn in one process. Both texts are made flat, as sending them would.
 * Usage: `npm run bench:records [rounds]`.
 */
const [rounds = 60] = process.argv.slice(2).map(Number);
/** Texts of one variant, so that no cache is asked for the same one again at once. */
const TEXTS = 200;
const REPEATS = 20;

interface Variant {
  readonly title: string;
  readonly schema: RecordSchema;
  readonly texts: readonly string[];
}

const TRADE = [
  field('symbol', 'string'),
  field('tradeId', 'long'),
  field('price', 'double'),
  field('quantity', 'double'),
  field('fee', 'numeric'),
  field('side', 'enum', { symbols: ['buy', 'sell'] }),
  field('buyerIsMaker', 'boolean', { mode: 'required' }),
  field('tradedAt', 'timestamp'),
  field('note', 'string'),
  field('venue', 'record', { fields: [field('name', 'string'), field('latency', 'int')] }),
];
const WITHOUT_WIDE = TRADE.map((each) =>
  each.name === 'tradeId' || each.name === 'fee' ? { ...each, type: 'int' as const } : each,
);

const variants: Variant[] = [
  { title: 'ordinary text', schema: compileFields(TRADE), texts: texts('12345678', '0.00042') },
  {
    title: '19-digit long, 30-digit numeric',
    schema: compileFields(TRADE),
    texts: texts('9007199254740993123', '123456789012345.678901234567891'),
  },
  { title: 'schema without long and numeric', schema: compileFields(WITHOUT_WIDE), texts: texts('12345678', '42') },
];

console.log(
  `a trade of ten fields, ${variants[0]?.texts[0]?.length} characters; ns of CPU per record, median of ${rounds} rounds in turn\n`,
);
for (const variant of variants) report(variant);

function report({ title, schema, texts }: Variant): void {
  const byHand = (text: string) => JSON.stringify(JSON.parse(text));
  const ours = (text: string) => schema.write(schema.parse(text));
  // The first rounds are for the compiler.
  const all = Array.from({ length: rounds + 20 }, () => [cost(byHand, texts), cost(ours, texts)] as const).slice(20);
  const [hand, converted] = [median(all.map(([first]) => first)), median(all.map(([, second]) => second))];
  console.log(
    `${title.padEnd(34)} JSON.parse + JSON.stringify ${hand.toFixed(0).padStart(5)}   parse + write ${converted.toFixed(0).padStart(5)}   ratio ${(converted / hand).toFixed(2)}`,
  );
}

/** Nanoseconds of this process per text: others on the machine do not count. */
function cost(convert: (text: string) => string, texts: readonly string[]): number {
  let flat = 0;
  const before = process.cpuUsage();
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    for (const text of texts) flat += Buffer.byteLength(convert(text));
  }
  const { user, system } = process.cpuUsage(before);
  if (flat === 0) throw new Error('nothing was written');
  return ((user + system) * 1000) / (REPEATS * texts.length);
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function texts(tradeId: string, fee: string): string[] {
  return Array.from({ length: TEXTS }, (_, at) => {
    const price = (67_000 + at * 1.37).toFixed(2).replace(/0$/, '1');
    const time = new Date(Date.UTC(2026, 0, 31, 14, 42, 0, at * 37)).toISOString();
    return `{"symbol":"BTC-USDT","tradeId":${tradeId},"price":"${price}","quantity":${at + 0.137},"fee":${fee},"side":"${at % 2 ? 'buy' : 'sell'}","buyerIsMaker":${at % 3 === 0},"tradedAt":"${time}","note":"taker, partly filled","venue":{"name":"spot-eu-1","latency":${at}}}`;
  });
}

function field(name: string, type: FieldType, more: Partial<Field> & { mode?: FieldMode } = {}): Field {
  return { name, type, mode: 'nullable', ...more };
}
