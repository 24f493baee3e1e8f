import { describe, expect, test } from 'vitest';
import { environmentProxy, proxyUrl } from '../../src/transport/proxy.ts';

const PROXY = 'http://proxy.example:3128/';

function find(url: string, env: Readonly<Record<string, string>>): string | undefined {
  return environmentProxy(new URL(url), (name) => env[name]);
}

describe('the proxy that the environment names', () => {
  test.each([
    ['ws://feed/', 'http_proxy'],
    ['ws://feed/', 'HTTP_PROXY'],
    ['wss://feed/', 'https_proxy'],
    ['wss://feed/', 'HTTPS_PROXY'],
    ['ws://feed/', 'all_proxy'],
    ['wss://feed/', 'ALL_PROXY'],
  ])('for %s may stand in %s', (url, name) => {
    expect(find(url, { [name]: PROXY })).toBe(PROXY);
  });

  test.each([
    ['ws://feed/', 'https_proxy'],
    ['wss://feed/', 'http_proxy'],
  ])('for %s is not that of %s', (url, name) => {
    expect(find(url, { [name]: PROXY })).toBeUndefined();
  });

  test.each([
    [{ https_proxy: PROXY, HTTPS_PROXY: 'http://other/' }],
    [{ https_proxy: PROXY, all_proxy: 'http://other/' }],
    [{ HTTPS_PROXY: PROXY, all_proxy: 'http://other/' }],
    [{ https_proxy: '', HTTPS_PROXY: PROXY }],
  ])('is the first of lower case, upper case and all_proxy that is set: %j', (env) => {
    expect(find('wss://feed/', env)).toBe(PROXY);
  });

  test('is none without a variable', () => {
    expect(find('wss://feed/', { no_proxy: '' })).toBeUndefined();
  });

  test('of another kind is refused by the name of its variable, and its password is not told', () => {
    expect(() => find('wss://feed/', { ALL_PROXY: 'socks5://me:open-sesame@proxy/' })).toThrow(
      new TypeError('ALL_PROXY is not the http:// or https:// url of a proxy'),
    );
  });
});

describe('no_proxy', () => {
  const through = (url: string, exceptions: string) =>
    find(url, { all_proxy: PROXY, no_proxy: exceptions }) !== undefined;

  test.each([
    ['wss://feed.example/', 'feed.example'],
    ['wss://Feed.example/', 'FEED.EXAMPLE'],
    ['wss://feed.example/', 'other, feed.example'],
    ['wss://feed.example/', 'other feed.example'],
    ['wss://feed.example/', '.example'],
    ['wss://a.feed.example/', '*.feed.example'],
    ['wss://feed.example/', '*'],
    ['wss://feed.example/', 'feed.example:443'],
    ['ws://feed.example/', 'feed.example:80'],
    ['ws://feed.example:8080/', '.example:8080'],
    ['ws://127.0.0.1:8080/', '127.0.0.1'],
    ['ws://[::1]:8080/', '::1'],
    ['ws://[::1]:8080/', '[::1]:8080'],
  ])('lets %s be dialled directly: %s', (url, exceptions) => {
    expect(through(url, exceptions)).toBe(false);
  });

  test.each([
    ['wss://feed.example/', 'example'],
    ['wss://a.feed.example/', 'feed.example'],
    ['wss://badfeed.example/', '.feed.example'],
    ['wss://feed.example/', '.feed.example'],
    ['wss://feed.example/', 'feed.example:80'],
    ['wss://feed.example:444/', 'feed.example:443'],
    ['wss://feed.example/', ' , '],
  ])('does not name %s: %s', (url, exceptions) => {
    expect(through(url, exceptions)).toBe(true);
  });

  test('is read in upper case where there is no lower case', () => {
    expect(find('wss://feed/', { all_proxy: PROXY, NO_PROXY: 'feed' })).toBeUndefined();
    expect(find('wss://feed/', { all_proxy: PROXY, no_proxy: 'other', NO_PROXY: 'feed' })).toBe(PROXY);
  });
});

describe('a proxy', () => {
  test.each([
    ['proxy.example:3128', 'http://proxy.example:3128/'],
    ['localhost:3128', 'http://localhost:3128/'],
    ['https://me:p%40ss@proxy.example', 'https://me:p%40ss@proxy.example/'],
  ])('may be written %s', (text, url) => {
    expect(proxyUrl(text, 'proxy')).toBe(url);
  });

  test.each(['socks5://proxy', 'http://', 'proxy:port', 'a b'])('may not be written %s', (text) => {
    expect(() => proxyUrl(text, 'proxy')).toThrow('proxy is not the http:// or https:// url of a proxy');
  });
});
