// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { describe, expect, test } from 'vitest';
import { createScope, type ScopeOptions } from '../../src/config/scope.ts';
import { type HandshakeOptions, prepareHandshake } from '../../src/transport/handshake.ts';

const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
const KEY = '-----BEGIN PRIVATE KEY-----\nBBBB\n-----END PRIVATE KEY-----\n';

interface Outside {
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly cursor?: string | undefined;
}

function scopeOf({ env = {}, files = {}, cursor }: Outside) {
  const environment: ScopeOptions['environment'] = {
    env,
    now: () => 0,
    files: {
      readText: async (path) => {
        const text = files[path];
        if (text === undefined) throw new Error(`ENOENT ${path}`);
        return text;
      },
    },
  };
  return createScope({ environment, cursor: () => cursor });
}

/** What is dialled with these options. */
async function prepare(options: Partial<HandshakeOptions>, outside: Outside = {}) {
  return (await prepareAll(options, outside)).request;
}

function prepareAll(options: Partial<HandshakeOptions>, outside: Outside = {}) {
  const whole: HandshakeOptions = {
    url: 'wss://feed/',
    headers: {},
    query: {},
    subprotocols: [],
    requests: [],
    respond: [],
    'max-payload': 1000,
    ...options,
  };
  return prepareHandshake(whole, scopeOf(outside));
}

describe('the query of a handshake', () => {
  test("has the url's own part, then query, auth.query and the cursor", async () => {
    const { url } = await prepare(
      {
        url: 'wss://feed/?own=1',
        query: { added: '2' },
        auth: { query: { key: '3' } },
        cursor: { 'query-parameter': 'since' },
      },
      { cursor: '4' },
    );
    expect(url).toBe('wss://feed/?own=1&added=2&key=3&since=4');
  });

  test.each([
    ['query over the url', { url: 'wss://feed/?a=own', query: { a: 'query' } }, 'a=query'],
    ['auth.query over query', { query: { a: 'query' }, auth: { query: { a: 'auth' } } }, 'a=auth'],
    [
      'the cursor over auth.query',
      { auth: { query: { a: 'auth' } }, cursor: { 'query-parameter': 'a' } },
      'a=the%20cursor',
    ],
  ] as const)('prefers %s', async (_which, options, query) => {
    expect((await prepare(options, { cursor: 'the cursor' })).url).toBe(`wss://feed/?${query}`);
  });

  test('has templates filled in', async () => {
    const { url } = await prepare({ auth: { query: { key: '${env|KEY}' } } }, { env: { KEY: 'a b' } });
    expect(url).toBe('wss://feed/?key=a%20b');
  });
});

describe('the headers of a handshake', () => {
  test('are headers, auth.headers, the authorization and the cursor', async () => {
    const { headers } = await prepare(
      {
        headers: { 'X-One': '1' },
        auth: { headers: { 'X-Two': '${env|TWO}' }, 'bearer-token': 'token' },
        cursor: { 'header-name': 'Last-Event-ID' },
      },
      { cursor: '4', env: { TWO: '2' } },
    );
    expect(headers).toEqual({ 'X-One': '1', 'X-Two': '2', Authorization: 'Bearer token', 'Last-Event-ID': '4' });
  });

  test.each([
    ['auth.headers over headers', { headers: { 'x-key': 'plain' }, auth: { headers: { 'X-Key': 'auth' } } }],
    ['the cursor over headers', { headers: { 'x-key': 'plain' }, cursor: { 'header-name': 'X-Key' } }],
  ] as const)('prefer %s, whatever the case of the name', async (_which, options) => {
    const { headers } = await prepare(options, { cursor: 'auth' });
    expect(headers).toEqual({ 'X-Key': 'auth' });
  });

  test('have one authorization, that of auth', async () => {
    const basic = { username: 'me', password: 'open sesame' };
    const { headers } = await prepare({ headers: { authorization: 'mine' }, auth: { basic } });
    expect(headers).toEqual({ Authorization: `Basic ${Buffer.from('me:open sesame').toString('base64')}` });
  });
});

describe('the cursor of a handshake', () => {
  test('is left out while there is none', async () => {
    const { url, headers } = await prepare({ cursor: { 'header-name': 'Since', 'query-parameter': 'since' } });
    expect([url, headers]).toEqual(['wss://feed/', {}]);
  });

  test('may stand in a template', async () => {
    const { url } = await prepare({ url: 'wss://feed/${cursor}' }, { cursor: '42' });
    expect(url).toBe('wss://feed/42');
  });

  test('is sent empty when it is empty', async () => {
    const { url } = await prepare({ cursor: { 'query-parameter': 'since' } }, { cursor: '' });
    expect(url).toBe('wss://feed/?since=');
  });
});

