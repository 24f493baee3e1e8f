import { describe, expect, test } from 'vitest';
import { documentAttributes, endsDocument, markDocument } from '../../src/messages/document.ts';
import { Message } from '../../src/messages/message.ts';

const placed = (index: number, end: boolean) =>
  new Message('feed', 'e1', 7, 0, '{}', 'json', documentAttributes('e1/5', index, end));

describe('the place of an event in its document', () => {
  test('is written as text', () => {
    expect(documentAttributes('e1/5', 2, false)).toEqual({
      'document.id': 'e1/5',
      'document.index': '2',
      'document.end': 'false',
    });
  });

  test('tells the last one', () => {
    expect([endsDocument(placed(1, false)), endsDocument(placed(2, true))]).toEqual([false, true]);
  });

  test('is no end without a document', () => {
    expect(endsDocument(new Message('feed', 'e1', 7, 0, '{}'))).toBe(false);
  });
});

describe('the marker of a document', () => {
  const MARKER = '"_document":{"id":"e1/5","index":2,"end":true}';

  test.each([
    ['{"a":1}', `{"a":1,${MARKER}}`],
    [' {"a":1}\n', `{"a":1,${MARKER}}`],
    ['{ }', `{${MARKER}}`],
    ['{"id":12345678901234567890}', `{"id":12345678901234567890,${MARKER}}`],
  ])('is a field behind those of %j', (json, marked) => {
    expect(markDocument(placed(2, true), json)).toBe(marked);
    expect(markDocument(placed(2, true), Buffer.from(json))).toBe(marked);
  });

  test('takes the place of a field of that name', () => {
    const marked = markDocument(placed(2, true), '{"_document":"mine","a":1}').toString();
    expect(marked).toBe(`{${MARKER},"a":1}`);
  });

  test('leaves the digits of the fields around it alone', () => {
    const marked = markDocument(placed(2, true), '{"_document":"mine","id":12345678901234567890,"price":1.10}');
    expect(marked).toBe(`{${MARKER},"id":12345678901234567890,"price":1.10}`);
  });

  test.each(['[1]', '"text"', '12'])('does not touch %s', (json) => {
    expect(markDocument(placed(2, true), json)).toBe(json);
  });

  test('does not touch an event without a document', () => {
    expect(markDocument(new Message('feed', 'e1', 7, 0, '{}'), '{"a":1}')).toBe('{"a":1}');
  });
});
