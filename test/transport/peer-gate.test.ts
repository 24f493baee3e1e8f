// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { describe, expect, test } from 'vitest';
import type { EndpointOptions } from '../../src/config/options.ts';
import { createScope } from '../../src/config/scope.ts';
import type { UpgradeRequest } from '../../src/environment.ts';
import { challenge, createGate, type Gate } from '../../src/transport/peer-gate.ts';
import { asking } from './endpoint-bench.ts';

type Auth = EndpointOptions['auth'];

const env: Record<string, string> = { TOKEN: 'from-env' };
const readText = () => Promise.reject(new Error('gone'));
const scope = createScope({ environment: { env, now: () => 0, files: { readText } } });

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

async function passes(auth: Auth, authorization?: string): Promise<boolean> {
  return ask(createGate(auth, scope), authorization);
}

async function ask(gate: Gate, authorization?: string): Promise<boolean> {
  return gate(asking({ headers: authorization === undefined ? {} : { authorization } }));
}

const TOKENS = { 'bearer-tokens': ['first', 'second'] };
const USERS = {
  basic: [
    { username: 'ann', password: 'secret' },
    { username: 'bob', password: 'pass:word' },
  ],
};

describe('a gate', () => {
  test('without auth lets everybody in', async () => {
    expect(await passes(undefined)).toBe(true);
  });

  test.each(['Bearer first', 'Bearer second', 'bearer first', 'BEARER  first'])('takes %s', async (given) => {
    expect(await passes(TOKENS, given)).toBe(true);
  });

  test.each([
    ['nothing', undefined],
    ['an empty header', ''],
    ['a token of the same length', 'Bearer fIrst'],
    ['a shorter token', 'Bearer firs'],
    ['a longer token', 'Bearer firstt'],
    ['the token alone', 'first'],
    ['the scheme alone', 'Bearer'],
    ['both tokens', 'Bearer first, second'],
    ['the token under another scheme', 'Basic first'],
  ])('refuses %s', async (_, given) => {
    expect(await passes(TOKENS, given)).toBe(false);
  });

  test.each([basic('ann', 'secret'), basic('bob', 'pass:word'), basic('ann', 'secret').replace('Basic', 'basic')])(
    'takes %s',
    async (given) => {
      expect(await passes(USERS, given)).toBe(true);
    },
  );

  test.each([
    ['another password', basic('ann', 'Secret')],
    ['the password of another user', basic('ann', 'pass:word')],
    ['no password', basic('ann', '')],
    ['a user as a token', basic('ann', 'secret').replace('Basic', 'Bearer')],
  ])('refuses %s', async (_, given) => {
    expect(await passes(USERS, given)).toBe(false);
  });

  test.each(['Bearer second', basic('bob', 'pass:word')])('takes %s when it asks for any of both', async (given) => {
    expect(await passes({ ...TOKENS, ...USERS }, given)).toBe(true);
  });

  test('takes users with letters of any script', async () => {
    const auth = { basic: [{ username: 'jürgen', password: 'пароль' }] };
    expect(await passes(auth, basic('jürgen', 'пароль'))).toBe(true);
  });

  test('resolves its templates anew for each peer', async () => {
    const gate = createGate({ 'bearer-tokens': ['${env|TOKEN}'] }, scope);
    expect(await ask(gate, 'Bearer from-env')).toBe(true);
    env.TOKEN = 'rotated';
    expect([await ask(gate, 'Bearer from-env'), await ask(gate, 'Bearer rotated')]).toEqual([false, true]);
  });

  test.each(['${env|MISSING}', '${file|/run/token}', '${secret|MISSING}'])(
    'lets nobody in with %s that has no value, and says so',
    async (template) => {
      await expect(passes({ 'bearer-tokens': [template] }, 'Bearer ')).rejects.toThrow('has no value');
    },
  );

  test('goes on with what can be resolved', async () => {
    expect(await passes({ 'bearer-tokens': ['${env|MISSING}', 'other'] }, 'Bearer other')).toBe(true);
  });

  test('of a function asks that, with the request', async () => {
    const asked: UpgradeRequest[] = [];
    const request = asking({ target: '/feed?key=1', remoteAddress: '10.0.0.7' });
    const gate = createGate((given) => asked.push(given) > 1, scope);
    expect([await gate(request), await gate(request)]).toEqual([false, true]);
    expect(asked).toEqual([request, request]);
  });

  test('of a function takes its time', async () => {
    expect(await passes(async () => true)).toBe(true);
  });

  test('of a function that rejects rejects', async () => {
    await expect(passes(() => Promise.reject(new Error('down')))).rejects.toThrow('down');
  });
});

describe('a challenge', () => {
  test.each<[string, Auth, string]>([
    ['tokens', TOKENS, 'Bearer realm="peers"'],
    ['users', USERS, 'Basic realm="peers"'],
    ['both', { ...TOKENS, ...USERS }, 'Bearer realm="peers", Basic realm="peers"'],
    ['a function', () => false, 'Bearer realm="peers"'],
  ])('names the schemes of %s', (_, auth, header) => {
    expect(challenge(auth)).toBe(header);
  });
});
