import { describe, expect, test } from 'vitest';
import { packFrames } from '../../src/messages/packed-chunk.ts';
import { Broadcast } from '../../src/transport/broadcast.ts';
import { piece, said, turn } from './turns.ts';

describe('a broadcast', () => {
  test('is cut into its messages, in order', () => {
    const texts = ['', 'a'.repeat(125), 'b'.repeat(126), 'c'.repeat(65_536), 'd'];
    expect(said(turn(...texts).pieces)).toEqual(texts);
  });

  test('of packed frames is cut into its messages', () => {
    const frames = packFrames(['a', 'bc', ''].map((text) => ({ data: Buffer.from(text) })));
    expect(said(new Broadcast(frames).pieces)).toEqual(['a', 'bc', '']);
  });

  test('is cut once, however many ask', () => {
    const broadcast = turn('a', 'b');
    expect(broadcast.pieces).toBe(broadcast.pieces);
  });

  test('has pieces that together are its bytes', () => {
    const broadcast = turn('a', 'b'.repeat(200), '');
    expect(Buffer.concat(broadcast.pieces.map(({ encoded }) => encoded))).toEqual(broadcast.whole.encoded);
  });

  test('has pieces that say how long they are on the wire', () => {
    expect(turn('abc', 'd'.repeat(126)).pieces.map(({ bytes }) => bytes)).toEqual([5, 130]);
  });

  test('lends its pieces none of its memory', () => {
    const { whole, pieces } = turn('small', 'x'.repeat(100_000), 'y'.repeat(1000));
    expect(pieces.map(({ encoded }) => encoded.buffer === whole.encoded.buffer)).toEqual([false, false, false]);
  });

  test('has large pieces in memory of their own size', () => {
    const large = turn('small', 'x'.repeat(100_000)).pieces[1];
    expect(large?.encoded.buffer.byteLength).toBe(large?.bytes);
  });

  test('of one message is not copied to be a piece', () => {
    const { whole, pieces } = turn('x'.repeat(100_000));
    expect(pieces.map(({ encoded }) => encoded)).toEqual([whole.encoded]);
    expect(pieces[0]?.encoded).toBe(whole.encoded);
  });
});

describe('the conflation key of a message', () => {
  test.each([
    ['text', '{"symbol":"A"}', '"A"'],
    ['a number', '{"symbol":7}', '7'],
    ['a list', '{"symbol":["A",1]}', '["A",1]'],
  ])('is what the pointer names: %s', (_, message, key) => {
    expect(piece(message).keyAt('/symbol')).toBe(key);
  });

  test('is that of each pointer', () => {
    const message = piece('{"a":1,"b":2}');
    expect([message.keyAt('/a'), message.keyAt('/b')]).toEqual(['1', '2']);
  });

  test.each([
    ['no such value', '{"other":1}'],
    ['no JSON', '{"symbol":'],
    ['bytes', '\u0000\u0001'],
  ])('is missing with %s', (_, message) => {
    expect(piece(message).keyAt('/symbol')).toBeUndefined();
  });

  test('tells text and number apart', () => {
    expect(piece('{"id":"7"}').keyAt('/id')).not.toBe(piece('{"id":7}').keyAt('/id'));
  });

  test('tells integers above 2^53 apart', () => {
    expect(piece('{"id":9007199254740993}').keyAt('/id')).not.toBe(piece('{"id":9007199254740992}').keyAt('/id'));
  });

  test('is the same for one number whatever stands beside it', () => {
    const beside = '{"note":"say \\"1234567890123456789\\" \\\\","long":-1234567890123456789.5e10,"id":42}';
    expect(piece(beside).keyAt('/id')).toBe(piece('{"id":42}').keyAt('/id'));
  });

  test('keeps long digits within text as they are', () => {
    expect(piece('{"id":"1234567890123456789"}').keyAt('/id')).toBe('"1234567890123456789"');
  });
});
