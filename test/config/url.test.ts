// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { describe, expect, test } from 'vitest';
import { shownUrl, webSocketUrl } from '../../src/config/url.ts';

describe('a url that has been filled in', () => {
  test.each([
    ['https://h/p?a=1', 'wss://h/p?a=1'],
    ['http://h', 'ws://h'],
    ['wss://h/', 'wss://h/'],
  ])('%s is dialled as %s', (url, dialled) => {
    expect(webSocketUrl(url)).toBe(dialled);
  });

  test.each(['ftp://me:sesame@h/', 'wss://me:sesame@h/#x', 'sesame', '', 'ws://', '${env|sesame}'])(
    '%s is refused without being shown',
    (url) => {
      expect(() => webSocketUrl(url)).toThrow(
        expect.objectContaining({ code: 'url', message: expect.not.stringContaining('sesame') }),
      );
    },
  );

  test('is shown without userinfo and query values', () => {
    expect(shownUrl('wss://me:sesame@h:1/p?a=sesame&b&c=1')).toBe('wss://(hidden)@h:1/p?a=(hidden)&b&c=(hidden)');
  });
});
