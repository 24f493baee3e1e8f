import { describe, expect, test } from 'vitest';
import { DRAIN_MARK } from '../../src/environment.ts';
import { borrowChunk } from '../../src/transport/chunk-pool.ts';
import { encodeFrames } from '../../src/transport/encoded-frames.ts';
import { type ByteStream, FrameWriter } from '../../src/transport/frame-writer.ts';
import { binary, text } from './ends.ts';
import { parseFrames } from './raw-peer.ts';

/** A stream that takes a write when it is told to. */
class Stream implements ByteStream {
  readonly writes: Buffer[] = [];
  /** What was handed over, not a copy. */
  readonly given: Uint8Array[] = [];
  #waiting: ((error?: Error | null) => void)[] = [];

  write(bytes: Uint8Array, written: (error?: Error | null) => void): boolean {
    this.writes.push(Buffer.from(bytes));
    this.given.push(bytes);
    if (!this.#corked) this.calls += 1;
    this.#waiting.push(written);
    return true;
  }

  /** How many times the system is called: what is written between cork and uncork is one call. */
  calls = 0;
  #corked = false;

  cork(): void {
    this.#corked = true;
    this.calls += 1;
  }

  uncork(): void {
    this.#corked = false;
  }

  take(error?: Error): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const written of waiting) written(error);
  }

  get texts(): string[] {
    return parseFrames(Buffer.concat(this.writes)).frames.map((frame) => frame.payload.toString());
  }
}

function createWriter() {
  const stream = new Stream();
  const said: string[] = [];
  const writer = new FrameWriter(false, () => said.push('drained'));
  writer.attach(stream);
  return { stream, said, writer, say: (word: string) => () => said.push(word) };
}

const endOfTurn = () => Promise.resolve();

