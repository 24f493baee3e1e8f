// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { describe, expect, test } from 'vitest';
import { errorOf, lines, optionsOf, web } from './samples.ts';

const block = (...written: string[]) => optionsOf(web(...written)).sources[0]?.options;

describe('the handshake of a connection', () => {
  test('may have headers and a query among its credentials', () => {
    expect(
      block('auth: { headers: { X-Key: "${secret|K}" }, query: { token: "${env|T}" }, bearer-token: a }'),
    ).toMatchObject({
      auth: { headers: { 'X-Key': '${secret|K}' }, query: { token: '${env|T}' }, 'bearer-token': 'a' },
    });
  });

  test('may present a certificate', () => {
    expect(block('tls: { client-certificate: /c.pem, client-key: "${secret|KEY}" }')).toMatchObject({
      tls: { 'client-certificate': '/c.pem', 'client-key': '${secret|KEY}', 'insecure-skip-verify': false },
    });
  });

  test('may take any certificate', () => {
    expect(block('tls: { insecure-skip-verify: true }')).toMatchObject({ tls: { 'insecure-skip-verify': true } });
  });

  test.each(['http://u:${secret|P}@proxy:8080', 'https://proxy/', '${env|PROXY}', 'http://${env|PROXY}:3128'])(
    'may go through the proxy %s',
    (proxy) => {
      expect(block(`proxy: "${proxy}"`)).toMatchObject({ proxy });
    },
  );
});

describe('what a handshake cannot have is refused', () => {
  test.each<[string, string]>([
    [
      'auth: { headers: { "Authorization: Bearer sesame": x } }',
      '5:26 sources[0].web-socket.auth.headers["Authorization…"]: is not the name of a header, expected letters, digits and !#$%&\'*+-.^_`|~',
    ],
    [
      'auth: { headers: { Upgrade: x } }',
      '5:26 sources[0].web-socket.auth.headers.Upgrade: is set by the handshake itself',
    ],
    ['auth: { query: { a: 5 } }', '5:27 sources[0].web-socket.auth.query.a: (hidden) (a number) is not text'],
    [
      'auth: { bearer-token: a, basic: { username: u, password: p }, headers: {} }',
      '5:13 sources[0].web-socket.auth: holds both bearer-token and basic, expected one of them',
    ],
    [
      'tls: { client-certificate: a }',
      '5:14 sources[0].web-socket.tls.client-certificate: is given without client-key, expected both',
    ],
    [
      'tls: { client-key: sesame }',
      '5:14 sources[0].web-socket.tls.client-key: is given without client-certificate, expected both',
    ],
    [
      'tls: { insecure-skip-verify: "yes" }',
      '5:36 sources[0].web-socket.tls.insecure-skip-verify: "yes" is not true or false',
    ],
    ['proxy: "ftp://h/"', '5:14 sources[0].web-socket.proxy: (hidden) is not an http:// or https:// url'],
    ['proxy: "proxy:8080"', '5:14 sources[0].web-socket.proxy: (hidden) is not an http:// or https:// url'],
    ['proxy: 5', '5:14 sources[0].web-socket.proxy: (hidden) (a number) is not an http:// or https:// url'],
    ['proxy: "http://:80"', '5:14 sources[0].web-socket.proxy: (hidden) has no host'],
    ['proxy: "http://h:99999"', '5:14 sources[0].web-socket.proxy: (hidden) has a port above 65535'],
    ['proxy: "${field}"', '5:14 sources[0].web-socket.proxy: ${field} reads an event, and there is none here'],
  ])('%s', (option, line) => {
    expect(lines(web(option))).toEqual([`ticks.yaml:${line}`]);
  });

  test.each([
    'proxy: "ftp://me:sesame@h/"',
    'proxy: "me:sesame@h:80"',
    'proxy: "http://me:sesame@h:99999"',
    'proxy: ["http://me:sesame@h"]',
    'tls: { client-key: [sesame], client-certificate: a }',
    'auth: { headers: [sesame], query: sesame }',
    'client-key: sesame',
  ])('without the credential of %s', (option) => {
    const { message, problems } = errorOf(web(option));
    expect(message).not.toContain('sesame');
    expect(JSON.stringify(problems)).not.toContain('sesame');
  });
});
