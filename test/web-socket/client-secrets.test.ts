import { afterEach, describe, expect, test, vi } from 'vitest';
import type { SinkInput, SourceInput } from '../../src/config/options.ts';
import type { DialRequest, Loss } from '../../src/environment.ts';
import { createRootSupervisor } from '../../src/supervision/supervisor.ts';
import { World } from '../supervision/world.ts';

/** Each stands at one place of the handshake, as a template or as it is. */
const PLANTED = {
  header: 'planted-header-1',
  literal: 'planted-literal-2',
  query: 'planted query/3',
  authHeader: 'planted-auth-header-4',
  authQuery: 'planted-auth-query-5',
  token: 'planted-token-6',
  user: 'planted-user-7',
  urlPassword: 'planted-url-8',
  proxyPassword: 'planted-proxy-9',
  request: 'planted-request-10',
  key: 'planted-key-11',
  inUrl: 'planted-in-url-12',
  file: 'planted-file-13',
  cursor: 'planted-cursor-14',
} as const;

const KEY = `-----BEGIN PRIVATE KEY-----\n${PLANTED.key}\n-----END PRIVATE KEY-----\n`;
const secret = (name: keyof typeof PLANTED) => `\${secret|${name}}`;

const OPTIONS = {
  url: `wss://me:${PLANTED.urlPassword}@upstream/?own=${secret('inUrl')}`,
  headers: { 'x-key': secret('header'), 'x-literal': PLANTED.literal, 'x-file': `\${file|/etc/token}` },
  query: { key: secret('query') },
  auth: {
    headers: { 'x-auth': secret('authHeader') },
    query: { auth: `\${env|AUTH_QUERY}` },
    'bearer-token': secret('token'),
  },
  requests: [{ login: secret('request') }],
  proxy: `http://${secret('user')}:${PLANTED.proxyPassword}@proxy:3128`,
  tls: {
    'client-certificate': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
    'client-key': secret('key'),
  },
  cursor: { 'header-name': 'x-from', 'initial-value': PLANTED.cursor, 'value-field': 'id' },
  reconnect: { 'initial-backoff': '10ms' },
} as const;

const SOURCE: SourceInput = { name: 'exchange', 'web-socket': OPTIONS };
const SINK: SinkInput = { name: 'store', 'web-socket': { ...OPTIONS, connect: { mode: 'eager' }, cursor: undefined } };

/** All that a loss could quote of what was dialled. */
function quoted(request: DialRequest): string {
  const { url, headers, proxy, key } = request;
  const decoded = decodeURIComponent(url);
  return [url, decoded, ...Object.values(headers), proxy, key, JSON.stringify(request)].join(' ');
}

const LOSSES: readonly [string, (text: string) => Loss][] = [
  ['the network', (message) => ({ kind: 'network', code: 'ECONNREFUSED', message })],
  ['TLS', (message) => ({ kind: 'tls', code: 'CERT_HAS_EXPIRED', message })],
  ['the request', (message) => ({ kind: 'request', message })],
  ['a subprotocol', (message) => ({ kind: 'handshake', message })],
  ['a close', (reason) => ({ kind: 'close', code: 4000, reason })],
  ['a redirect', (text) => ({ kind: 'status', status: 301, location: `ws://elsewhere/${text}?t=${text}` })],
];

/** What is shown of components whose every dial ends with a loss that quotes what was sent. */
async function shown(loss: (text: string) => Loss, component: SourceInput | SinkInput) {
  const world = new World();
  for (const [name, value] of Object.entries(PLANTED))
    world.env[`HAWSER_SECRET_${name}`] = name === 'key' ? KEY : value;
  world.env.AUTH_QUERY = PLANTED.authQuery;
  world.files.texts.set('/etc/token', `${PLANTED.file}\n`);
  const requests: DialRequest[] = [];
  const supervisor = createRootSupervisor({
    ...world.environment,
    dial: (request, events) => {
      requests.push(request);
      world.clock.setTimeout(() => events.lost(loss(quoted(request))), 1);
      return world.network.dial(
        { ...request, url: 'ws://nobody/' },
        { ...events, connected() {}, open() {}, frames() {}, pong() {}, drained() {}, lost() {} },
      );
    },
  });
  const isSource = component === SOURCE;
  const pipeline = supervisor.add({
    name: 'ticks',
    sources: isSource ? [SOURCE] : [{ name: 'feed', function: {} }],
    sinks: isSource ? [] : [SINK],
  });
  const started = supervisor.start();
  started.catch(() => {});
  await world.clock.advance(5_000);
  const { status } = pipeline;
  const history = supervisor.history(`ticks/${component.name}`);
  const outcome = await world.during(supervisor.stop({ drain: 0 }));
  const sent = requests.map((request) => quoted(request)).join();
  return {
    sent,
    history,
    text: [JSON.stringify([status, history, outcome, supervisor.status]), ...world.log].join('\n'),
  };
}

/** The secrets that a text holds, in any of the forms that they are sent in. */
function found(text: string): string[] {
  return Object.values(PLANTED).filter((value) =>
    [value, encodeURIComponent(value), Buffer.from(value).toString('base64')].some((form) => text.includes(form)),
  );
}

const LEVELS = ['log', 'warn', 'error', 'info', 'debug'] as const;
afterEach(() => {
  vi.restoreAllMocks();
});

describe.each([
  ['source', SOURCE],
  ['sink', SINK],
] as const)('secrets that are planted in a %s', (side, component) => {
  test.each(LOSSES)('are sent, and stand in no log, status, history or error when %s quotes them', async (_, loss) => {
    const printed = LEVELS.map((level) => vi.spyOn(console, level).mockImplementation(() => {}));
    const { sent, history, text } = await shown(loss, component);
    const unsent: string[] = side === 'sink' ? [PLANTED.cursor, PLANTED.request] : [PLANTED.request];
    expect(found(sent)).toEqual(Object.values(PLANTED).filter((value) => !unsent.includes(value)));
    expect(found(text)).toEqual([]);
    expect(history.some(({ cause }) => cause?.includes('(hidden)'))).toBe(true);
    expect(printed.flatMap(({ mock }) => mock.calls)).toEqual([]);
  });
});
