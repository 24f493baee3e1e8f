import { z } from 'zod';
import { auth, connect, heartbeat, reconnect, tls } from './connection.ts';
import {
  duration,
  durationOrOff,
  handshakeTemplate,
  headers,
  integer,
  requests,
  size,
  subprotocols,
  urlTemplate,
} from './values.ts';

/** A `web-socket` source in client mode. */
export function webSocketSource() {
  return z.strictObject({
    ...client('eager'),
    'emit-interval': duration({ zero: true })
      .prefault(0)
      .describe('What was received is handed on once per interval. 0: at once.'),
  });
}

/** A `web-socket` sink in client mode. */
export function webSocketSink() {
  return z.strictObject({
    ...client('lazy'),
    ack: z
      .enum(['written', 'pong'])
      .default('pong')
      .describe('When an event counts as delivered: the system took it, or the peer answered a ping sent after it.'),
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
      })
      .prefault({})
      .describe('What happens without an acknowledgement.'),
    batch: batch(),
  });
}

/** Batches of a sink; absent: one frame per event. */
export function batch() {
  return z
    .strictObject({
      mode: z.enum(['fixed']).default('fixed').describe('What ends a batch: its size, bytes or timeout.'),
      'fixed-size': integer(1).default(100).describe('Events at which a batch is sent; at least 1.'),
      'max-bytes': size().prefault('1MiB').describe('Bytes at which a batch is sent.'),
      timeout: duration().prefault('100ms').describe('Time after its first event at which a batch is sent.'),
    })
    .optional()
    .describe('One frame per batch. Left out: one per event. May also stand inside the kind.');
}

/** How text becomes events and back. */
export function payload() {
  return z
    .enum(['text', 'json'])
    .default('text')
    .describe('`text`: events are text. `json`: events are parsed JSON and written as JSON.');
}

function client(mode: 'lazy' | 'eager') {
  return {
    mode: z.enum(['client']).default('client').describe('`client` dials `url`.'),
    url: urlTemplate().describe('Where to connect: ws, wss, http or https (read as ws and wss); no fragment.'),
    headers: headers().default({}).describe('Headers of the handshake.'),
    query: z
      .record(z.string(), handshakeTemplate().describe('Templated value.'))
      .default({})
      .describe("Query parameters, added to the url's own; of one name this one wins."),
    subprotocols: subprotocols().default([]).describe('Subprotocols offered, preferred ones first.'),
    payload: payload(),
    auth: auth(),
    tls: tls(),
    connect: connect(mode),
    heartbeat: heartbeat(),
    reconnect: reconnect(),
    requests: requests({ templated: true })
      .prefault([])
      .describe('Sent in order on every connect, before anything else. A list: each element; a map: its JSON.'),
    'request-interval': duration({ zero: true }).prefault(0).describe('Time between two requests.'),
    'app-heartbeat': z
      .strictObject({
        requests: requests({ templated: false }).describe('What is sent; as `requests`, but not templated.'),
        interval: duration({ zero: true })
          .prefault('60s')
          .describe('Time between two of them, the first one at once. 0: every `emit-interval`.'),
      })
      .optional()
      .describe('Messages of the application that are sent while the connection is live.'),
    'no-data-timeout': durationOrOff()
      .prefault('off')
      .describe('A connection without a message for so long is left and dialled anew.'),
    'max-payload': size().prefault('16MiB').describe('Largest message accepted.'),
    'close-timeout': duration().prefault('5s').describe('A peer that has not answered a close by then is cut off.'),
  };
}
