import { z } from 'zod';
import { integer, size } from './values.ts';

/** What waits for a sink. */
export function buffer() {
  return z
    .strictObject({
      type: z.enum(['memory']).default('memory').describe('Where waiting events are kept.'),
      'max-events': integer(1).default(10_000).describe('Events that may wait; at least 1.'),
      'max-bytes': size().prefault('16MiB').describe('Bytes that may wait.'),
      'when-full': z
        .enum(['block', 'drop-oldest', 'drop-newest'])
        .default('block')
        .describe('`block` pauses the source; the others drop and count.'),
    })
    .prefault({})
    .describe('What waits for the sink.');
}
