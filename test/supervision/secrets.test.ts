import { describe, expect, test } from 'vitest';
import { type Server, World } from './world.ts';

const SECRETS = {
  header: 'header-7f3a9c',
  query: 'query 51d2&e8',
  token: 'token-c04b77',
  password: 'pass/word-9e1d',
  request: 'request-a81f02',
  literal: 'literal-33bc5e',
} as const;

/** The placeholder that a config has for it. */
function secret(name: string): string {
  return `\${secret|${name}}`;
}

const OPTIONS = {
  headers: { 'x-key': secret('header'), 'x-literal': SECRETS.literal },
  query: { key: secret('query') },
  requests: { login: secret('request') },
} as const;

const AUTH = [
  { 'bearer-token': secret('token') },
  { basic: { username: 'me', password: secret('password') } },
] as const;

/** What a peer may send back of what it was sent. */
function echo(server: Server): string {
  const { headers, target } = server.peer.handshake;
  const basic = Buffer.from(String(headers.authorization).replace('Basic ', ''), 'base64').toString();
  const [scheme, credentials] = String(headers.authorization).split(' ');
  return [headers['x-key'], headers['x-literal'], scheme, '=', credentials, basic, target, ...server.received].join(
    ' ',
  );
}

async function createWorld(auth: (typeof AUTH)[number]) {
  const world = new World();
  for (const [name, value] of Object.entries(SECRETS)) world.env[`HAWSER_SECRET_${name}`] = value;
  const server = await world.server('upstream');
  const url = `ws://user:${SECRETS.literal}@upstream/?inline=${SECRETS.literal}`;
  world.add([{ name: 'exchange', 'web-socket': { url, ...OPTIONS, auth } }]);
  const shown: string[] = [];
  world.supervisor.status$.subscribe((status) => shown.push(JSON.stringify(status)));
  const history = () => JSON.stringify(world.supervisor.history('ticks/exchange'));
  return { world, server, shown, history };
}

/** Parts of secrets in a text, as they stand and as a URL or Base64 writes them. */
function found(text: string): string[] {
  const values = Object.values(SECRETS).flatMap((value) => [
    value,
    encodeURIComponent(value),
    Buffer.from(value).toString('base64').replace(/=+$/, ''),
    Buffer.from(`me:${SECRETS.password}`).toString('base64'),
  ]);
  return values.filter((value) => text.includes(value));
}

describe.each(AUTH)('secrets of a handshake with %j', (auth) => {
  test('reach the peer', async () => {
    const { world, server } = await createWorld(auth);
    await world.start();
    expect(found(echo(server)).length).toBeGreaterThanOrEqual(5);
  });

  test('stand in no log line, status, history or outcome when the peer echoes them as it closes', async () => {
    const { world, server, shown, history } = await createWorld(auth);
    await world.start();
    for (const part of echo(server).match(/.{1,100}/g) ?? []) {
      server.peer.socket.close(4000, part);
      await world.clock.advance(20_000);
    }
    server.peer.socket.close(1003, echo(server).slice(0, 100));
    const outcome = await world.during(world.supervisor.done);
    expect(outcome.failures).toHaveLength(1);
    expect(found([...world.log, ...shown, history(), JSON.stringify(outcome)].join('\n'))).toEqual([]);
  });

  test('stand in none when the peer names them in its answer', async () => {
    const { world, server, shown, history } = await createWorld(auth);
    const location = `wss://elsewhere/${SECRETS.token}?key=${encodeURIComponent(SECRETS.query)}&p=${SECRETS.header}`;
    world.network.refuse(server.address, { kind: 'status', status: 302, location });
    await world.start();
    const outcome = await world.during(world.supervisor.done);
    expect(outcome.failures.map(({ cause }) => cause.includes('302'))).toEqual([true]);
    expect(
      found([...world.log, ...shown, history(), JSON.stringify(outcome)].join('\n')).filter(isResolved(auth)),
    ).toEqual([]);
  });

  test('stand in none when the network names them', async () => {
    const { world, server, shown, history } = await createWorld(auth);
    const message = `getaddrinfo failed for ${SECRETS.header} ${encodeURIComponent(SECRETS.query)} ${SECRETS.literal}`;
    world.network.refuse(server.address, { kind: 'network', code: 'ENOTFOUND', message });
    await world.start();
    await world.clock.advance(60_000);
    await world.stop();
    expect(world.log.some((line) => line.includes('ENOTFOUND'))).toBe(true);
    expect(found([...world.log, ...shown, history()].join('\n'))).toEqual([]);
  });
});

/** A token that this connection does not use is not known to it. */
function isResolved(auth: (typeof AUTH)[number]): (value: string) => boolean {
  return (value) => 'bearer-token' in auth || value !== SECRETS.token;
}

test('a secret that is missing is named, and its connection keeps trying', async () => {
  const world = new World();
  const server = await world.server('upstream');
  const pipeline = world.add([
    { name: 'exchange', 'web-socket': { url: server.url, headers: { 'x-key': secret('missing') } } },
  ]);
  await world.start();
  const { connection } = pipeline.source('exchange').status;
  expect(connection).toMatchObject({ state: 'waiting', cause: { detail: { kind: 'preparation' } } });
  expect(connection?.cause?.message).toContain('missing');
  world.env.HAWSER_SECRET_missing = 'found';
  await world.clock.advance(10_000);
  expect(server.peer.handshake.headers['x-key']).toBe('found');
});
