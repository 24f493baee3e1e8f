import { z } from 'zod';
import type { UpgradeRequest } from '../environment.ts';
import { bind, origin, serverPath } from './addresses.ts';
import { heartbeat } from './connection.ts';
import { pointer } from './pointers.ts';
import { isRecord } from './tree.ts';
import { duration, handshakeTemplate, integer, path, size } from './values.ts';

/** Whether a peer is let in; rejecting is a refusal. Only an application can give one. */
export type Authenticate = (request: UpgradeRequest) => boolean | Promise<boolean>;

/** The side that listens, in the modes whose `heartbeat` is of the peers. */
export function server() {
  return withConflation(z.strictObject(listening()));
}

/** The same of a relay, whose `heartbeat` is of its upstream. */
export function relayServer() {
  return withConflation(
    z.strictObject({
      ...listening(),
      heartbeat: heartbeat().describe('Pings that find a dead peer. `off`: none. In mode relay only.'),
    }),
  );
}

function listening() {
  return {
    bind: bind().describe('Address to listen at. Port 0: any free one.'),
    path: serverPath().optional().describe('Path that is served. Left out: every path that nothing else serves.'),
    tls: z
      .strictObject({
        cert: path().describe('PEM file of the certificate.'),
        key: path().describe('PEM file of its key.'),
      })
      .optional()
      .describe('Serves wss. Read again on SIGHUP.'),
    'max-connections': integer(1).optional().describe('Peers at once; more are answered 503. Left out: no limit.'),
    'idle-timeout': duration()
      .optional()
      .describe('A peer with no message either way for so long is closed with 1001. Left out: none.'),
    'allowed-origins': z
      .array(origin().describe('Origin.'))
      .optional()
      .describe('Origins that browsers may come from; others are answered 403. Left out: any.'),
    'send-buffer-capacity': integer(1).default(256).describe('Messages queued for each peer; at least 1.'),
    'send-buffer-bytes': size().prefault('1MiB').describe('Bytes queued for each peer.'),
    'slow-peer': z
      .enum(['disconnect', 'drop-oldest', 'drop-newest', 'conflate'])
      .default('disconnect')
      .describe(
        'A peer whose queue is full: closed with 1013, or it misses messages; `conflate` keeps the newest of each key.',
      ),
    'conflate-by': pointer().optional().describe('JSON pointer to the key; needed with `slow-peer: conflate`.'),
    auth: peerAuth(),
    'max-payload': size().prefault('1MiB').describe('Largest message accepted of a peer.'),
  };
}

/** What a peer must present; any one of it is enough. */
function peerAuth() {
  return z
    .union([
      z.custom<Authenticate>((value) => typeof value === 'function'),
      z
        .strictObject({
          'bearer-tokens': z
            .array(handshakeTemplate().describe('Templated token.'))
            .min(1)
            .optional()
            .describe('Tokens, any of which is taken.'),
          basic: z
            .array(
              z.strictObject({
                username: handshakeTemplate().describe('User name.'),
                password: handshakeTemplate().describe('Password.'),
              }),
            )
            .min(1)
            .optional()
            .describe('Users, any of which is taken.'),
        })
        .refine((options) => options['bearer-tokens'] !== undefined || options.basic !== undefined, {
          message: 'lets nobody in, expected bearer-tokens or basic',
          params: { bare: true },
          when: ({ issues }) => issues.length === 0,
        }),
    ])
    .optional()
    .meta({ type: 'map', expected: 'a map' })
    .describe('What a peer must present; others are answered 401. In an application also a function.');
}

function withConflation<T extends z.ZodObject<ReturnType<typeof listening>>>(schema: T): T {
  return schema.superRefine(
    (options, context) => {
      const by = options['conflate-by'];
      if (options['slow-peer'] === 'conflate' && by === undefined) {
        const message = 'is missing, expected a JSON pointer: slow-peer: conflate needs it';
        context.addIssue({ code: 'custom', message, path: ['conflate-by'], params: { bare: true } });
      }
      if (options['slow-peer'] !== 'conflate' && by !== undefined) {
        const message = 'has no effect without slow-peer: conflate';
        context.addIssue({ code: 'custom', message, path: ['conflate-by'], params: { bare: true, key: true } });
      }
    },
    { when: ({ value }) => isRecord(value) },
  );
}
