import type { RecordOptions } from '../../src/config/records.ts';
import type { ReceivedFrame } from '../../src/environment.ts';
import type { Message } from '../../src/messages/message.ts';
import { RecordError } from '../../src/messages/schema/error.ts';
import type { RecordSchema } from '../../src/messages/schema/record-schema.ts';
import { eventTimeStamp } from '../../src/sources/added-fields.ts';
import { createRecordIntake } from '../../src/sources/record-intake.ts';
import type { SourceStreamOptions } from '../../src/streams/source-stream.ts';
import { streamBench } from '../streams/stream-bench.ts';

export interface RecordBenchOptions {
  readonly schema?: RecordSchema;
  readonly stream?: Partial<SourceStreamOptions>;
  readonly hasCursor?: boolean;
}

export const text = (data: string): ReceivedFrame => ({ data: Buffer.from(data), binary: false });
export const binary = (...values: number[]): ReceivedFrame => ({ data: Buffer.from(values), binary: true });

/** A source with a record intake, what it has handed on and what has failed, in order: `fails: …`. */
export function recordBench(options: Partial<RecordOptions> = {}, more: RecordBenchOptions = {}) {
  const bench = streamBench();
  const { clock, logger } = bench;
  const failures = bench.failures('feed');
  const stamp = eventTimeStamp(options);
  const stream = bench.source('feed', { encoding: 'json', failures, stamp, ...more.stream });
  const events: Message[] = [];
  const order: string[] = [];
  stream.messages$.subscribe((message) => {
    events.push(message);
    order.push(message.text);
  });
  const failed: unknown[] = [];
  failures.stream.messages$.subscribe(({ value }) => {
    failed.push(value);
    order.push('fails');
  });
  const { schema, hasCursor = false } = more;
  const intake = createRecordIntake({ options, schema, stream, now: () => clock.now(), clock, logger, hasCursor });
  return {
    ...bench,
    stream,
    intake,
    events,
    failed,
    order,
    /** One read turn of text frames. */
    receive: (...texts: string[]) => intake.receive(texts.map(text)),
    get texts() {
      return events.map((event) => event.text);
    },
  };
}

/** Takes an object that has a number `n`, and gives that alone. */
export const NUMBERED: RecordSchema = {
  names: new Set(['n']),
  parse: (json) => JSON.parse(json),
  write(value) {
    const n = typeof value === 'object' && value !== null && 'n' in value ? value.n : undefined;
    if (typeof n !== 'number') throw new RecordError(`${JSON.stringify(n)} is not a number`, '/n', 'n');
    return `{"n":${n}}`;
  },
  read: (json) => ({ read: JSON.parse(json) }),
};
