import { z } from 'zod';
import { select } from './conditions.ts';
import { pointer } from './pointers.ts';
import { recordSchema } from './schema.ts';
import { addedFieldFaults, cursorFaults, fieldNames } from './schema-faults.ts';
import { fieldName } from './schema-field.ts';
import { isRecord } from './tree.ts';
import { duration, payload } from './values.ts';

/** What a source makes of its messages before they are events. */
export function recording() {
  return {
    payload: payload().describe(
      `${payload().description ?? ''} Default of a source with a schema, \`select\` or another of these: \`json\`.`,
    ),
    ...emitting(),
    schema: recordSchema()
      .optional()
      .describe(
        'Fields that each event is converted to. Its keys are in camel case. Left out: events stay as they are parsed.',
      ),
    select: select()
      .prefault([])
      .describe(
        'Conditions that an event must meet: all of a list, of a list of lists one. Others are passed over and counted.',
      ),
    'split-arrays': z
      .boolean()
      .default(false)
      .describe('A message that is a JSON array is an event for each of its elements.'),
    'ignore-text': z
      .union([z.string(), z.array(z.string())])
      .transform((written) => (typeof written === 'string' ? [written] : written))
      .prefault([])
      .meta({ type: 'text or list of text', expected: 'text or a list of texts' })
      .describe('Text messages that are dropped before anything is read: `pong`, say.'),
    sequence: z
      .strictObject({
        pointer: pointer().describe('JSON pointer to a number that goes up by one with each event.'),
        by: pointer().optional().describe('JSON pointer to what is counted, each value by itself.'),
      })
      .optional()
      .describe('Finds gaps: a jump forward is warned of, counted, and told by the attribute `gap` of its event.'),
    'received-field': fieldName()
      .optional()
      .describe('Field that is added to each event, at its end: when the message was received.'),
    'event-time-field': fieldName()
      .optional()
      .describe('Field that is added behind it: when the event was handed on, or the time at `event-time`.'),
    'event-time': z
      .strictObject({ pointer: pointer().describe('JSON pointer to it, in the event as it came.') })
      .optional()
      .describe('A timestamp of the event itself, for `event-time-field`.'),
    'latest-only': z
      .boolean()
      .default(false)
      .describe('Only the last message of each `emit-interval` is handed on; the others are counted.'),
  };
}

/** When a source hands on what it has received. */
export function emitting() {
  return {
    'emit-interval': duration({ zero: true })
      .prefault(0)
      .describe('What was received is handed on once per interval. 0: at once.'),
  };
}

/** What follows a message that cannot be used, where the source may fail. */
export function failing() {
  return {
    'on-error': z
      .enum(['fail', 'continue'])
      .default('fail')
      .describe(
        'A message that cannot be parsed or converted goes to the failures; `fail`: the source fails too, and starts anew.',
      ),
  };
}

/** What each message is read for, and so needs JSON. */
const READING = [
  'schema',
  'select',
  'split-arrays',
  'ignore-text',
  'sequence',
  'received-field',
  'event-time-field',
] as const;

/** Those of them that a block has, with an effect. */
export function readingOptions(block: Readonly<Record<string, unknown>>): readonly string[] {
  return READING.filter((key) => {
    const value = block[key];
    return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
  });
}

/** These options against each other. */
export function checkRecording<T extends z.ZodObject<ReturnType<typeof recording>>>(schema: T): T {
  return schema
    .superRefine(
      (options, context) => {
        const reading = readingOptions(options);
        if (reading.length > 0 && options.payload !== 'json') {
          const message = `cannot be with ${listed(reading)}, expected payload: json`;
          context.addIssue({ code: 'custom', message, path: ['payload'] });
        }
        for (const [key, message] of idleOptions(options, reading)) {
          context.addIssue({ code: 'custom', message, path: [key], params: { bare: true, key: true } });
        }
      },
      { when: ({ value }) => isRecord(value) },
    )
    .superRefine(
      (options, context) => {
        const names = options.schema === undefined ? undefined : fieldNames(options.schema);
        for (const { path, message } of [...addedFieldFaults(options, names), ...cursorFaults(options, names)]) {
          context.addIssue({ code: 'custom', message, path: [...path] });
        }
      },
      { when: ({ value, issues }) => isRecord(value) && !issues.some(({ path }) => path?.[0] === 'schema') },
    );
}

type Written = z.output<z.ZodObject<ReturnType<typeof recording>>>;

function idleOptions(options: Written, reading: readonly string[]): (readonly [string, string])[] {
  const isIdle = 'on-error' in options && options['on-error'] === 'continue' && reading.length === 0;
  const hasNoField = options['event-time'] !== undefined && options['event-time-field'] === undefined;
  return [
    ...(options['latest-only'] === true && options['emit-interval'] === 0
      ? [['latest-only', 'needs an emit-interval above 0 beside it'] as const]
      : []),
    ...(hasNoField ? [['event-time', 'has no effect without event-time-field beside it'] as const] : []),
    ...(isIdle ? [['on-error', `has no effect without one of ${READING.join(', ')}`] as const] : []),
  ];
}

function listed(names: readonly string[]): string {
  const last = names.at(-1);
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${last}` : `${last}`;
}
