import { describe, expect, test } from 'vitest';
import { ReplayLog } from '../../src/transport/replay-log.ts';
import { piece, said, turn } from './turns.ts';

const LARGE = { events: 1000, bytes: 1_000_000 };

/** A log of messages whose text is their cursor. */
function logOf(bounds: { events: number; bytes: number }, ...texts: string[]): ReplayLog {
  const log = new ReplayLog(bounds);
  log.append(turn(...texts).pieces, (index) => texts[index]);
  return log;
}

function read(log: ReplayLog, from: number, bytes = LARGE.bytes): string[] {
  return said(log.read(from, bytes).map((kept) => kept.piece));
}

describe('a replay log', () => {
  test('goes on after the message with a cursor', () => {
    const log = logOf(LARGE, 'a', 'b', 'c');
    expect(read(log, log.after('a') ?? -1)).toEqual(['b', 'c']);
  });

  test('has nothing to read after its last message', () => {
    const log = logOf(LARGE, 'a', 'b');
    expect([log.after('b'), read(log, 2)]).toEqual([log.end, []]);
  });

  test('goes on after the latest of several messages with the same cursor', () => {
    const log = new ReplayLog(LARGE);
    log.append(turn('1', '2', '3').pieces, (index) => (index < 2 ? 'same' : 'other'));
    expect(read(log, log.after('same') ?? -1)).toEqual(['3']);
  });

  test('knows nothing after a cursor that it never had', () => {
    expect(logOf(LARGE, 'a').after('z')).toBeUndefined();
  });

  test('knows nothing after a cursor that it has let go', () => {
    expect(logOf({ events: 2, bytes: 1000 }, 'a', 'b', 'c').after('a')).toBeUndefined();
  });

  test('keeps the latest messages up to their number', () => {
    const log = logOf({ events: 2, bytes: 1000 }, 'a', 'b', 'c', 'd');
    expect([log.start, log.end, read(log, log.start)]).toEqual([2, 4, ['c', 'd']]);
  });

  test('keeps the latest messages up to their bytes', () => {
    const log = logOf({ events: 100, bytes: 9 }, 'a', 'b', 'c', 'd');
    expect([log.start, read(log, log.start)]).toEqual([1, ['b', 'c', 'd']]);
  });

  test('keeps one message that is larger than its bytes', () => {
    const log = logOf({ events: 100, bytes: 9 }, 'a', 'x'.repeat(50));
    expect(read(log, log.start)).toEqual(['x'.repeat(50)]);
  });

  test('gives positions that go on over all turns', () => {
    const log = logOf({ events: 3, bytes: 1000 }, 'a', 'b');
    log.append(turn('c', 'd', 'e').pieces, () => undefined);
    expect([log.start, log.end, read(log, 2)]).toEqual([2, 5, ['c', 'd', 'e']]);
  });

  test('is read in parts of some bytes, and of one message at the least', () => {
    const log = logOf(LARGE, 'aa', 'bb', 'c'.repeat(50), 'd');
    expect([read(log, 0, 8), read(log, 0, 11), read(log, 2, 8)]).toEqual([
      ['aa', 'bb'],
      ['aa', 'bb'],
      ['c'.repeat(50)],
    ]);
  });

  test('tells who a message is not for', () => {
    const log = logOf(LARGE, 'a');
    log.append([piece('b')], () => undefined, 'p-1');
    expect(log.read(0, 1000).map(({ except }) => except)).toEqual([undefined, 'p-1']);
  });

  test('tells the cursor of the oldest message that has one', () => {
    const log = new ReplayLog(LARGE);
    log.append(turn('1', '2', '3').pieces, (index) => [undefined, 'b', 'c'][index]);
    expect(log.oldest).toBe('b');
  });

  test('tells no oldest cursor when there is none', () => {
    expect(new ReplayLog(LARGE).oldest).toBeUndefined();
  });

  test('reads a cursor when it is asked for, and once', () => {
    const asked: number[] = [];
    const log = new ReplayLog(LARGE);
    log.append(turn('1', '2').pieces, (index) => String(asked.push(index)));
    expect(asked).toEqual([]);
    log.after('unknown');
    log.after('unknown');
    expect(asked).toEqual([1, 0]);
  });
});
