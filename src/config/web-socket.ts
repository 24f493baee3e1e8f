import { z } from 'zod';
import { respond } from './answers.ts';
import { batch } from './batch.ts';
import { auth, connect, heartbeat, proxy, reconnect, tls } from './connection.ts';
import { cursor, peerCursor, replay } from './cursor.ts';
import { delivery } from './delivery.ts';
import { checkRecording, emitting, failing, recording } from './recording.ts';
import { messages, requests } from './requests.ts';
import { relayServer, server } from './server.ts';
import { isRecord } from './tree.ts';
import { duration, durationOrOff, headers, payload, query, size, subprotocols, urlTemplate } from './values.ts';

// One schema for each mode: what another mode has is no option here, and no error of it shows.

export const clientSource = checkRecording(
  z.strictObject({ ...dialling('eager'), ...common(), ...recording(), ...failing(), cursor: cursor() }),
);
const inputSource = checkRecording(
  z.strictObject({ mode: mode('server-input'), ...serving(), ...common(), ...recording() }),
);
const relaySource = needsReply(needsCursor(z.strictObject({ ...relaying(), ...common(), ...emitting() })));

export const clientSink = needsReply(
  z.strictObject({ ...dialling('lazy'), ...common(), ...delivery(), cursor: cursor(), batch: batch() }),
);
export const outputSink = needsCursor(
  z.strictObject({ mode: mode('server-output'), ...serving(), ...common(), ...replaying(), batch: batch() }),
);
/** Without a server when `reply-to` says whose peers it answers. */
const inputSink = z.strictObject({
  mode: mode('server-input'),
  ...serving(),
  server: serving().server.optional(),
  ...common(),
  batch: batch(),
});
const relaySink = needsReply(needsCursor(z.strictObject({ ...relaying(), ...common(), batch: batch() })));

/** A `web-socket` source, by its mode. */
export const webSocketSource = z.discriminatedUnion('mode', [clientSource, inputSource, relaySource]);
/** A `web-socket` sink, by its mode. */
export const webSocketSink = z.discriminatedUnion('mode', [clientSink, outputSink, inputSink, relaySink]);

/** The side of a relay that dials. */
export const upstreamSink = needsReply(z.strictObject({ ...dialling('eager'), ...common(), ...delivery() }));

/** What a relay has for the side that it dials: nothing without `url`. */
export const UPSTREAM_OPTIONS = Object.keys({ ...connection('eager'), ...delivery() });

function mode<M extends string>(name: M) {
  return z
    .literal(name)
    .describe(
      '`client` dials `url`. The others listen: `server-output` (sinks) sends every event to every peer, `server-input` takes what peers send and answers them, `relay` passes frames on between peers and, with `url`, one upstream.',
    );
}

function common() {
  return {
    subprotocols: subprotocols()
      .default([])
      .describe('Subprotocols offered, preferred ones first; when listening those that are spoken.'),
    payload: payload(),
    'close-timeout': duration().prefault('5s').describe('A peer that has not answered a close by then is cut off.'),
  };
}

function dialling(connects: 'lazy' | 'eager') {
  return { mode: mode('client').default('client'), url: url(), ...connection(connects) };
}

function serving() {
  return { server: server().describe('Where to listen, and for whom.'), heartbeat: heartbeat() };
}

function relaying() {
  return {
    mode: mode('relay'),
    server: relayServer().describe('Where to listen, and for whom.'),
    url: url().optional(),
    ...connection('eager'),
    ...delivery(),
    ...replaying(),
  };
}

function replaying() {
  return { cursor: peerCursor(), replay: replay() };
}

function url() {
  return urlTemplate().describe(
    'Where to connect: ws, wss, http or https (read as ws and wss); no fragment. A relay may do without.',
  );
}

function connection(connects: 'lazy' | 'eager') {
  return {
    headers: headers().default({}).describe('Headers of the handshake.'),
    query: query().default({}).describe("Query parameters, added to the url's own; of one name this one wins."),
    auth: auth(),
    tls: tls(),
    proxy: proxy(),
    connect: connect(connects),
    heartbeat: heartbeat(),
    reconnect: reconnect(),
    requests: requests()
      .prefault([])
      .describe(
        'Sent in order on every connect, before anything else. A list: each element; a map: its JSON, unless it is a step with `send` or `expect`.',
      ),
    'request-interval': duration({ zero: true }).prefault(0).describe('Time between two requests.'),
    'app-heartbeat': z
      .strictObject({
        requests: messages().describe('What is sent; as `requests`, but not templated and without steps.'),
        interval: duration({ zero: true })
          .prefault('60s')
          .describe('Time between two of them, the first one at once. 0: every `emit-interval`.'),
      })
      .optional()
      .describe('Messages of the application that are sent while the connection is live.'),
    respond: respond()
      .default([])
      .describe("What the peer's own questions are answered with: a ping of its application, say."),
    'no-data-timeout': durationOrOff()
      .prefault('off')
      .describe('A connection without a message for so long is left and dialled anew.'),
    'max-payload': size().prefault('16MiB').describe('Largest message accepted.'),
  };
}

function needsCursor<T extends z.ZodObject<ReturnType<typeof replaying>>>(schema: T): T {
  return schema.refine(({ cursor, replay }) => replay === undefined || isUsable(cursor), {
    path: ['replay'],
    message: 'needs a cursor beside it, with header-name or query-parameter, and with value-field or value-pointer',
    params: { bare: true, key: true },
    when: ({ value }) => isRecord(value),
  });
}

function isUsable(cursor: unknown): boolean {
  if (!isRecord(cursor)) return false;
  const has = (...keys: string[]) => keys.some((key) => cursor[key] !== undefined);
  return has('header-name', 'query-parameter') && has('value-field', 'value-pointer');
}

function needsReply<T extends z.ZodObject<ReturnType<typeof delivery>>>(schema: T): T {
  return schema.superRefine(
    (options, context) => {
      if (options.ack === 'reply' && options.reply === undefined) {
        const message = 'is missing, expected a map with pointer: ack: reply needs it';
        context.addIssue({ code: 'custom', message, path: ['reply'], params: { bare: true } });
      }
      if (options.ack !== 'reply' && options.reply !== undefined) {
        const message = `has no effect with ack ${options.ack}, expected ack: reply beside it`;
        context.addIssue({ code: 'custom', message, path: ['reply'], params: { bare: true, key: true } });
      }
    },
    { when: ({ value }) => isRecord(value) },
  );
}
