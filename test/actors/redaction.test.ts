// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { describe, expect, test } from 'vitest';
import { createRedaction, credentials, hideHandshake } from '../../src/actors/redaction.ts';
import { compileAnswer, compileRequest } from '../../src/config/template.ts';

function redactionOf(...values: string[]) {
  const redaction = createRedaction();
  for (const value of values) redaction.add(value);
  return redaction;
}

describe('a redaction', () => {
  test('hides each occurrence of a value', () => {
    expect(redactionOf('s3cret').redact('s3cret and s3cret')).toBe('(hidden) and (hidden)');
  });

  test('hides a value as it stands in a URL', () => {
    expect(redactionOf('a b/c?').redact('wss://host/?token=a%20b%2Fc%3F')).toBe('wss://host/?token=(hidden)');
  });

  test('hides a value that holds another one whole, whichever came first', () => {
    const shown = ['abcd', 'abcdefgh'];
    expect([
      redactionOf(...shown).redact('abcdefgh abcd'),
      redactionOf(...shown.toReversed()).redact('abcdefgh abcd'),
    ]).toEqual(['(hidden) (hidden)', '(hidden) (hidden)']);
  });

  test('hides a value as it stands in JSON', () => {
    expect(redactionOf('a "quoted" word').redact('{"echo":"a \\"quoted\\" word"}')).toBe('{"echo":"(hidden)"}');
  });

  test('hides a value as it stands in a URL with small letters', () => {
    expect(redactionOf('b/c?').redact('?token=b%2fc%3f')).toBe('?token=(hidden)');
  });

  test('hides a value as it stands in JSON of ASCII alone', () => {
    expect(redactionOf('caf\u00e9 😀').redact('{"echo":"caf\\u00e9 \\ud83d\\ude00"}')).toBe('{"echo":"(hidden)"}');
  });

  test('hides a value that no URL can hold', () => {
    const redaction = redactionOf('half \ud800 of a pair');
    expect(redaction.redact('half \ud800 of a pair and {"echo":"half \\ud800 of a pair"}')).toBe(
      '(hidden) and {"echo":"(hidden)"}',
    );
  });

  test('takes a value for text, not for a pattern', () => {
    expect(redactionOf('.*$1').redact('anything')).toBe('anything');
  });

  test('leaves values that are too short to be a secret', () => {
    expect(redactionOf('abc').redact('abc')).toBe('abc');
  });

  test('forgets what it is told to', () => {
    const redaction = redactionOf('s3cret');
    redaction.clear();
    expect(redaction.redact('s3cret')).toBe('s3cret');
  });
});

describe('the credentials of a request', () => {
  test('are the texts under names that tell', () => {
    expect(credentials('{"op":"login","seps":[",",":"],"api-key":"one","Passphrase" : "two","id":"three"}')).toEqual([
      'one',
      'two',
    ]);
  });

  test('are read as JSON writes them', () => {
    expect(credentials('{"token":"a \\"quoted\\" word"}')).toEqual(['a "quoted" word']);
  });

  test('are found in time, whatever a peer has put into it', () => {
    const filled = JSON.stringify({ nonce: 'token'.repeat(400_000), quotes: '"'.repeat(400_000), token: 'word' });
    const from = performance.now();
    expect(credentials(filled)).toEqual(['word']);
    expect(performance.now() - from).toBeLessThan(2_000);
  });
});

/** A script of one request, and one answer. */
function sending(request = '', answer = '') {
  return {
    script: [{ send: compileRequest(request), within: 1, extract: {} }],
    answers: [{ when: [], send: compileAnswer(answer) }],
  };
}

describe('the redaction of a handshake', () => {
  const base = {
    url: 'wss://me:url%20word@feed/?key=query%20word',
    headers: {
      'X-Key': 'header-word',
      Authorization: 'Bearer token-word',
      'X-Auth': 'token scheme-word',
      Cookie: 'theme=dark; session=cookie-word',
    },
    subprotocols: [],
    maxPayload: 1,
    key: 'PEM-word',
    proxy: 'http://me:proxy%20word@proxy:3128/',
  };
  const redaction = createRedaction();
  hideHandshake(
    redaction,
    { request: base, ...sending('{"op":"login","password":"login-word"}', '{"token":"answer-word","id":"${id}"}') },
    { auth: { basic: { username: 'me', password: 'basic-word' } } },
  );

  test.each([
    'url word',
    'url%20word',
    'query word',
    'query%20word',
    'header-word',
    'token-word',
    'scheme-word',
    'cookie-word',
    'PEM-word',
    'proxy word',
    'proxy%20word',
    Buffer.from('me:proxy word').toString('base64'),
    'login-word',
    'answer-word',
    'basic-word',
  ])('hides %s', (secret) => {
    expect(redaction.redact(`<${secret}>`)).toBe('<(hidden)>');
  });

  test('hides the user of a proxy without a password, which may be a token', () => {
    const other = createRedaction();
    hideHandshake(other, { request: { ...base, proxy: 'http://token%20word@proxy/' }, ...sending() }, {});
    expect(other.redact('token word')).toBe('(hidden)');
  });

  test('leaves the host of a proxy', () => {
    expect(redaction.redact('connect ECONNREFUSED proxy:3128')).toBe('connect ECONNREFUSED proxy:3128');
  });
});
