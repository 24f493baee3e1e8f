import { z } from 'zod';
import { isRecord } from './tree.ts';
import { PROXY_URL, proxyFault } from './url.ts';
import { duration, handshakeTemplate, headers, headerTemplate, integer, query } from './values.ts';

/** How long, and when, a connection is opened. */
export function connect(mode: 'lazy' | 'eager') {
  return z
    .strictObject({
      mode: z
        .enum(['lazy', 'eager'])
        .default(mode)
        .describe(
          '`lazy` dials when the first event is there (a source: when its sinks have started), `eager` at start.',
        ),
      timeout: duration().prefault('10s').describe('An attempt that has not opened by then is given up.'),
      'eager-timeout': duration()
        .optional()
        .describe('Start-up fails when the connection is not live by then. Left out: start-up goes on, dialling too.'),
    })
    .refine((options) => options['eager-timeout'] === undefined || options.mode === 'eager', {
      path: ['eager-timeout'],
      message: 'has no effect with mode lazy, expected mode: eager beside it',
      when: ({ value }) => isRecord(value),
    })
    .prefault({})
    .describe('When the connection is opened.');
}

/** Credentials of the handshake. */
export function auth() {
  return z
    .strictObject({
      headers: headers().optional().describe('Headers of the handshake; they win over `headers`.'),
      query: query().optional().describe('Query parameters; of one name this one wins over `query`.'),
      'bearer-token': headerTemplate().optional().describe('Sent as `Authorization: Bearer …`.'),
      basic: z
        .strictObject({
          username: handshakeTemplate().describe('User name.'),
          password: handshakeTemplate().describe('Password.'),
        })
        .optional()
        .describe('Sent as `Authorization: Basic …`.'),
    })
    .refine((options) => options['bearer-token'] === undefined || options.basic === undefined, {
      message: 'holds both bearer-token and basic, expected one of them',
      params: { bare: true },
      when: ({ value }) => isRecord(value),
    })
    .optional()
    .describe('Credentials, resolved anew at each attempt. They win over `headers`.');
}

export function tls() {
  return z
    .strictObject({
      'ca-certificate': handshakeTemplate()
        .optional()
        .describe("PEM text or path of the certificates to trust instead of the system's roots."),
      'client-certificate': handshakeTemplate()
        .optional()
        .describe('PEM text or path of the certificate that is presented; with `client-key`.'),
      'client-key': handshakeTemplate().optional().describe('PEM text or path of its key.'),
      'insecure-skip-verify': z
        .boolean()
        .default(false)
        .describe('Takes any certificate: unsafe, and warned of at each connect.'),
    })
    .superRefine(
      (options, context) => {
        for (const [key, other] of KEY_PAIR) {
          if (options[key] === undefined || options[other] !== undefined) continue;
          const params = { bare: true, key: true };
          context.addIssue({
            code: 'custom',
            message: `is given without ${other}, expected both`,
            path: [key],
            params,
          });
        }
      },
      { when: ({ value }) => isRecord(value) },
    )
    .optional()
    .describe('TLS of a wss url; read anew at each attempt.');
}

/** A proxy that is asked to CONNECT. */
export function proxy() {
  return handshakeTemplate()
    .superRefine((url, context) => {
      const fault = proxyFault(url);
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
    })
    .optional()
    .meta({ type: 'templated url', expected: PROXY_URL })
    .describe('Proxy that is asked to CONNECT: http or https, with user and password where it wants them.');
}

const KEY_PAIR = [
  ['client-certificate', 'client-key'],
  ['client-key', 'client-certificate'],
] as const;

/** Pings; `false` when off. */
export function heartbeat() {
  return z
    .union([
      z.literal(['off', false]).transform((): false => false),
      z.strictObject({
        'ping-interval': duration().prefault('20s').describe('Time between two pings.'),
        timeout: duration().prefault('10s').describe('A peer that is silent for so long after a ping is lost.'),
        action: z
          .enum(['reconnect', 'log-only'])
          .default('reconnect')
          .describe('What happens to a lost peer: terminate and reconnect, or warn and go on.'),
        payload: z
          .string()
          .refine((text) => Buffer.byteLength(text) <= 125, { message: 'is longer than 125 bytes of UTF-8' })
          .optional()
          .describe('Payload of the pings, at most 125 bytes of UTF-8.'),
      }),
    ])
    .prefault({})
    .meta({ type: 'off or map', expected: 'off or a map' })
    .describe('Pings that find a dead connection. `off`: none.');
}

export function reconnect() {
  return z
    .strictObject({
      'initial-backoff': duration().prefault('500ms').describe('Delay after the first failure.'),
      'max-backoff': duration().prefault('30s').describe('Longest delay.'),
      multiplier: z.number().min(1).default(2).describe('Growth of the delay with each failure; at least 1.'),
      jitter: z.number().min(0).max(1).default(0.5).describe('Random part of the delay, 0 to 1; it only shortens.'),
      'max-attempts': integer(1)
        .optional()
        .describe('Consecutive attempts, the first included, after which the connection fails. Left out: no end.'),
      'reset-after': duration().prefault('30s').describe('Unbroken time after which the failures are forgotten.'),
    })
    .prefault({})
    .describe('What follows a lost connection or a failed attempt.');
}
