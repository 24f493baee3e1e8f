import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { MAX_LINE, readLines } from '../../src/sources/lines.ts';
import { intakeBench, turn } from './intake-bench.ts';

/** An intake of lines that runs, and the stream that it reads. */
function linesBench(input = new PassThrough()) {
  const bench = intakeBench();
  const intake = readLines(() => input, 'in.txt');
  return {
    ...bench,
    input,
    run: () => bench.run(intake),
    /** Writes each piece as a read of its own. */
    async write(...pieces: (string | Buffer)[]) {
      for (const piece of pieces) {
        input.write(piece);
        await turn();
      }
    },
    async end() {
      input.end();
      await turn();
    },
  };
}

async function linesOf(...pieces: (string | Buffer)[]): Promise<string[]> {
  const bench = linesBench();
  bench.run();
  await bench.write(...pieces);
  await bench.end();
  return bench.texts;
}

describe('the lines of a stream', () => {
  test('are events without their line ends', async () => {
    expect(await linesOf('one\ntwo\n')).toEqual(['one', 'two']);
  });

  test('of one read are one turn', async () => {
    const bench = linesBench();
    bench.run();
    await bench.write('one\ntwo\nthr', 'ee\nfour\n');
    expect(bench.turns).toEqual([2, 2]);
  });

  test('are whole when they come in several reads', async () => {
    expect(await linesOf('o', 'n', 'e\ntw', 'o\n')).toEqual(['one', 'two']);
  });

  test('may end with a carriage return and a newline', async () => {
    expect(await linesOf('one\r\ntwo\r\n')).toEqual(['one', 'two']);
  });

  test('may have a read end between the carriage return and the newline', async () => {
    expect(await linesOf('one\r', '\ntwo\r', '\n')).toEqual(['one', 'two']);
  });

  test('keep a carriage return within them', async () => {
    expect(await linesOf('on\re\n')).toEqual(['on\re']);
  });

  test('include the last one when no newline follows it', async () => {
    expect(await linesOf('one\ntw', 'o')).toEqual(['one', 'two']);
  });

  test('do not include one behind the last newline', async () => {
    expect(await linesOf('one\n')).toEqual(['one']);
  });

  test('may be empty', async () => {
    expect(await linesOf('\none\n\n\r\ntwo\n')).toEqual(['', 'one', '', '', 'two']);
  });

  test('are whole when a read ends within a character', async () => {
    const bytes = Buffer.from('a€b\n');
    expect(await linesOf(bytes.subarray(0, 2), bytes.subarray(2, 3), bytes.subarray(3))).toEqual(['a€b']);
  });

  test('are read from a stream of strings too', async () => {
    const input = new PassThrough();
    input.setEncoding('utf8');
    const bench = linesBench(input);
    bench.run();
    await bench.write('a€\n');
    expect(bench.texts).toEqual(['a€']);
  });

  test('may be as long as the longest message', async () => {
    const bench = linesBench();
    bench.run();
    await bench.write(Buffer.alloc(MAX_LINE, 'x'), '\n');
    expect([bench.texts[0]?.length, bench.outcomes]).toEqual([MAX_LINE, []]);
  });

  test('fail the source when one is longer', async () => {
    const bench = linesBench();
    bench.run();
    await bench.write('one\n', Buffer.alloc(MAX_LINE, 'x'), 'x');
    expect([bench.texts, bench.outcomes]).toEqual([['one'], ['failed: in.txt: a line is longer than 16777216 bytes']]);
  });
});

describe('a source of lines', () => {
  test('ends with its stream, after the last line', async () => {
    const bench = linesBench();
    bench.run();
    await bench.write('one');
    expect([bench.texts, bench.outcomes]).toEqual([[], []]);
    await bench.end();
    expect([bench.texts, bench.outcomes]).toEqual([['one'], ['ended']]);
  });

  test('fails when its stream does, naming what it reads', async () => {
    const bench = linesBench();
    bench.run();
    bench.input.destroy(new Error('disk on fire'));
    await turn();
    expect(bench.outcomes).toEqual(['failed: in.txt: disk on fire']);
  });

  test('does not read while it is held', async () => {
    const bench = linesBench();
    bench.run();
    bench.source.hold('sink');
    await bench.write('one\n');
    expect(bench.texts).toEqual([]);
    bench.source.release('sink');
    await turn();
    expect(bench.texts).toEqual(['one']);
  });

  test('does not start to read when it is held already', async () => {
    const bench = linesBench();
    bench.source.hold('sink');
    bench.run();
    await bench.write('one\n');
    expect(bench.texts).toEqual([]);
  });

  test('that is stopped leaves the rest to the next', async () => {
    const bench = linesBench();
    const stop = bench.run();
    await bench.write('one\n');
    stop();
    await bench.write('two\n');
    expect(bench.texts).toEqual(['one']);
    bench.run();
    await turn();
    expect(bench.texts).toEqual(['one', 'two']);
  });

  test('follows no hold once it is stopped', async () => {
    const bench = linesBench();
    bench.source.hold('sink');
    bench.run()();
    bench.source.release('sink');
    expect(bench.input.isPaused()).toBe(true);
  });

  test('ends at once when its stream had ended before', async () => {
    const bench = linesBench();
    bench.input.resume();
    await bench.end();
    bench.run();
    expect(bench.outcomes).toEqual(['ended']);
  });

  test('that is stopped survives an error of its stream', async () => {
    const bench = linesBench();
    bench.run()();
    bench.input.destroy(new Error('late'));
    await turn();
    expect([bench.outcomes, bench.input.destroyed]).toEqual([[], true]);
  });

  test('leaves one listener on its stream, however often it is started', () => {
    const bench = linesBench();
    for (let start = 0; start < 20; start += 1) bench.run()();
    expect(['data', 'end', 'error'].map((name) => bench.input.listenerCount(name))).toEqual([0, 0, 1]);
  });
});
