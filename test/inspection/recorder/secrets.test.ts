import { describe, expect, test } from 'vitest';
import type { SinkInput, SourceInput } from '../../../src/config/options.ts';
import type { DialRequest, Loss } from '../../../src/environment.ts';
import { mapMessages } from '../../../src/streams/transforms.ts';
import { World } from '../../supervision/world.ts';
import { Recorder as Heard } from '../../transport/ends.ts';
import { RecordedWorld } from './recorded-world.ts';
import { snapshotsOf } from './wire-model.ts';

/** A part of every secret, so that also a piece of one is found. */
const MARK = 'planted';

/** Each stands at one place of a handshake or of what follows it. Some need an escape wherever they are repeated. */
const PLANTED = {
  header: 'planted-header-1',
  literal: 'planted-literal-2',
  query: 'planted query/3',
  authHeader: 'planted-auth-header-4',
  authQuery: 'planted-"auth"-query-5',
  token: 'planted-token-6',
  user: 'planted-user-7',
  urlPassword: 'planted-url-8',
  proxyPassword: 'planted-proxy-9',
  request: 'planted-\\request-10',
  key: 'planted-key-11',
  inUrl: 'planted-in-url-12',
  file: 'planted-file-13',
  cookie: 'planted-cookie-14',
  pulse: 'planted-pulse-16',
  answer: 'planted-answer-15',
} as const;

const secret = (name: keyof typeof PLANTED) => `\${secret|${name}}`;

const CLIENT = {
  url: `wss://me:${PLANTED.urlPassword}@upstream/?own=${secret('inUrl')}`,
  headers: {
    'x-key': secret('header'),
    'x-literal': PLANTED.literal,
    'x-file': `\${file|/etc/token}`,
    cookie: `session=${secret('cookie')}`,
  },
  query: { key: secret('query') },
  auth: {
    headers: { 'x-auth': secret('authHeader') },
    query: { auth: `\${env|AUTH_QUERY}` },
    'bearer-token': secret('token'),
  },
  proxy: `http://${secret('user')}:${PLANTED.proxyPassword}@proxy:3128`,
  tls: {
    'client-certificate': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
    'client-key': secret('key'),
  },
  reconnect: { 'initial-backoff': '10ms', jitter: 0 },
} as const;

const SOURCE: SourceInput = {
  name: 'exchange',
  'web-socket': {
    ...CLIENT,
    requests: [{ login: { token: secret('request') } }],
    'app-heartbeat': { requests: [{ op: 'beat', token: PLANTED.pulse }], interval: '1s' },
    respond: [{ when: { pointer: '/op', equals: 'ping' }, send: { key: secret('answer') } }],
  },
};
const SINK: SinkInput = { name: 'store', 'web-socket': { ...CLIENT, connect: { mode: 'eager' } } };

/** A value as it is, as a URL has it, in base64 alone and with the user before it, and escaped as JSON, twice too. */
function formsOf(value: string): string[] {
  const escaped = JSON.stringify(value).slice(1, -1);
  const base64 = [value, `me:${value}`, `${PLANTED.user}:${value}`].map((text) => Buffer.from(text).toString('base64'));
  return [value, encodeURIComponent(value), escaped, JSON.stringify(escaped).slice(1, -1), ...base64];
}

function found(told: unknown): string[] {
  const text = JSON.stringify(told);
  return Object.values(PLANTED).filter((value) => formsOf(value).some((form) => text.includes(form)));
}

/** All that somebody could quote of what was dialled. */
function quoted(request: DialRequest): string {
  const { url, headers, proxy, key } = request;
  return [url, decodeURIComponent(url), ...Object.values(headers), proxy, key, JSON.stringify(request)].join(' ');
}

function createWorld(): World {
  const world = new World();
  for (const [name, value] of Object.entries(PLANTED)) world.env[`HAWSER_SECRET_${name}`] = value;
  world.env.HAWSER_SECRET_key = `-----BEGIN PRIVATE KEY-----\n${PLANTED.key}\n-----END PRIVATE KEY-----\n`;
  world.env.AUTH_QUERY = PLANTED.authQuery;
  world.files.texts.set('/etc/token', `${PLANTED.file}\n`);
  return world;
}

const LOSSES: readonly [string, (text: string) => Loss][] = [
  ['the network', (message) => ({ kind: 'network', code: 'ECONNREFUSED', message })],
  ['TLS', (message) => ({ kind: 'tls', code: 'CERT_HAS_EXPIRED', message })],
  ['a broken frame', (message) => ({ kind: 'violation', code: 1002, message })],
  ['the request', (message) => ({ kind: 'request', message })],
  ['a subprotocol', (message) => ({ kind: 'handshake', message })],
  ['a close', (reason) => ({ kind: 'close', code: 4000, reason })],
  ['a redirect', (text) => ({ kind: 'status', status: 301, location: `ws://elsewhere/${text}?t=${text}` })],
];

describe.each([
  ['source', SOURCE],
  ['sink', SINK],
] as const)('what is planted in a %s', (side, component) => {
  test.each(LOSSES)('is dialled with, and stands in no wire event when %s quotes it', async (_, loss) => {
    const world = createWorld();
    const requests: DialRequest[] = [];
    const recorded = new RecordedWorld(world, {
      sources: component === SOURCE ? [SOURCE] : [{ name: 'feed', function: {} }],
      sinks: component === SINK ? [SINK] : [],
      environment: {
        dial: (request, events) => {
          requests.push(request);
          world.clock.setTimeout(() => events.lost(loss(quoted(request))), 1);
          return silent();
        },
      },
    });
    await recorded.start();
    await world.clock.advance(5_000);
    await recorded.stop();
    const { told, recorder } = recorded;
    const unsent: string[] = [PLANTED.request, PLANTED.pulse, PLANTED.answer];
    expect(found(requests.map(quoted))).toEqual(Object.values(PLANTED).filter((value) => !unsent.includes(value)));
    expect([found(told), found(recorder.backlog()), recorder.counts.faults]).toEqual([[], [], 0]);
    expect(causesOf(told, side === 'source' ? 'ticks/exchange/connection' : 'outlet')).not.toEqual([]);
  });
});

