import { describe, expect, test } from 'vitest';
import { waitingBound } from '../../src/config/buffer.ts';
import { readObject } from '../../src/config/load.ts';
import type { SinkInput } from '../../src/config/options.ts';
import { lines, sink } from './samples.ts';

function bufferOf(buffer?: SinkInput['buffer']) {
  const sources = [{ name: 'stdin', stdin: {} }];
  const { options } = readObject({
    name: 'ticks',
    sources,
    sinks: [{ name: 'out', stdout: {}, ...(buffer ? { buffer } : {}) }],
  });
  const [found] = options.sinks;
  if (!found) throw new Error('no sink');
  return found.buffer;
}

describe('a buffer', () => {
  test('in memory holds 10 000 events and 16 MiB', () => {
    expect(waitingBound(bufferOf())).toEqual({ events: 10_000, bytes: 16 * 1024 ** 2 });
  });

  test('on disk holds ten million events and 1 GiB', () => {
    expect(waitingBound(bufferOf({ type: 'disk' }))).toEqual({ events: 10_000_000, bytes: 1024 ** 3 });
  });

  test('on disk takes what is written for it', () => {
    const buffer = bufferOf({ type: 'disk', 'max-events': 5, 'max-bytes': '1MiB' });
    expect(waitingBound(buffer)).toEqual({ events: 5, bytes: 1024 ** 2 });
  });

  test('on disk cannot drop the oldest', () => {
    expect(lines(sink('buffer: { type: disk, when-full: drop-oldest }', 'stdout:'))).toEqual([
      'ticks.yaml:4:38 sinks[0].buffer.when-full: "drop-oldest" is not possible on disk, expected block or drop-newest',
    ]);
  });

  test('in memory has no durability', () => {
    expect(lines(sink('buffer: { durability: flush }', 'stdout:'))).toEqual([
      'ticks.yaml:4:15 sinks[0].buffer.durability: is given for a buffer in memory, expected it with type: disk',
    ]);
  });
});
