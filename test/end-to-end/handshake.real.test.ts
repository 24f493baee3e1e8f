import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startPeer } from './peer.ts';
import { run, SOON } from './running.ts';

test('headers, query and subprotocols reach the server; the later query value of a name wins', async () => {
  const server = await startPeer();
  const running = await run(
    {
      sources: [
        {
          name: 'feed',
          'web-socket': {
            url: `${server.url}stream?depth=1&market=all`,
            headers: { 'X-Client': 'end to end', 'X-Region': `\${env|REGION}` },
            query: { depth: '20', since: `\${env|SINCE||start}` },
            subprotocols: ['ticks.v2', 'ticks.v1'],
          },
        },
      ],
    },
    { env: { REGION: 'north' } },
  );
  await running.live('feed');
  const [attempt] = server.attempts;
  expect(attempt?.headers).toMatchObject({
    'x-client': 'end to end',
    'x-region': 'north',
    'sec-websocket-protocol': 'ticks.v2,ticks.v1',
  });
  const { pathname, searchParams } = new URL(attempt?.target ?? '', server.url);
  expect(pathname).toBe('/stream');
  expect([...searchParams]).toEqual([
    ['market', 'all'],
    ['depth', '20'],
    ['since', 'start'],
  ]);
});

test('basic credentials reach the server, and neither its status nor the logs tell them', async () => {
  const server = await startPeer({ greet: (socket, index) => index === 0 && socket.close(4000, 'no, open sesame') });
  const running = await run(
    {
      sources: [
        {
          name: 'feed',
          'web-socket': {
            url: server.url,
            auth: { basic: { username: 'ali', password: `\${secret|CAVE}` } },
            reconnect: SOON,
          },
        },
      ],
    },
    { env: { HAWSER_SECRET_CAVE: 'open sesame' } },
  );
  await running.live('feed', 1);
  const credentials = Buffer.from('ali:open sesame').toString('base64');
  expect(server.attempts.map(({ headers }) => headers.authorization)).toEqual(
    Array.from({ length: 2 }, () => `Basic ${credentials}`),
  );
  const told = JSON.stringify([running.supervisor.status, running.logs]);
  expect(told).toContain('the peer closed with 4000: no, (hidden)');
  expect(told).not.toContain('open sesame');
  expect(told).not.toContain(credentials);
});

test('a bearer token is read again for each attempt, so that a rotated one is used by the next', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'token-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'token');
  await writeFile(path, 'first-token\n');
  const server = await startPeer();
  const running = await run({
    sources: [
      {
        name: 'feed',
        'web-socket': { url: server.url, auth: { 'bearer-token': `\${file|${path}}` }, reconnect: SOON },
      },
    ],
  });
  const connection = await server.connection(0);
  await writeFile(path, 'second-token\n');
  connection.close(1001);
  await running.live('feed', 1);
  expect(server.attempts.map(({ headers }) => headers.authorization)).toEqual([
    'Bearer first-token',
    'Bearer second-token',
  ]);
});

test('an attempt whose token cannot be read fails with that cause, and the next one reads it again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'token-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'token');
  const server = await startPeer();
  const running = await run({
    sources: [
      {
        name: 'feed',
        'web-socket': { url: server.url, auth: { 'bearer-token': `\${file|${path}}` }, reconnect: SOON },
      },
    ],
  });
  const { cause } = await running.connection('feed', ({ state }) => state === 'waiting');
  expect(cause?.detail.kind).toBe('preparation');
  expect(cause?.message).toContain(path);
  await writeFile(path, 'late-token');
  await running.live('feed');
  expect(server.attempts.map(({ headers }) => headers.authorization)).toEqual(['Bearer late-token']);
});
