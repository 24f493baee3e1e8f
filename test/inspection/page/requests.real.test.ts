import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { type Ask, ask, openPage, openStream, type Page, textUntilEnd } from './page-bench.ts';

/** Of this machine, without the one that is listened on; not those that need the name of an interface. */
function otherAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address }) => address)
    .filter((address) => address !== '127.0.0.1' && !address.startsWith('fe80:'));
}

describe('a page', () => {
  async function refusal({ port, token, server, warnings }: Page, options: Ask, path = `/${token}/session`) {
    const { status, body } = await ask(port, path, options);
    return { status, body, counts: server.counts, warnings: warnings.join() };
  }

  test.each<[string, (port: number) => Record<string, string>, string]>([
    ['under another name', (port) => ({ host: `evil.example:${port}` }), 'host'],
    ['under another port', () => ({ host: '127.0.0.1:1' }), 'host'],
    ['for a page of another origin', () => ({ origin: 'http://evil.example' }), 'origin'],
    ['for a page without an origin', () => ({ origin: 'null' }), 'origin'],
    ['for a page of another port', () => ({ origin: 'http://127.0.0.1:1' }), 'origin'],
    ['for another site', () => ({ 'sec-fetch-site': 'cross-site' }), 'site'],
  ])('is refused %s with 403, which is counted and warned of', async (_, headers, kind) => {
    const page = await openPage();
    const { status, counts, warnings } = await refusal(page, { headers: headers(page.port) });
    expect({ status, count: counts, warnings }).toEqual({
      status: 403,
      count: { ...counts, [kind]: 1 },
      warnings: expect.stringContaining('inspector: a request was refused: it'),
    });
  });

  test('is refused under two names', async () => {
    const { port, token } = await openPage();
    const head = `GET /${token}/session HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nHost: evil.example\r\n\r\n`;
    expect(await textUntilEnd(await openStream(port, head))).toMatch(/^HTTP\/1.1 403 /);
  });

  test('is refused under no name', async () => {
    const { port, token } = await openPage();
    expect(await textUntilEnd(await openStream(port, `GET /${token}/session HTTP/1.0\r\n\r\n`))).toMatch(
      /^HTTP\/1.1 403 /,
    );
  });

  test('is answered under the name localhost', async () => {
    const { port, token } = await openPage();
    const { status } = await ask(port, `/${token}/session`, { headers: { host: `localhost:${port}` } });
    expect(status).toBe(200);
  });

  test.each<[string, (token: string) => string]>([
    ['no token', () => '/session'],
    ['another token', (token) => `/${'x'.repeat(token.length)}/session`],
    ['the beginning of the token', (token) => `/${token.slice(0, -1)}/session`],
    ['the token and more', (token) => `/${token}x/session`],
    ['dot segments before the token', (token) => `/x/../${token}/session`],
  ])('with %s is answered 404 without a word', async (_, path) => {
    const page = await openPage();
    const { status, body, counts } = await refusal(page, {}, path(page.token));
    expect({ status, body, count: counts.token }).toEqual({ status: 404, body: '', count: 1 });
  });

  test('warns of the first refusal of a kind, and counts all', async () => {
    const { port, server, warnings } = await openPage();
    for (const path of ['/a', '/b', '/c']) await ask(port, path);
    expect({ count: server.counts.token, warnings: warnings.length }).toEqual({ count: 3, warnings: 1 });
  });

  test('says its token in no warning', async () => {
    const { port, token, warnings } = await openPage();
    const headers = { host: token, origin: token };
    await ask(port, `/${token}/x`, { headers });
    await ask(port, `/x${token}`);
    await ask(port, `/${token}/x`, { headers: { origin: token } });
    expect({ told: warnings.length, leaks: warnings.filter((warning) => warning.includes(token)) }).toEqual({
      told: 3,
      leaks: [],
    });
  });

  test('has another token each time', async () => {
    const tokens = [await openPage(), await openPage()].map(({ token }) => token);
    expect({ different: tokens[0] !== tokens[1], long: tokens.every((token) => /^[\w-]{24}$/.test(token)) }).toEqual({
      different: true,
      long: true,
    });
  });

  test('says nothing of the icon that browsers ask for unbidden', async () => {
    const { port, warnings } = await openPage();
    const { status } = await ask(port, '/favicon.ico');
    expect({ status, warnings }).toEqual({ status: 404, warnings: [] });
  });

  test('is to be had on 127.0.0.1 alone', async () => {
    const { port } = await openPage();
    const connects = (host: string) =>
      new Promise<string>((resolve) => {
        const stream = connect({ host, port });
        stream.once('connect', () => resolve(`connected to ${host}`)).once('error', () => resolve('refused'));
        stream.once('connect', () => stream.destroy());
      });
    const outcomes = await Promise.all(otherAddresses().map(connects));
    expect(outcomes.filter((outcome) => outcome !== 'refused')).toEqual([]);
  });

  test('is refused to a client that comes from another address than the loopback', async () => {
    const { port, token } = await openPage();
    const outside = otherAddresses().filter((address) => /^\d+\./.test(address));
    const answers = await Promise.all(
      outside.map((localAddress) => ask(port, `/${token}/session`, { localAddress }).then(({ status }) => status)),
    );
    expect(answers).toEqual(outside.map(() => 403));
  });
});

