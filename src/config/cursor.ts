import { z } from 'zod';
import { headerNameFault } from './handshake.ts';
import { fieldPath, pointer } from './pointers.ts';
import { isRecord } from './tree.ts';
import { integer, path, size } from './values.ts';

/** Where a connection that is dialled was left: sent when it is dialled again. */
export function cursor() {
  return withOneValue(
    z.strictObject({
      ...sent('Header', 'that the cursor is sent in'),
      'persist-to': path()
        .optional()
        .describe('File that keeps it. Left out: a file in the state directory, named after pipeline and component.'),
      'initial-value': z
        .union([z.string(), z.number(), z.bigint()])
        .transform(String)
        .optional()
        .meta({ type: 'text', expected: 'text' })
        .describe('Cursor until there is one of its own.'),
      'state-id': z
        .string()
        .regex(/^(?!\.+$)[\w.-]+$/, { error: `is not ${STATE_ID}` })
        .optional()
        .meta({ type: 'name', expected: STATE_ID })
        .describe(
          'Name of its file in the state directory. Pipelines that use the same name, one at a time, go on from one another.',
        ),
      'resume-on-reconnect': z
        .boolean()
        .default(true)
        .describe(
          'Whether each attempt sends it; `false`: only those until the connection is live for the first time.',
        ),
      ...taken(),
    }),
  )
    .refine((options) => options['persist-to'] === undefined || options['state-id'] === undefined, {
      path: ['state-id'],
      message: 'is given beside persist-to, expected one of the two',
      params: { bare: true, key: true },
      when: ({ value }) => isRecord(value),
    })
    .optional()
    .describe('Where the stream was left, kept across restarts and sent at the handshake.');
}

/** Where a peer that comes back says what it has. */
export function peerCursor() {
  return withOneValue(z.strictObject({ ...sent('Header', 'that a peer gives its cursor in'), ...taken() }))
    .optional()
    .describe('Where a peer that comes back says what it has already.');
}

/** What peers that come back are sent again. */
export function replay() {
  return z
    .strictObject({
      'max-events': integer(1).default(1000).describe('Events kept; at least 1.'),
      'max-bytes': size().prefault('16MiB').describe('Bytes kept.'),
      'on-gap': z
        .enum(['notify', 'close', 'ignore'])
        .default('notify')
        .describe(
          'A peer whose cursor is unknown or too old: told by a first frame `{"gap":{…}}`, closed with 4404, or not told. Unless closed it is sent what is kept.',
        ),
    })
    .optional()
    .describe('Events kept for peers that come back with a cursor. Left out: none.');
}

const STATE_ID = 'a name of letters, digits, _, - and .';

function sent(word: string, purpose: string) {
  return {
    'header-name': z
      .string()
      .superRefine((name, context) => {
        const fault = headerNameFault(name);
        if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
      })
      .optional()
      .meta({ type: 'text', expected: 'the name of a header' })
      .describe(`${word} ${purpose}.`),
    'query-parameter': z
      .string()
      .min(1)
      .optional()
      .meta({ type: 'text', expected: 'the name of a query parameter' })
      .describe(`Query parameter ${purpose}.`),
  };
}

function taken() {
  return {
    'value-field': fieldPath().optional().describe('Field of the event that is its cursor.'),
    'value-pointer': pointer().optional().describe('Pointer into the payload to its cursor.'),
  };
}

function withOneValue<T extends z.ZodObject<ReturnType<typeof taken>>>(schema: T): T {
  return schema.refine((options) => options['value-field'] === undefined || options['value-pointer'] === undefined, {
    path: ['value-pointer'],
    message: 'is given beside value-field, expected one of the two',
    params: { bare: true, key: true },
    when: ({ value }) => isRecord(value),
  });
}
