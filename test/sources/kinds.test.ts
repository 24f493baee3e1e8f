import { PassThrough, Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { fileSource } from '../../src/sources/file.ts';
import { stdinSource } from '../../src/sources/stdin.ts';
import { webSocketSource } from '../../src/sources/web-socket.ts';
import { intakeBench, turn } from './intake-bench.ts';

describe('stdin', () => {
  test('gives an event per line and ends with the input', async () => {
    const { run, texts, outcomes } = intakeBench();
    run(stdinSource({ stdin: Readable.from([Buffer.from('one\ntwo')]) }));
    await turn();
    expect([texts, outcomes]).toEqual([['one', 'two'], ['ended']]);
  });

  test('is left open when the source stops', () => {
    const stdin = new PassThrough();
    intakeBench().run(stdinSource({ stdin }))();
    expect(stdin.destroyed).toBe(false);
  });
});

describe('a file', () => {
  /** Files of which each read is a stream of its own. */
  function filesOf(content: string) {
    const opened: { path: string; stream: Readable }[] = [];
    return {
      opened,
      read(path: string): Readable {
        const stream = Readable.from([Buffer.from(content)]);
        opened.push({ path, stream });
        return stream;
      },
    };
  }

  test('gives an event per line and ends at its end', async () => {
    const { run, texts, outcomes } = intakeBench();
    const files = filesOf('one\ntwo\n');
    run(fileSource(files, 'ticks.txt'));
    await turn();
    expect([texts, outcomes, files.opened[0]?.path]).toEqual([['one', 'two'], ['ended'], 'ticks.txt']);
  });

  test('is closed when the source stops', () => {
    const files = filesOf('one\n');
    intakeBench().run(fileSource(files, 'ticks.txt'))();
    expect(files.opened[0]?.stream.destroyed).toBe(true);
  });

  test('that cannot be read fails the source, naming it', async () => {
    const { run, outcomes } = intakeBench();
    const broken = new PassThrough();
    run(fileSource({ read: () => broken }, 'ticks.txt'));
    broken.destroy(new Error('ENOENT'));
    await turn();
    expect(outcomes).toEqual(['failed: ticks.txt: ENOENT']);
  });
});

describe('the frames of a web-socket source', () => {
  const silent = { error: () => {} };

  test('of one read turn are one chunk', () => {
    const { source, texts, turns } = intakeBench();
    const traffic = webSocketSource(source, silent);
    traffic.frames([
      { data: Buffer.from('one'), binary: false },
      { data: Buffer.from('two'), binary: true },
    ]);
    expect([texts, turns]).toEqual([['one', 'two'], [2]]);
  });

  test('that are binary and no UTF-8 are rejected and counted, and the rest goes on', () => {
    const { source, texts } = intakeBench();
    const errors: string[] = [];
    const traffic = webSocketSource(source, { error: (_, message) => errors.push(message) });
    traffic.frames([
      { data: Buffer.from([0xff, 0xfe]), binary: true },
      { data: Buffer.from('two'), binary: false },
    ]);
    expect([texts, source.rejected, errors]).toEqual([['two'], 1, ['rejected: a binary frame is not UTF-8']]);
  });

  test('leave nothing to acknowledge', () => {
    expect(webSocketSource(intakeBench().source, silent).owing).toBe(false);
  });
});

describe('a line that is not UTF-8', () => {
  test('is rejected and counted, and the rest goes on', async () => {
    const { run, texts, outcomes } = intakeBench();
    const input = new PassThrough();
    run(stdinSource({ stdin: input }));
    input.end(Buffer.from([0x61, 0x0a, 0xff, 0xfe, 0x0a, 0x62, 0x0a]));
    await turn();
    expect([texts, outcomes]).toEqual([
      ['a', 'b'],
      ['rejected: a line of stdin is not UTF-8', 'ended'],
    ]);
  });
});
