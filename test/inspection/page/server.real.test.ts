import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { NetworkError, UsageError } from '../../../src/errors.ts';
import { openPageServer } from '../../../src/inspection/page/server.ts';
import { portOf } from '../../transport/raw-peer.ts';
import { ask, openPage, openStream, TestRecorder, textUntilEnd } from './page-bench.ts';

const logger = { warn: () => {} };

test('the page is where its url says', async () => {
  const { server, token } = await openPage();
  expect(server.url).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:\\d+/${token}/$`));
});

test('the page of this package is found', async () => {
  const server = await openPageServer({ port: 0, recorder: new TestRecorder(), logger });
  const { port, pathname } = new URL(server.url);
  const { headers } = await ask(Number(port), `${pathname}charts/connection.svg`);
  await server.close();
  expect(headers['content-type']).toBe('image/svg+xml; charset=utf-8');
});

test('a port that is taken is named, with what to do', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const port = portOf(other);
  const error = await openPageServer({ port, recorder: new TestRecorder(), logger }).catch((error: unknown) => error);
  await new Promise((resolve) => other.close(resolve));
  expect({ error, network: error instanceof NetworkError }).toMatchObject({
    error: {
      message: `inspector: 127.0.0.1:${port} is taken (EADDRINUSE): choose another port, or 0 for any free one`,
    },
    network: true,
  });
});

test('a server that has nothing to show is not opened', async () => {
  await expect(openPageServer({ port: 0, logger })).rejects.toThrow(UsageError);
});

test('connections beyond the limit are ended and counted', async () => {
  const { port, server, warnings } = await openPage({}, { connections: 2 });
  const streams = [await openStream(port), await openStream(port)];
  await textUntilEnd(await openStream(port));
  expect({ count: server.counts.connections, open: streams.map(({ closed }) => closed), warnings }).toEqual({
    count: 1,
    open: [false, false],
    warnings: [expect.stringContaining('a connection was refused')],
  });
});

test.each([
  ['no request', ''],
  ['half a request', 'GET / HTTP/1.1\r\nHost:'],
])('a connection that sends %s is ended after a while', async (_, text) => {
  const { port } = await openPage({}, { request: 100 });
  await expect(textUntilEnd(await openStream(port, text))).resolves.toMatch(/^HTTP\/1.1 4/);
});

test('a connection that keeps back the body of its request is ended after a while', async () => {
  const { port, token } = await openPage({}, { request: 100 });
  const head = `POST /${token}/stop HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 9\r\n\r\n`;
  await expect(textUntilEnd(await openStream(port, head))).resolves.toMatch(/^HTTP\/1.1 403 /);
});

test('what is no HTTP is answered 400, and others go on', async () => {
  const { port, token } = await openPage();
  const text = await textUntilEnd(await openStream(port, '\x16\x03\x01\r\n\r\n'));
  const { status } = await ask(port, `/${token}/session`);
  expect({ refused: text.slice(0, 12), status }).toEqual({ refused: 'HTTP/1.1 400', status: 200 });
});

test('a close ends connections that have sent nothing, and takes no others', async () => {
  const { port, server } = await openPage({}, { closing: 50 });
  const ended = textUntilEnd(await openStream(port));
  await server.close();
  await ended;
  await expect(ask(port, '/')).rejects.toThrow('ECONNREFUSED');
});

test('a close ends a connection that is kept alive', async () => {
  const { port, token, server } = await openPage();
  const stream = await openStream(port, `GET /${token}/session HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
  await new Promise((resolve) => stream.once('data', resolve));
  const ended = textUntilEnd(stream);
  await server.close();
  await expect(ended).resolves.toBe('');
});

test('a second close waits for the first, and is harmless after it', async () => {
  const { server } = await openPage();
  const first = server.close();
  const second = server.close();
  await first;
  expect({ same: second === first, third: await server.close() }).toEqual({ same: true, third: undefined });
});