describe('an answer', () => {
  const POLICY =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  test.each([
    ['that is given', '/session'],
    ['of a feed', '/feed'],
    ['of what is not there', '/nothing'],
    ['that is refused', undefined],
  ])('%s lets nothing in that is not the page’s own, and nothing out', async (_, path) => {
    const { port, token } = await openPage();
    const { headers } = await ask(port, path === undefined ? '/' : `/${token}${path}`, { method: 'HEAD' });
    expect(headers).toMatchObject({
      'content-security-policy': POLICY,
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
  });

  test('to the token without a slash leads to the page', async () => {
    const { port, token } = await openPage();
    const { status, headers } = await ask(port, `/${token}`);
    expect({ status, location: headers.location }).toEqual({ status: 308, location: `/${token}/` });
  });

  test.each([
    ['PUT', '/session', 'GET, HEAD'],
    ['POST', '/session', 'GET, HEAD'],
    ['OPTIONS', '/feed', 'GET, HEAD'],
    ['GET', '/stop', 'POST'],
    ['HEAD', '/reconnect', 'POST'],
  ])('to %s %s is 405 and says what is allowed', async (method, path, allow) => {
    const { port, token } = await openPage();
    const { status, headers } = await ask(port, `/${token}${path}`, { method });
    expect({ status, allow: headers.allow }).toEqual({ status: 405, allow });
  });

  test('says what the page looks at', async () => {
    const { port, token } = await openPage();
    const { headers, body } = await ask(port, `/${token}/session`);
    expect({ type: headers['content-type'], session: JSON.parse(body) }).toEqual({
      type: 'application/json',
      session: {
        mode: 'live',
        control: false,
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
        title: `process ${process.pid}`,
      },
    });
  });
});

describe('the body of a request', () => {
  test('that says to be too large is refused, and nothing is done', async () => {
    let stops = 0;
    const { port, token, server } = await openPage({ control: { reconnect: () => true, stop: () => (stops += 1) } });
    const head = `POST /${token}/stop HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 1025\r\n\r\n`;
    const text = await textUntilEnd(await openStream(port, head));
    expect({ status: text.slice(0, 12), stops, count: server.counts.body }).toEqual({
      status: 'HTTP/1.1 413',
      stops: 0,
      count: 1,
    });
  });

  test('that turns out to be too large is not read to its end', async () => {
    const { port, token } = await openPage();
    const head = `POST /${token}/stop HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const stream = await openStream(port, head);
    const size = 64 * 1024 * 1024;
    const fault = await new Promise((resolve) => {
      stream.write(Buffer.alloc(size + 11, `${size.toString(16)}\r\n${'x'.repeat(1024)}`), resolve);
    });
    expect(fault).toBeInstanceOf(Error);
  });

  test('that turns out to be too large is counted once', async () => {
    const { port, token, server } = await openPage();
    const head = `POST /${token}/stop HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const stream = await openStream(port, head + `401\r\n${'x'.repeat(1025)}\r\n`.repeat(3));
    await textUntilEnd(stream);
    expect(server.counts.body).toBe(1);
  });

  test('is not looked at', async () => {
    const asked: string[] = [];
    const control = { reconnect: (component: string) => asked.push(component) > 0, stop: () => {} };
    const { port, token } = await openPage({ control });
    const { status } = await ask(port, `/${token}/reconnect?component=a`, { method: 'POST', body: 'component=b' });
    expect({ status, asked }).toEqual({ status: 204, asked: ['a'] });
  });
});
