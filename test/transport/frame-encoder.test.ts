import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CHUNK_LIMIT, FrameEncoder } from '../../src/transport/frame-encoder.ts';
import { BINARY, frameSize, PING, TEXT } from '../../src/transport/frame-header.ts';
import { parseFrames } from './raw-peer.ts';

const payload = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
  fc.integer({ min: 65_500, max: 65_600 }).map((length) => Buffer.alloc(length, 7)),
  fc.integer({ min: 20_000, max: 66_000 }).map((length) => 'ö'.repeat(length)),
);

describe('the frame encoder', () => {
  for (const masked of [true, false]) {
    const side = masked ? 'masked' : 'unmasked';

    test(`whatever is encoded is decoded again, ${side}`, () => {
      fc.assert(
        fc.property(fc.array(payload, { maxLength: 20 }), fc.boolean(), (payloads, announced) => {
          const encoder = new FrameEncoder(masked);
          if (announced) encoder.expect(payloads.map((data) => ({ data, binary: false })));
          const sizes = payloads.map((data) => encoder.add(typeof data === 'string' ? TEXT : BINARY, data));
          const { frames, rest } = parseFrames(Buffer.concat(encoder.take(Number.POSITIVE_INFINITY)));
          expect(rest).toHaveLength(0);
          const whole = frames.map((frame, index) => frame.payload.equals(Buffer.from(payloads[index] ?? '')));
          expect(whole).toEqual(payloads.map(() => true));
          expect(frames.map((frame) => frame.opcode)).toEqual(
            payloads.map((d) => (typeof d === 'string' ? TEXT : BINARY)),
          );
          expect(frames.every((frame) => frame.fin && (frame.key !== undefined) === masked)).toBe(true);
          expect(sizes).toEqual(frames.map((frame) => frameSize(frame.payload.length, masked)));
        }),
        { numRuns: 100 },
      );
    });

    test(`no chunk ends within a frame, ${side}`, () => {
      const encoder = new FrameEncoder(masked);
      for (let length = 0; length < 3000; length += 1) encoder.add(BINARY, Buffer.alloc(length));
      const chunks = encoder.take(Number.POSITIVE_INFINITY);
      expect(chunks.length).toBeGreaterThan(1);
      expect(chunks.every((chunk) => parseFrames(chunk).rest.length === 0)).toBe(true);
      expect(Math.max(...chunks.map((chunk) => chunk.length))).toBeLessThanOrEqual(CHUNK_LIMIT);
    });

    test(`frames that are announced go into one chunk, ${side}`, () => {
      const frames = Array.from({ length: 500 }, (_, index) => ({
        data: `message ${index}`.repeat(20),
        binary: false,
      }));
      const encoder = new FrameEncoder(masked);
      encoder.expect(frames);
      for (const frame of frames) encoder.add(TEXT, frame.data);
      expect(encoder.take(Number.POSITIVE_INFINITY)).toHaveLength(1);
    });
  }

  test('each frame has a masking key of its own', () => {
    const encoder = new FrameEncoder(true);
    for (let index = 0; index < 5000; index += 1) encoder.add(PING, '');
    const { frames } = parseFrames(Buffer.concat(encoder.take(Number.POSITIVE_INFINITY)));
    // 32 random bits: two equal ones among 5000 are rare, many are an error.
    expect(new Set(frames.map((frame) => frame.key)).size).toBeGreaterThan(4990);
  });

  test('the oldest chunks are taken first, within a limit', () => {
    const encoder = new FrameEncoder(false);
    for (let index = 0; index < 10; index += 1) encoder.add(BINARY, Buffer.alloc(CHUNK_LIMIT, index));
    const first = encoder.take(CHUNK_LIMIT);
    const second = encoder.take(CHUNK_LIMIT * 3);
    expect(first.map((chunk) => chunk.at(-1))).toEqual([0]);
    expect(second.map((chunk) => chunk.at(-1))).toEqual([1, 2]);
    expect(encoder.empty).toBe(false);
  });
});
