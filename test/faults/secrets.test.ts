import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { ConfigError } from '../../src/config/error.ts';
import { readPipeline } from '../../src/config/load.ts';
import { shownUrl } from '../../src/config/url.ts';

/** A part of every secret below, so that also a piece of one is found. */
const MARK = 'planted';

let planted = 0;
function secret(): string {
  planted += 1;
  return `${MARK}-${planted}`;
}

const TLS = {
  'client-certificate': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
  'client-key': `-----BEGIN PRIVATE KEY-----\n${secret()}\n-----END PRIVATE KEY-----\n`,
};

const CLIENT = {
  url: `wss://me:${secret()}@feed.example/ws?token=${secret()}`,
  headers: { 'X-Key': secret() },
  query: { key: secret() },
  auth: { headers: { 'X-Auth': secret() }, query: { auth: secret() }, 'bearer-token': secret() },
  proxy: `http://me:${secret()}@proxy.example:3128`,
  tls: TLS,
  requests: [{ login: secret() }, { send: { key: secret() }, expect: { pointer: '/ok', equals: true }, within: '5s' }],
  respond: [{ when: { pointer: '/op', equals: 'ping' }, send: { op: 'pong', key: secret() } }],
};

const BASIC = { url: 'ws://store.example/', auth: { basic: { username: 'me', password: secret() } } };

const SERVED = {
  bind: '127.0.0.1:8080',
  path: '/in',
  auth: { 'bearer-tokens': [secret()], basic: [{ username: 'ann', password: secret() }] },
};

/** A config with a secret wherever one may stand as it is. */
const PIPELINE = {
  name: 'ticks',
  sources: [
    { name: 'exchange', 'web-socket': { ...CLIENT, 'app-heartbeat': { requests: [secret()], interval: '10s' } } },
    { name: 'peers', 'web-socket': { mode: 'server-input', server: SERVED } },
  ],
  sinks: [
    { name: 'store', inputs: ['exchange'], 'web-socket': BASIC },
    { name: 'out', inputs: ['peers'], stdout: {} },
  ],
};

type Path = readonly (string | number)[];

/** Every place of a value, the value itself left out. */
function placesIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, each]) => [[...path, key], ...placesIn(each, [...path, key])]);
}

/** A copy in which `change` has made something else of what stands at a place. */
function changed(
  value: unknown,
  path: Path,
  change: (parent: Map<string | number, unknown>, key: string | number) => void,
) {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const isList = Array.isArray(value);
  const entries = new Map<string | number, unknown>(
    isList ? value.entries() : Object.entries(typeof value === 'object' && value !== null ? value : {}),
  );
  if (rest.length === 0) change(entries, key);
  else entries.set(key, changed(entries.get(key), rest, change));
  return isList ? [...entries.values()] : Object.fromEntries(entries);
}

/** What goes wrong at a place of a config. */
const SLIPS: Readonly<Record<string, (parent: Map<string | number, unknown>, key: string | number) => void>> = {
  'is left out': (parent, key) => void parent.delete(key),
  'is nothing': (parent, key) => void parent.set(key, null),
  'is a number': (parent, key) => void parent.set(key, 17),
  'is another text': (parent, key) => void parent.set(key, 'x'),
  'stands in a list': (parent, key) => void parent.set(key, [parent.get(key)]),
  'stands in a list of lists': (parent, key) => void parent.set(key, [[parent.get(key)]]),
  'stands in a map': (parent, key) => void parent.set(key, { value: parent.get(key) }),
  'is JSON text': (parent, key) => void parent.set(key, JSON.stringify(parent.get(key))),
  'stands under a misspelt key': (parent, key) => {
    const value = parent.get(key);
    parent.delete(key);
    parent.set(`${key}s`, value);
  },
  'has something unknown beside it': (parent, key) => void parent.set(`${key}-`, parent.get(key)),
  'has a template that is not closed': (parent, key) => {
    const value = parent.get(key);
    if (typeof value === 'string') parent.set(key, `${value}\${env|`);
  },
  'has a placeholder without a value': (parent, key) => {
    const value = parent.get(key);
    if (typeof value === 'string') parent.set(key, `${value}{{missing}}`);
  },
};

/** All that is said of a config: what is wrong with it, or what is odd. */
function told(text: string, name = 'ticks.yaml'): string {
  try {
    return JSON.stringify(readPipeline(text, name).warnings);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return `${error.message} ${JSON.stringify(error.problems)} ${error.stack} ${String(error.cause)}`;
  }
}

/** A url that is cut within its password has a port that is none, which may be shown. */
const PLAIN = changed(PIPELINE, ['sources', 0, 'web-socket', 'url'], (parent, key) => {
  parent.set(key, `wss://feed.example/ws?token=${MARK}`);
});

describe('secrets that stand in a config', () => {
  test('are where the config says, and it is good', () => {
    expect(readPipeline(stringify(PIPELINE), 'ticks.yaml').warnings).toEqual([]);
    expect(JSON.stringify(PIPELINE).split(MARK)).toHaveLength(planted + 1);
  });

  test.each(Object.entries(SLIPS))('are in no error when something %s', (_, slip) => {
    const tellTale = placesIn(PIPELINE).filter((path) =>
      told(JSON.stringify(changed(PIPELINE, path, slip)), 'ticks.json').includes(MARK),
    );
    expect(tellTale).toEqual([]);
  });

  test.each(['/', '#', '?', '@', ':', ' ', '%', '[', '{', '"', '\\'])(
    'are in no error when a password in a url has a bare %s',
    (sign) => {
      const urls = ['ws', 'wss', 'ftp'].flatMap((scheme) => [
        `${scheme}://me:${MARK}${sign}word@feed.example/`,
        `${scheme}://me:pass${sign}${MARK}@feed.example/`,
      ]);
      const said = (url: string) => [
        told(
          JSON.stringify(changed(PIPELINE, ['sources', 0, 'web-socket', 'url'], (all, key) => void all.set(key, url))),
        ),
        shownUrl(url),
      ];
      expect(urls.filter((url) => said(url).some((text) => text.includes(MARK)))).toEqual([]);
    },
  );

  test.each([
    ['YAML', stringify(PLAIN), 'ticks.yaml'],
    ['JSON', JSON.stringify(PLAIN, null, 2), 'ticks.json'],
  ])('are in no error when the file is cut anywhere or has a wrong sign anywhere, as %s', (_, text, name) => {
    const broken = Array.from(text, (__, at) => [
      text.slice(0, at),
      ...['"', "'", '\t', '{', ':', '- '].map((sign) => text.slice(0, at) + sign + text.slice(at)),
    ]);
    // Every 31st place is one of each kind soon enough.
    const tellTale = broken
      .filter((___, at) => at % 31 === 0)
      .flat()
      .filter((each) => told(each, name).includes(MARK));
    expect(tellTale).toEqual([]);
  });
});
