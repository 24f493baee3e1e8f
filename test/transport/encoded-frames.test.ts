import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packFrames } from '../../src/messages/packed-chunk.ts';
import { decodeFrames, encodeFrames, partsOf } from '../../src/transport/encoded-frames.ts';
import { binary, text } from './ends.ts';
import { parseFrames } from './raw-peer.ts';

const payload = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
  fc.integer({ min: 65_500, max: 65_600 }).map((length) => Buffer.alloc(length, 7)),
  fc.integer({ min: 20_000, max: 66_000 }).map((length) => 'ö'.repeat(length)),
);
const frame = fc.record({ data: payload, binary: fc.boolean() });

describe('encoded frames', () => {
  test('are whole frames without masks', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 20 }), (frames) => {
        const { frames: parsed, rest } = parseFrames(encodeFrames(frames).encoded);
        expect(rest).toHaveLength(0);
        expect(parsed.every(({ fin, key }) => fin && key === undefined)).toBe(true);
        expect(parsed.map(({ opcode }) => opcode)).toEqual(frames.map((each) => (each.binary ? 2 : 1)));
        expect(parsed.every((each, at) => each.payload.equals(Buffer.from(frames[at]?.data ?? '')))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test('are decoded to what they were made of', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 20 }), (frames) => {
        const decoded = decodeFrames(encodeFrames(frames));
        expect(decoded.map((each) => each.binary)).toEqual(frames.map((each) => each.binary));
        expect(decoded.every((each, at) => each.data.equals(Buffer.from(frames[at]?.data ?? '')))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test('of packed ones are text frames', () => {
    const payloads = [1, 125, 126, 65_535, 65_536, 0].map((length) => ({ data: Buffer.alloc(length, length % 251) }));
    const decoded = decodeFrames(encodeFrames(packFrames(payloads)));
    expect(decoded).toEqual(payloads.map(({ data }) => ({ data, binary: false })));
  });

  test('of a part of packed ones are that part', () => {
    const { memory, ends } = packFrames(['a', 'bc', 'def'].map((data) => ({ data: Buffer.from(data) })));
    const decoded = decodeFrames(encodeFrames({ memory, ends: ends.subarray(1, 3) }));
    expect(decoded.map(({ data }) => data.toString())).toEqual(['bc']);
  });

  test('have memory of their own, of their own size', () => {
    const { encoded } = encodeFrames([text('a'), binary(Buffer.from('bc'))]);
    expect([encoded.length, encoded.buffer.byteLength]).toEqual([7, 7]);
  });

  test('are cut between frames, within the limit, and always into the same parts', () => {
    const frames = encodeFrames([400, 400, 400, 3000, 0, 10].map((length) => binary(Buffer.alloc(length))));
    const parts = partsOf(frames, 1000);
    expect(parts.map((part) => parseFrames(part).frames.map(({ payload: { length } }) => length))).toEqual([
      [400, 400],
      [400],
      [3000],
      [0, 10],
    ]);
    expect(partsOf(frames, 1000)).toBe(parts);
  });
});