describe('the TLS of a handshake', () => {
  const pair = (certificate: string, key: string) => ({
    tls: { 'client-certificate': certificate, 'client-key': key, 'insecure-skip-verify': false },
  });

  test('takes certificate and key as PEM text', async () => {
    expect(await prepare(pair(CERTIFICATE, KEY))).toMatchObject({ certificate: CERTIFICATE, key: KEY });
  });

  test('reads certificate and key from their paths, anew for each attempt', async () => {
    const options = pair('own.pem', '${env|KEY_PATH}');
    const env = { KEY_PATH: 'own.key' };
    const first = await prepare(options, { env, files: { 'own.pem': CERTIFICATE, 'own.key': KEY } });
    const second = await prepare(options, { env, files: { 'own.pem': CERTIFICATE, 'own.key': `${KEY}2` } });
    expect([first.key, second.key]).toEqual([KEY, `${KEY}2`]);
  });

  test.each([
    ['client-certificate', pair('missing.pem', KEY), 'missing.pem cannot be read'],
    ['client-key', pair(CERTIFICATE, 'missing.key'), 'missing.key cannot be read'],
    ['client-key', pair(CERTIFICATE, 'note.txt'), 'note.txt holds no PEM text'],
    [
      'ca-certificate',
      { tls: { 'ca-certificate': 'note.txt', 'insecure-skip-verify': false } },
      'note.txt holds no PEM',
    ],
  ] as const)('names %s and its path when they cannot be used', async (option, options, message) => {
    await expect(prepare(options, { files: { 'note.txt': 'nothing' } })).rejects.toThrow(`tls.${option}: ${message}`);
  });

  test('takes any certificate only when it is told so', async () => {
    const insecure = await prepare({ tls: { 'insecure-skip-verify': true } });
    const secure = await prepare({ tls: { 'insecure-skip-verify': false } });
    expect([insecure.insecure, secure.insecure]).toEqual([true, undefined]);
  });
});

const STEP = { within: 10_000, extract: {} };

describe('the script of a handshake', () => {
  const hello = { ...STEP, expect: [{ pointer: '/id', exists: true }], extract: { id: '/id' } };

  test('has all filled in that is known, anew for each attempt', async () => {
    const requests = [{ ...STEP, send: '{"key":"${env|KEY}","since":"${cursor}"}' }];
    const first = await prepareAll({ requests }, { env: { KEY: 'one' }, cursor: '4' });
    const second = await prepareAll({ requests }, { env: { KEY: 'a"b' }, cursor: '5' });
    expect([first, second].map(({ script }) => script[0]?.send?.parts.join(''))).toEqual([
      '{"key":"one","since":"4"}',
      '{"key":"a\\"b","since":"5"}',
    ]);
  });

  test('leaves open what earlier steps extract', async () => {
    const { script } = await prepareAll({ requests: [hello, { ...STEP, send: 'login ${id}' }] });
    expect(script[1]?.send?.parts).toEqual(['login ', { kind: 'field', path: ['id'] }]);
  });

  test('is refused when a step uses what only a later one extracts', async () => {
    const prepared = prepareAll({ requests: [{ ...STEP, send: 'login ${id}' }, hello] });
    await expect(prepared).rejects.toThrow('${id} reads an event, and there is none here');
  });

  test('is refused when something has no value before it begins', async () => {
    const prepared = prepareAll({ requests: [hello, { ...STEP, send: 'login ${env|GONE}' }] });
    await expect(prepared).rejects.toThrow('${env|GONE} has no value');
  });
});

describe('the answers of a handshake', () => {
  test('have all filled in but what their moment says', async () => {
    const respond = [{ when: [], send: '${env|KEY} ${ping} ${cursor} ${time|now_iso}' }];
    const { answers } = await prepareAll({ respond }, { env: { KEY: 'k' }, cursor: '4' });
    expect(answers[0]?.send.parts).toEqual([
      'k',
      ' ',
      { kind: 'field', path: ['ping'] },
      ' ',
      { kind: 'cursor' },
      ' ',
      { kind: 'time', name: 'now_iso' },
    ]);
  });
});

describe('the proxy of a handshake', () => {
  test('is what the option says, filled in', async () => {
    const { proxy } = await prepare({ proxy: 'http://me:${env|PASS}@proxy:3128' }, { env: { PASS: 'p' } });
    expect(proxy).toBe('http://me:p@proxy:3128/');
  });

  test('is that of the environment without the option', async () => {
    expect((await prepare({}, { env: { HTTPS_PROXY: 'proxy:3128' } })).proxy).toBe('http://proxy:3128/');
  });

  test('is that of the option also where the environment names another, or none for this host', async () => {
    const env = { HTTPS_PROXY: 'http://other/', NO_PROXY: '*' };
    expect((await prepare({ proxy: 'http://proxy/' }, { env })).proxy).toBe('http://proxy/');
  });

  test('is chosen by the url as it is once it is resolved', async () => {
    const options = { url: '${env|URL}' };
    const env = { http_proxy: 'http://proxy/', URL: 'ws://feed/' };
    expect((await prepare(options, { env })).proxy).toBe('http://proxy/');
    expect((await prepare(options, { env: { ...env, URL: 'wss://feed/' } })).proxy).toBeUndefined();
  });
});