function causesOf(told: RecordedWorld['told'], name: string): string[] {
  return snapshotsOf(told, name).flatMap(({ cause }) => (cause === undefined ? [] : [cause]));
}

function silent() {
  const nothing = () => {};
  return {
    queuedBytes: 0,
    takenBytes: 0,
    write: nothing,
    ping: nothing,
    pause: nothing,
    resume: nothing,
    close: nothing,
    terminate: nothing,
  };
}

describe('what is sent over a connection', () => {
  test('stands in no wire event when the peer sends it all back and closes with it', async () => {
    const world = createWorld();
    const heard: string[] = [];
    const recorded = new RecordedWorld(world, {
      sources: [SOURCE],
      environment: {
        dial: (request, events) => {
          world.clock.setTimeout(() => events.connected(), 1);
          world.clock.setTimeout(() => events.open(''), 2);
          const back = (text: string) =>
            events.frames([{ data: Buffer.from(JSON.stringify({ op: 'ping', text })), binary: false }]);
          return {
            ...silent(),
            write: (frames) => {
              if (!Array.isArray(frames) || heard.length >= 4) return;
              for (const { data } of frames) {
                heard.push(String(data));
                world.clock.setTimeout(() => back(heard.join()), 1);
              }
              if (heard.length >= 4) {
                const reason = `${heard.join()} ${quoted(request)}`;
                world.clock.setTimeout(() => events.lost({ kind: 'close', code: 4000, reason }), 5);
              }
            },
          };
        },
      },
    });
    await recorded.start();
    await world.clock.advance(3_000);
    const { told } = recorded;
    expect(found(heard)).toEqual([PLANTED.request, PLANTED.pulse, PLANTED.answer]);
    expect(causesOf(told, 'ticks/exchange/connection').join()).toMatch(/the peer closed with 4000.*\(hidden\)/);
    expect(found(told)).toEqual([]);
  });
});

describe('what a peer brings that connects to us', () => {
  test('stands in no wire event', async () => {
    const world = createWorld();
    const server = { bind: '127.0.0.1:8080', path: '/in', auth: { 'bearer-tokens': [PLANTED.token] } };
    const recorded = new RecordedWorld(world, {
      sources: [{ name: 'peers', 'web-socket': { mode: 'server-input', server } }],
    });
    await recorded.start();
    const heard = new Heard();
    const socket = world.network.dial(
      {
        url: `ws://127.0.0.1:8080/in?key=${PLANTED.inUrl}`,
        headers: { authorization: `Bearer ${PLANTED.token}`, cookie: PLANTED.cookie },
        subprotocols: [],
        maxPayload: 1e6,
      },
      heard,
    );
    await world.clock.advance(100);
    socket.write([{ data: PLANTED.request, binary: false }]);
    await world.clock.advance(100);
    socket.close(4000, PLANTED.answer);
    await world.clock.advance(100);
    await recorded.stop();
    const { told } = recorded;
    expect(heard.types).toContain('open');
    expect(told.some((event) => event.type === '@xstate.actor' && event.machine === 'peer')).toBe(true);
    expect(found(told)).toEqual([]);
  });
});

describe('what an app throws', () => {
  const named = (name: string) => Object.assign(new Error(MARK), { name });
  test.each<[string, unknown]>([
    ['an error', new Error(MARK)],
    ['an error with a name of its own', named(MARK)],
    ['an error whose name looks like a token', named(`${MARK}Error`)],
    ['an error with a code', Object.assign(new Error('x'), { code: MARK })],
    ['an error with a code in capitals', Object.assign(new Error('x'), { code: `E_${MARK}` })],
    ['an error with a cause', new Error('x', { cause: { kind: 'close', code: 1, reason: MARK } })],
    ['a text', MARK],
    ['what looks like a cause of a connection', { kind: 'close', code: 1000, reason: MARK }],
    ['what looks like another one', { kind: 'preparation', message: MARK }],
    ['what looks like a cause of a group', { child: MARK, reason: 'failed', error: null }],
    ['what looks like an output', { outcome: 'failed', cause: MARK, output: { outcome: MARK, cause: MARK } }],
    ['what looks like an event', { type: MARK, id: MARK, message: MARK }],
    ['nothing', undefined],
  ])('stands in no wire event: %s', async (_, thrown) => {
    const recorded = new RecordedWorld(new World(), {
      sources: [{ name: 'feed', function: {} }],
      sinks: [{ name: 'app', function: {} }],
      functions: {
        app: {
          transform: mapMessages(() => {
            throw thrown;
          }),
          function: () => {},
        },
      },
    });
    await recorded.start();
    await recorded.pipeline.source('feed').push(`${MARK} event`, { note: MARK });
    await recorded.world.clock.advance(20_000);
    expect(causesOf(recorded.told, 'ticks').join()).toContain('ticks/app: restart intensity exceeded');
    expect([JSON.stringify(recorded.told).includes(MARK), recorded.recorder.counts.faults]).toEqual([false, 0]);
  });
});
