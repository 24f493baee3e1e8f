import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { searchPlace, searchValue } from '../../src/actors/frame-search.ts';
import { ReceivedValue } from '../../src/actors/received-value.ts';
import type { Condition } from '../../src/config/records.ts';
import { compileCondition } from '../../src/messages/condition.ts';

const TYPE: Condition = { pointer: '/type', equals: 'ping' };

describe('the search for a condition', () => {
  test.each([
    ['{"type":"ping"}', true],
    ['{"type":"pong"}', false],
    ['{"type":"\\u0070ing"}', true],
  ])('finds the text that a value must equal in %j: %j', (text, found) => {
    expect(searchValue(TYPE)(Buffer.from(text))).toBe(found);
  });

  test.each([
    ['{"type":"pong"}', true],
    ['{"kind":"ping"}', false],
    ['{"\\u0074ype":"pong"}', true],
  ])('finds the place where any value may be in %j: %j', (text, found) => {
    expect(searchPlace(TYPE)(Buffer.from(text))).toBe(found);
  });

  test.each([
    [{ pointer: '/data/0/id', exists: true }, '{"data":[{"no":1}]}', false],
    [{ pointer: '/data/0', exists: true }, '{"list":[1]}', false],
    [{ pointer: '/data/0', exists: true }, '{"data":[1]}', true],
  ] as const)('of %j goes by the last name, not by an index', (condition, text, found) => {
    expect(searchPlace(condition)(Buffer.from(text))).toBe(found);
  });

  test.each([
    { pointer: '/type', exists: false },
    { pointer: '', exists: true },
    { pointer: '', matches: 'ping' },
    { pointer: '/0', equals: 1 },
    { pointer: '/a~1b', equals: 1 },
    { pointer: '/a"b', equals: 1 },
    { pointer: '', equals: 'a/b' },
  ] as const)('of %j finds everything: no bytes say that it cannot hold', (condition) => {
    expect([searchValue(condition), searchPlace(condition)].map((may) => may(Buffer.from('other')))).toEqual([
      true,
      true,
    ]);
  });

  test('never passes over a frame for which the condition holds', () => {
    const key = fc.oneof(fc.constantFrom('type', 'a/b', '~', 'ä', '0', '"', '\\', '\ud800'), fc.string());
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.constantFrom(null, true, 'ping', 'a/b', ''));
    const escaped = (text: string) =>
      text.replace(/[a-z]/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16).padStart(2, '0')}`);
    const pointerOf = (keys: readonly string[]) =>
      keys.map((each) => `/${each.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
    fc.assert(
      fc.property(
        fc.array(key, { maxLength: 3 }),
        value,
        fc.constantFrom('plain', 'slash', 'escaped'),
        (keys, at, how) => {
          const whole = keys.reduceRight<unknown>((inner, each) => ({ [each]: inner }), at);
          const json = JSON.stringify(whole);
          const forms = {
            plain: json,
            slash: json.replaceAll('/', '\\/'),
            escaped: json.replace(/"[a-z ]+"/g, escaped),
          };
          const received = new ReceivedValue({ data: Buffer.from(forms[how]), binary: false });
          const condition = { pointer: pointerOf(keys), equals: at };
          if (!compileCondition(condition)(received.value)) return;
          expect([searchValue(condition)(received.data), searchPlace(condition)(received.data)]).toEqual([true, true]);
        },
      ),
    );
  });

  test('never passes over a bare text that equals what is looked for', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const received = new ReceivedValue({ data: Buffer.from(text), binary: false });
        const condition = { pointer: '', equals: text };
        if (!compileCondition(condition)(received.value)) return;
        expect(searchValue(condition)(received.data)).toBe(true);
      }),
    );
  });
});

describe('what a frame says', () => {
  const said = (text: string | Buffer, binary = false) => new ReceivedValue({ data: Buffer.from(text), binary }).value;

  test.each([
    ['{"a":1}', { a: 1 }],
    ['ping', 'ping'],
    ['"ping"', 'ping'],
    ['', ''],
    ['{"a":', '{"a":'],
  ])('of %j is its JSON, else its text', (text, value) => {
    expect(said(text)).toEqual(value);
  });

  test('of a binary frame is its JSON or nothing', () => {
    expect([said('{"a":1}', true), said('ping', true), said(Buffer.from([0xff, 0xfe]), true)]).toEqual([
      { a: 1 },
      undefined,
      undefined,
    ]);
  });
});