describe('the frame writer', () => {
  test('encoded frames are written from where they lie', async () => {
    const { stream, writer } = createWriter();
    const frames = encodeFrames([text('a'), text('b')]);
    writer.write(frames);
    await endOfTurn();
    expect(stream.given).toEqual([frames.encoded]);
    expect(stream.given[0]?.buffer).toBe(frames.encoded.buffer);
  });

  test('large encoded frames are never copied, also behind others', async () => {
    const { stream, writer } = createWriter();
    const frames = encodeFrames([binary(Buffer.alloc(50_000))]);
    writer.write([text('a')]);
    writer.write(frames);
    writer.write([text('b')]);
    await endOfTurn();
    expect(stream.given[1]?.buffer).toBe(frames.encoded.buffer);
    expect(stream.calls).toBe(1);
    expect(parseFrames(Buffer.concat(stream.writes)).frames.map(({ payload }) => payload.length)).toEqual([
      1, 50_000, 1,
    ]);
  });

  test('small encoded frames that wait leave in few buffers', async () => {
    const { stream, writer } = createWriter();
    const each = Array.from({ length: 500 }, (_, at) => `message ${at}`);
    writer.write([text('first')]);
    await endOfTurn();
    for (const data of each) writer.write(encodeFrames([text(data)]));
    await endOfTurn();
    stream.take();
    expect(stream.writes.length).toBeLessThan(20);
    expect(stream.texts).toEqual(['first', ...each]);
  });

  test('encoded frames above the bound leave in writes of bounded size that end between frames', async () => {
    const { stream, writer } = createWriter();
    const frames = encodeFrames(Array.from({ length: 40 }, () => binary(Buffer.alloc(50_000))));
    writer.write(frames);
    for (let taken = 0; taken < 40; taken += 1) {
      await endOfTurn();
      stream.take();
    }
    expect(Math.max(...stream.writes.map((bytes) => bytes.length))).toBeLessThanOrEqual(256 * 1024);
    expect(stream.writes.map((bytes) => parseFrames(bytes).rest.length)).toEqual(stream.writes.map(() => 0));
    expect(Buffer.concat(stream.writes).equals(frames.encoded)).toBe(true);
  });

  test('no memory of encoded frames is used again, whatever its size', async () => {
    const { stream, writer } = createWriter();
    const frames = { encoded: Buffer.alloc(128 * 1024, encodeFrames([binary(Buffer.alloc(1020))]).encoded) };
    writer.write(frames);
    await endOfTurn();
    stream.take();
    const borrowed = Array.from({ length: 20 }, () => borrowChunk(128 * 1024).buffer);
    expect(borrowed).not.toContain(frames.encoded.buffer);
  });

  test('encoded frames are refused where frames are masked', () => {
    const writer = new FrameWriter(true, () => {});
    expect(() => writer.write(encodeFrames([]))).toThrow(TypeError);
  });

  test('a turn is one write, the ping behind the frames', async () => {
    const { stream, writer } = createWriter();
    writer.write([text('a'), text('b')]);
    writer.ping('p');
    expect(stream.writes).toHaveLength(0);
    await endOfTurn();
    expect(stream.writes).toHaveLength(1);
    expect(stream.texts).toEqual(['a', 'b', 'p']);
  });

  test('what is queued while a write is not taken yet leaves in one call of the system', async () => {
    const { stream, writer } = createWriter();
    writer.write([text('a')]);
    await endOfTurn();
    writer.write([text('b')]);
    await endOfTurn();
    writer.write([text('c')]);
    await endOfTurn();
    expect(stream.texts).toEqual(['a']);
    stream.take();
    expect(stream.calls).toBe(2);
    expect(stream.texts).toEqual(['a', 'b', 'c']);
  });

  test('a large turn leaves in writes of bounded size, one after the other', async () => {
    const { stream, writer } = createWriter();
    writer.write(Array.from({ length: 40 }, () => binary(Buffer.alloc(50_000))));
    for (let taken = 0; taken < 40; taken += 1) {
      await endOfTurn();
      stream.take();
    }
    expect(Math.max(...stream.writes.map((bytes) => bytes.length))).toBeLessThanOrEqual(256 * 1024);
    expect(parseFrames(Buffer.concat(stream.writes)).frames).toHaveLength(40);
    expect(writer.takenBytes).toBe(40 * 50_004);
  });

  test('a frame above the bound leaves in one write', async () => {
    const { stream, writer } = createWriter();
    writer.write([binary(Buffer.alloc(3_000_000))]);
    await endOfTurn();
    expect(stream.writes.map((bytes) => bytes.length)).toEqual([3_000_010]);
  });

  test('callbacks run in order when their bytes are taken', async () => {
    const { stream, writer, said, say } = createWriter();
    writer.write([text('a')], say('a'));
    writer.ping('', say('ping'));
    await endOfTurn();
    writer.write([text('b')], say('b'));
    await endOfTurn();
    expect(said).toEqual([]);
    stream.take();
    expect(said).toEqual(['a', 'ping']);
    stream.take();
    expect(said).toEqual(['a', 'ping', 'b']);
  });

  test('bytes are queued until they are taken', async () => {
    const { stream, writer } = createWriter();
    writer.write([text('12345')]);
    await endOfTurn();
    expect([writer.queuedBytes, writer.takenBytes]).toEqual([7, 0]);
    stream.take();
    expect([writer.queuedBytes, writer.takenBytes]).toEqual([0, 7]);
  });

  test('drained is told once, when the queue has been above the mark and is below it', async () => {
    const { stream, writer, said, say } = createWriter();
    writer.write([binary(Buffer.alloc(DRAIN_MARK))], say('large'));
    writer.write([text('x')], say('small'));
    await endOfTurn();
    stream.take();
    await endOfTurn();
    stream.take();
    expect(said).toEqual(['large', 'drained', 'small']);
  });

  test('drained is not told below the mark', async () => {
    const { stream, writer, said } = createWriter();
    writer.write([binary(Buffer.alloc(DRAIN_MARK - 10))]);
    await endOfTurn();
    stream.take();
    expect(said).toEqual([]);
  });

  test('finishing writes all that is queued at once and takes no more', async () => {
    const { stream, writer, said, say } = createWriter();
    writer.write([text('a')]);
    await endOfTurn();
    writer.write([text('b')], say('b'));
    writer.finish();
    writer.write([text('c')], say('c'));
    writer.ping('c', say('c'));
    expect(stream.texts).toEqual(['a', 'b']);
    stream.take();
    expect(said).toEqual(['b']);
  });

  test('no callback runs after the end, those of the same write included', async () => {
    const { stream, writer, said, say } = createWriter();
    writer.write([text('a')], () => {
      said.push('a');
      writer.end();
    });
    writer.write([text('b')], say('b'));
    await endOfTurn();
    stream.take();
    expect(said).toEqual(['a']);
  });

  test('what is queued when it ends is never written', async () => {
    const { stream, writer } = createWriter();
    writer.write([text('a')]);
    writer.end();
    await endOfTurn();
    expect([stream.writes.length, writer.queuedBytes]).toEqual([0, 0]);
  });

  test('a failed write is not taken', async () => {
    const { stream, writer, said, say } = createWriter();
    writer.write([text('a')], say('a'));
    await endOfTurn();
    stream.take(new Error('EPIPE'));
    expect([said, writer.takenBytes]).toEqual([[], 0]);
  });

  test('a callback may write again', async () => {
    const { stream, writer } = createWriter();
    writer.write([text('a')], () => writer.write([text('b')]));
    await endOfTurn();
    stream.take();
    await endOfTurn();
    expect(stream.texts).toEqual(['a', 'b']);
  });

  test('frames that are written before there is a stream leave first', async () => {
    const stream = new Stream();
    const writer = new FrameWriter(false, () => {});
    writer.write([text('early')]);
    await endOfTurn();
    writer.attach(stream);
    writer.write([text('late')]);
    await endOfTurn();
    expect(stream.texts).toEqual(['early', 'late']);
  });
});
