import { describe, expect, test } from 'vitest';
import { contextOf, flattened, MEMBERS, membersOf } from '../../../visualizations/inspector/members.ts';
import {
  ageText,
  countedText,
  countText,
  shortPath,
  shortText,
  spanText,
} from '../../../visualizations/inspector/texts.ts';

test.each([
  [870, '870 ms'],
  [59_999, '59 s'],
  [187_000, '3 m 07 s'],
  [7_500_000, '2 h 05 m'],
  [356_400_000, '4 d 03 h'],
  [-5, '0 ms'],
])('a span of %i ms is told as %s', (span, text) => {
  expect(spanText(span)).toBe(text);
});

test('an age of less than a second is now', () => {
  expect([ageText(999), ageText(1000)]).toEqual(['now', '1 s']);
});

test('the digits of a large number stay together in groups of three', () => {
  expect(countText(1234567)).toBe('1\u202f234\u202f567');
});

test.each([
  [0.44, '0.4'],
  [87, '87'],
  [12_345, '12.3k'],
  [1_234_567, '1.2M'],
])('where there is little room %d is %s', (value, text) => {
  expect(shortText(value)).toBe(text);
});

test.each([
  [1, '1 loss'],
  [21, '21 losses'],
])('%i of something has its right word: %s', (count, text) => {
  expect(countedText(count, 'loss', 'losses')).toBe(text);
});

describe('a path in a list', () => {
  test('is whole where there is room', () => {
    expect(shortPath('ticks/exchange')).toBe('ticks/exchange');
  });

  test('loses the end of its pipeline’s name first', () => {
    expect(shortPath('the-desk-in-frankfurt-am-main/order-books')).toBe('the-desk-in-…/order-books');
  });

  test('keeps a short pipeline’s name whatever follows', () => {
    const path = `ticks/${'x'.repeat(40)}`;
    expect(shortPath(path)).toBe(path);
  });
});

describe('members', () => {
  test('of members are told with dots', () => {
    expect(flattened({ settings: { peer: '1-7' }, farewell: { code: 1001, reason: '' } })).toEqual([
      ['settings.peer', '1-7'],
      ['farewell.code', '1001'],
      ['farewell.reason', '""'],
    ]);
  });

  test('of an event are told without its type', () => {
    expect(membersOf({ type: 'child.ready', id: 'sinks' })).toEqual([['id', 'sinks']]);
  });

  test.each([
    ['live', false],
    ['closing', true],
  ])('of a peer that is %s hold what it is told at its end: %s', (word, isShown) => {
    const context = { settings: { peer: '1-7' }, farewell: { code: 1001, reason: 'going away' } };
    const shown = contextOf({ machine: 'peer', word, snapshot: { status: 'active', context } });
    expect('farewell' in (shown ?? {})).toBe(isShown);
  });

  test('beyond the bound are counted', () => {
    const members = Object.fromEntries(Array.from({ length: MEMBERS + 3 }, (_, index) => [`m${index}`, index]));
    expect(flattened(members).at(-1)).toEqual(['…', '3 more']);
  });
});
