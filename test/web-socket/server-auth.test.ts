import { describe, expect, test } from 'vitest';
import type { UpgradeRequest } from '../../src/environment.ts';
import { World } from '../supervision/world.ts';
import { call, FEED, outputSink } from './callers.ts';

type Auth = NonNullable<Parameters<typeof outputSink>[0]>['auth'];

async function createGuarded(auth: Auth, env: Record<string, string> = {}) {
  const world = new World();
  Object.assign(world.env, env);
  const pipeline = world.add([FEED], [outputSink({ auth })]);
  const statuses: string[] = [];
  world.supervisor.status$.subscribe((status) => statuses.push(JSON.stringify(status)));
  await world.start();
  const present = async (authorization?: string) => {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    const { open, loss } = await call(world, '/', { headers });
    return open ? 'open' : loss?.kind === 'status' ? loss.status : loss;
  };
  return { world, present, statuses, endpoint: () => pipeline.sink('out').status.endpoint };
}

function basic(text: string): string {
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

describe('server.auth.bearer-tokens', () => {
  test('lets in who presents one of them', async () => {
    const { present } = await createGuarded({ 'bearer-tokens': ['sesame', 'open'] });
    expect([await present('Bearer sesame'), await present('bearer open')]).toEqual(['open', 'open']);
  });

  test.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer sesam',
    'Bearer sesame2',
    'Bearer SESAME',
    'sesame',
    basic('sesame:'),
  ])('answers 401 to %j', async (authorization) => {
    const { present, endpoint } = await createGuarded({ 'bearer-tokens': ['sesame'] });
    expect([await present(authorization), endpoint()]).toMatchObject([401, { accepted: 0, refused: { auth: 1 } }]);
  });

  test('are read again for each peer, so that a rotated token holds at once', async () => {
    const { world, present } = await createGuarded(
      { 'bearer-tokens': [`\${secret|TOKEN}`] },
      { HAWSER_SECRET_TOKEN: 'old' },
    );
    expect(await present('Bearer old')).toBe('open');
    world.env.HAWSER_SECRET_TOKEN = 'new';
    expect([await present('Bearer old'), await present('Bearer new')]).toEqual([401, 'open']);
  });

  test('that cannot be resolved let nobody in, and the others still do', async () => {
    const { present } = await createGuarded({ 'bearer-tokens': [`\${secret|MISSING}`, 'sesame'] });
    expect([await present('Bearer '), await present('Bearer undefined'), await present('Bearer sesame')]).toEqual([
      401,
      401,
      'open',
    ]);
  });
});

describe('server.auth.basic', () => {
  const auth: Auth = {
    basic: [
      { username: 'ann', password: 'pass:word' },
      { username: 'bob', password: 'ü' },
    ],
  };

  test('lets in who presents one of the users with its password', async () => {
    const { present } = await createGuarded(auth);
    expect([await present(basic('ann:pass:word')), await present(basic('bob:ü'))]).toEqual(['open', 'open']);
  });

  test.each([undefined, basic('ann:'), basic('ann:ü'), basic('bob:pass:word'), basic('ann'), 'Basic !', 'Bearer ann'])(
    'answers 401 to %j',
    async (authorization) => {
      const { present } = await createGuarded(auth);
      expect(await present(authorization)).toBe(401);
    },
  );

  test('and bearer-tokens: either is enough', async () => {
    const { present } = await createGuarded({ ...auth, 'bearer-tokens': ['sesame'] });
    expect([await present(basic('bob:ü')), await present('Bearer sesame')]).toEqual(['open', 'open']);
  });
});

describe('server.auth as a function', () => {
  test('is asked with target, headers and address, and lets in whom it says', async () => {
    const asked: UpgradeRequest[] = [];
    const { present } = await createGuarded((request) => {
      asked.push(request);
      return request.headers.authorization === 'Custom 1';
    });
    expect([await present('Custom 1'), await present('Custom 2')]).toEqual(['open', 401]);
    expect(asked[0]).toMatchObject({ target: '/', headers: { authorization: 'Custom 1' }, remoteAddress: '127.0.0.1' });
  });

  test('may answer later', async () => {
    const { world, present } = await createGuarded(
      () => new Promise((resolve) => void world.clock.setTimeout(() => resolve(true), 5)),
    );
    expect(await present()).toBe('open');
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
    ['answers false', async () => false],
  ])('that %s lets nobody in', async (_, auth) => {
    const { present } = await createGuarded(auth);
    expect(await present('Bearer x')).toBe(401);
  });
});

test('secrets of server.auth stand in no log and no status, whoever presents what', async () => {
  const secrets = ['token-c04b77', 'pass-9e1d55', 'user-77fe01'];
  const { world, present, statuses } = await createGuarded(
    { 'bearer-tokens': [`\${secret|T}`], basic: [{ username: `\${secret|U}`, password: `\${secret|P}` }] },
    { HAWSER_SECRET_T: 'token-c04b77', HAWSER_SECRET_P: 'pass-9e1d55', HAWSER_SECRET_U: 'user-77fe01' },
  );
  const pair = 'user-77fe01:pass-9e1d55';
  await present('Bearer token-c04b77');
  await present('Bearer token-c04b77x');
  await present(basic(pair));
  await world.stop();
  const shown = [...world.log, ...statuses, JSON.stringify(world.supervisor.status)].join('\n');
  const encoded = Buffer.from(pair).toString('base64');
  expect([...secrets, encoded].filter((secret) => shown.includes(secret))).toEqual([]);
  expect(shown).toContain('listening');
});
