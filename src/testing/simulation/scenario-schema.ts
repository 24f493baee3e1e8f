import { z } from 'zod';
import { DURATION, type DurationRange, parseDuration } from '../../config/durations.ts';
import { DurationError } from '../../config/error.ts';
import { integer } from '../../config/values.ts';

// Every value stays as it was written: a scenario is plain data, and what runs it reads it itself.

const producer = z
  .strictObject({
    every: span({ zero: false }).optional(),
    burst: integer(1).optional(),
    messages: integer(1).optional(),
    padding: integer(0).optional(),
    resume: z
      .strictObject({
        query: text('the name of a query parameter').optional(),
        header: text('the name of a header').optional(),
      })
      .meta({ expected: 'a map with query or header' })
      .optional(),
  })
  .meta({ expected: 'a map' });

const consumer = z.strictObject({ replies: z.boolean().optional() }).meta({ expected: 'a map' });

const role = z
  .strictObject({ producer: producer.optional(), consumer: consumer.optional() })
  .transform(({ producer, consumer = {} }) => (producer === undefined ? { consumer } : { producer }))
  .meta({ expected: 'a map with producer or consumer' });

const step = z.strictObject({
  at: span(),
  for: span({ zero: false }).optional(),
  reset: host(),
  close: z
    .strictObject({
      host: text('the name of a server'),
      code: closeCode(),
      reason: z.string().optional(),
    })
    .meta({ expected: 'a map with host and code' })
    .exactOptional(),
  refuse: z
    .strictObject({
      host: text('the name of a server'),
      status: z.int().min(200).max(599).meta({ expected: 'an HTTP status from 200 to 599' }).optional(),
      code: z
        .string()
        .regex(/^E[A-Z_]+$/, { error: 'is not the code of an error, such as ENOTFOUND' })
        .optional(),
      'retry-after': span().optional(),
    })
    .meta({ expected: 'a map with host' })
    .exactOptional(),
  hang: host(),
  freeze: host(),
  blackhole: host(),
  down: host(),
  stall: host(),
  'lose-acknowledgement': host(),
  'late-events': host(),
  poison: host(),
  heal: host(),
  block: span({ zero: false }).exactOptional(),
  'jump-clock': jump().exactOptional(),
  'disk-full': z.literal(true).exactOptional(),
  'slow-disk': span({ zero: false }).exactOptional(),
  kill: z.enum(['process', 'power']).exactOptional(),
  stop: z.strictObject({ drain: span().optional() }).meta({ expected: 'a map' }).exactOptional(),
});

const amount = z
  .union([
    z.number().min(0),
    z.strictObject({ 'at-least': z.number().min(0).optional(), 'at-most': z.number().min(0).optional() }),
  ])
  .meta({ expected: 'a number, or a map with at-least and at-most' });

const amounts = z.record(z.string(), amount).meta({ expected: 'a map' }).optional();

const expectation = z.strictObject({
  at: spanOrEnd(),
  states: z.record(z.string(), z.string()).meta({ expected: 'a map' }).optional(),
  delivered: amounts,
  duplicates: amounts,
  lost: amounts,
  counters: amounts,
  logged: z.array(z.string().min(1)).meta({ expected: 'a list of texts' }).optional(),
  exit: z.int().min(0).max(255).meta({ expected: 'an exit code' }).optional(),
});

/** A scenario as it is written, its pipeline left out: that is checked as any other pipeline. */
export const scenarioSchema = z.strictObject({
  name: z.string().min(1).optional(),
  seed: integer(0).optional(),
  pipeline: z.unknown(),
  servers: z.record(z.string(), role).meta({ expected: 'a map' }).optional(),
  script: z.array(step).meta({ expected: 'a list of steps' }).optional(),
  expect: z.array(expectation).meta({ expected: 'a list of expectations' }).optional(),
  for: span({ zero: false }).optional(),
  settle: span({ zero: false }).optional(),
});

/** What a step says besides its fault. */
const TIMES: readonly string[] = ['at', 'for'];

/** What a step can do, in the order of the documentation. */
export const FAULT_KINDS: readonly string[] = Object.keys(step.shape).filter((key) => !TIMES.includes(key));

/** What an expectation can say besides its time. */
export const EXPECTED: readonly string[] = Object.keys(expectation.shape).filter((key) => key !== 'at');

/** Milliseconds of what the schema takes as a duration; undefined for anything else. */
export function millisecondsOf(value: unknown): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  return faultOf(value, {}) === undefined ? parseDuration(value) : undefined;
}

function span(range: DurationRange = {}) {
  return z
    .union([z.string(), z.number()])
    .superRefine((value, context) => complain(context, faultOf(value, range)))
    .meta({ expected: DURATION });
}

function spanOrEnd() {
  return z
    .union([z.string(), z.number()])
    .superRefine((value, context) => complain(context, value === 'end' ? undefined : faultOf(value, {})))
    .meta({ expected: `end or ${DURATION}` });
}

/** A clock can also be put back. */
function jump() {
  return z
    .union([z.string(), z.number()])
    .superRefine((value, context) => {
      const size = typeof value === 'number' ? Math.abs(value) : value.replace(/^\s*-/, '');
      complain(context, faultOf(size, { zero: false }));
    })
    .meta({ expected: 'a duration such as 1h or -1h' });
}

function complain(context: z.RefinementCtx, reason: string | undefined): void {
  if (reason !== undefined) context.addIssue({ code: 'custom', message: reason });
}

/** What is wrong with a duration, as a sentence that follows it. */
function faultOf(value: string | number, range: DurationRange): string | undefined {
  try {
    parseDuration(value, range);
    return undefined;
  } catch (error) {
    if (error instanceof DurationError) return error.reason;
    throw error;
  }
}

function host() {
  return z.string().min(1).meta({ expected: 'the name of a server' }).exactOptional();
}

function text(expected: string) {
  return z.string().min(1).meta({ expected });
}

function closeCode() {
  return z.int().min(1000).max(4999).meta({ expected: 'a close code from 1000 to 4999' });
}
