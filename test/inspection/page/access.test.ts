import { describe, expect, test } from 'vitest';
import { judge, type RequestParts } from '../../../src/inspection/page/access.ts';

const TOKEN = 'aB3-_xYz';
const OWN: RequestParts = {
  target: `/${TOKEN}/session`,
  host: '127.0.0.1:4000',
  origin: undefined,
  fetchSite: undefined,
  remoteAddress: '127.0.0.1',
};

function verdict(parts: Partial<RequestParts>, port = 4000) {
  return judge({ ...OWN, ...parts }, { port, token: TOKEN });
}

describe('a request is admitted', () => {
  test.each<[string, Partial<RequestParts>]>([
    ['of a program that sends nothing but the host', {}],
    ['under the name localhost', { host: 'localhost:4000' }],
    ['whatever the case of the host', { host: 'LocalHost:4000' }],
    ['of the page itself', { origin: 'http://127.0.0.1:4000', fetchSite: 'same-origin' }],
    [
      'of the page under the name localhost',
      { host: 'localhost:4000', origin: 'http://localhost:4000', fetchSite: 'same-origin' },
    ],
    ['of the address bar', { fetchSite: 'none' }],
    ['of any address of the loopback', { remoteAddress: '127.0.0.9' }],
    ['of a socket that writes IPv4 as IPv6', { remoteAddress: '::ffff:127.0.0.1' }],
  ])('%s', (_, parts) => {
    expect(verdict(parts)).toEqual({ admitted: true, path: '/session', query: '' });
  });

  test('on port 80 also without the port, which browsers leave out there', () => {
    expect(verdict({ host: '127.0.0.1', origin: 'http://127.0.0.1' }, 80)).toMatchObject({ admitted: true });
  });
});

describe('a request is refused with 403', () => {
  test.each<[string, Partial<RequestParts>, string]>([
    ['of another machine', { remoteAddress: '192.0.2.7' }, 'address'],
    ['of an address that only begins like the loopback', { remoteAddress: '127.0.0.1.example' }, 'address'],
    ['of nobody knows where', { remoteAddress: undefined }, 'address'],
    ['under another name', { host: 'evil.example:4000' }, 'host'],
    ['under another port', { host: '127.0.0.1:4001' }, 'host'],
    ['without the port', { host: '127.0.0.1' }, 'host'],
    ['under two names', { host: '127.0.0.1:4000,evil.example' }, 'host'],
    ['under no name', { host: undefined }, 'host'],
    ['of another origin', { origin: 'http://evil.example' }, 'origin'],
    ['of another port of this machine', { origin: 'http://127.0.0.1:4001' }, 'origin'],
    ['of the same address over TLS', { origin: 'https://127.0.0.1:4000' }, 'origin'],
    ['of the other name of this machine', { origin: 'http://localhost:4000' }, 'origin'],
    ['of an origin that is not told', { origin: 'null' }, 'origin'],
    ['of a page of another site', { fetchSite: 'cross-site' }, 'site'],
  ])('%s', (_, parts, reason) => {
    expect(verdict(parts)).toMatchObject({ admitted: false, status: 403, reason });
  });
});

describe('a request is answered 404, without a word,', () => {
  test.each([
    ['without a token', '/'],
    ['with a shorter token', '/aB3-_xY/session'],
    ['with a token that begins as ours', '/aB3-_xYzz/session'],
    ['with a token of the same length', '/aB3-_xYy/session'],
    ['with the token in another case', '/AB3-_XYZ/session'],
    ['with the token behind something', '//aB3-_xYz/session'],
    ['with the token encoded', '/%61B3-_xYz/session'],
    ['with the token behind dot segments', '/x/../aB3-_xYz/session'],
    ['with a whole URL as its target', `http://127.0.0.1:4000/${TOKEN}/session`],
    ['with the token as query', `/?${TOKEN}`],
    ['with nothing', ''],
    ['with letters that are longer as UTF-8', '/aB3-_xY\u00ff/session'],
  ])('%s', (_, target) => {
    expect(verdict({ target })).toEqual({ admitted: false, status: 404, reason: 'token', text: '' });
  });
});

test('the icon that browsers ask for unbidden is not there, which is no attempt to be told of', () => {
  expect(verdict({ target: '/favicon.ico' })).toMatchObject({ status: 404, reason: undefined });
});

test.each([
  ['', '', ''],
  ['/', '/', ''],
  ['/a?b=c', '/a', 'b=c'],
  ['/a?b=c?d', '/a', 'b=c?d'],
  ['?b', '', 'b'],
  ['/../x', '/../x', ''],
  ['/%2e%2e/x', '/%2e%2e/x', ''],
])('behind the token, %j is the path %j and the query %j, nothing of it decoded', (rest, path, query) => {
  expect(verdict({ target: `/${TOKEN}${rest}` })).toEqual({ admitted: true, path, query });
});

test('of a refusal neither the text nor the reason holds the token', () => {
  const texts = [{ host: TOKEN }, { origin: TOKEN }, { fetchSite: 'cross-site' }, { remoteAddress: TOKEN }].map(
    (parts) => JSON.stringify(verdict(parts)),
  );
  expect(texts.filter((text) => text.includes(TOKEN))).toEqual([]);
});
