import { z } from 'zod';
import { isRecord } from './tree.ts';
import { integer, size } from './values.ts';

/** What waits for a sink. */
export function buffer() {
  return z
    .strictObject({
      type: z
        .enum(['memory', 'disk'])
        .default('memory')
        .describe('Where waiting events are kept. `disk`: in the state directory, over restarts and crashes.'),
      'max-events': integer(1).optional().describe('Events that may wait. Default: 10000 in memory, 10000000 on disk.'),
      'max-bytes': size()
        .optional()
        .describe(
          'Bytes of payload that may wait; on disk each event takes 24 to 230 more. Default: 16MiB in memory, 1GiB on disk.',
        ),
      'when-full': z
        .enum(['block', 'drop-oldest', 'drop-newest'])
        .default('block')
        .describe(
          '`block` pauses the source, whose last read may still go over; the others drop and count. On disk `block` or `drop-newest`.',
        ),
      durability: z
        .enum(['commit', 'flush'])
        .optional()
        .describe(
          'With `type: disk`, what a kept event survives: `commit` (default) a power failure, `flush` the death of the process.',
        ),
    })
    .superRefine(
      (options, context) => {
        const { type, durability } = options;
        if (type !== 'disk' && durability !== undefined) {
          const message = 'is given for a buffer in memory, expected it with type: disk';
          context.addIssue({ code: 'custom', message, path: ['durability'], params: { bare: true, key: true } });
        }
        if (type === 'disk' && options['when-full'] === 'drop-oldest') {
          const message = 'is not possible on disk, expected block or drop-newest';
          context.addIssue({ code: 'custom', message, path: ['when-full'] });
        }
      },
      { when: ({ value }) => isRecord(value) },
    )
    .prefault({})
    .describe('What waits for the sink.');
}

type Buffer = z.output<ReturnType<typeof buffer>>;

/** What may wait. */
export function waitingBound(buffer: Buffer): { readonly events: number; readonly bytes: number } {
  const bound = BOUNDS[buffer.type];
  return { events: buffer['max-events'] ?? bound.events, bytes: buffer['max-bytes'] ?? bound.bytes };
}

const BOUNDS = {
  memory: { events: 10_000, bytes: 16 * 1024 ** 2 },
  disk: { events: 10_000_000, bytes: 1024 ** 3 },
};
