import { z } from 'zod';
import { pointer } from './pointers.ts';
import { duration, integer, size } from './values.ts';

/** How what is sent to a peer that was dialled counts as delivered. */
export function delivery() {
  return {
    ack: z
      .enum(['written', 'pong', 'reply'])
      .default('pong')
      .describe(
        'When an event counts as delivered: the system took it, the peer answered a ping sent after it, or the peer sent a reply to it.',
      ),
    reply: z
      .strictObject({
        pointer: pointer().describe('JSON pointer into the reply, to what says which event it is of.'),
        'event-pointer': pointer().optional().describe('The same in the event. Left out: as `pointer`.'),
      })
      .transform(({ pointer, 'event-pointer': own = pointer }) => ({ pointer, 'event-pointer': own }))
      .optional()
      .describe('What makes a message of the peer the reply to an event; needed with `ack: reply`.'),
    'ack-interval': duration().prefault('50ms').describe('Least time between two pings that ask for acknowledgement.'),
    'max-in-flight': z
      .strictObject({
        events: integer(1).default(10_000).describe('Events sent and not acknowledged yet; at least 1.'),
        bytes: size().prefault('16MiB').describe('Bytes sent and not acknowledged yet.'),
      })
      .prefault({})
      .describe('How much may be sent before it is acknowledged.'),
    retry: z
      .strictObject({
        timeout: duration().prefault('30s').describe('An event not acknowledged by then is sent again.'),
        retries: integer(0)
          .optional()
          .describe('How often, after which the event goes to the failures; at least 0. Left out: no end.'),
      })
      .prefault({})
      .describe('What happens without an acknowledgement.'),
  };
}
