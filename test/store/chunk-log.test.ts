import { describe, expect, test } from 'vitest';
import { formatState } from '../../src/store/state-file.ts';
import { chunkOf, emptyRange } from '../streams/events.ts';
import { chunkLogBench, FOLDER, loadAll } from './chunk-log-bench.ts';

const MARKER = `${FOLDER}/buffer.json`;
const WRITTEN = `${FOLDER}/written`;

describe('a chunk log', () => {
  test('tells how far a source is durable, not before it is', async () => {
    const { open, kept, disk, clock } = chunkLogBench();
    const log = await open();
    disk.latency = 10;
    log.append(chunkOf('a', 1, 3), true);
    await clock.advance(9);
    expect(kept).toEqual([]);
    await clock.advance(30);
    expect(kept).toEqual(['a3']);
  });

  test('writes together what came during a write', async () => {
    const { open, kept, disk, clock } = chunkLogBench();
    const log = await open();
    disk.latency = 10;
    log.append(chunkOf('a', 1, 1), true);
    for (let at = 2; at <= 100; at += 1) log.append(chunkOf('a', at, at), true);
    await clock.advance(45);
    expect(kept).toEqual(['a1', 'a100']);
  });

  test('says of a range without events that it is durable behind what came before it', async () => {
    const { open, kept, disk, clock } = chunkLogBench();
    const log = await open();
    disk.latency = 10;
    log.append(chunkOf('a', 1, 1), true);
    log.append(emptyRange('a', 9), true);
    await clock.advance(15);
    expect(kept).toEqual([]);
    await clock.advance(100);
    expect(kept).toEqual(['a1', 'a9']);
  });

  test('gives after a kill what was not settled, with its ids', async () => {
    const { open, reopen, clock } = chunkLogBench();
    const log = await open();
    log.append(chunkOf('a', 1, 2), true);
    log.append(chunkOf('b', 1, 2), true);
    log.append(chunkOf('a', 3, 4), true);
    log.settle(3);
    await clock.settle();
    expect(await loadAll(await reopen())).toEqual(['b2 ->2', 'a3 a4 ->4']);
  });

  test('knows after a kill how far each source was, also when all of it is settled', async () => {
    const { open, reopen, clock } = chunkLogBench();
    const log = await open();
    log.append(chunkOf('a', 1, 2), true);
    log.append(emptyRange('b', 7), true);
    log.settle(2);
    await clock.settle();
    const next = await reopen();
    expect([[...next.sources], next.waiting]).toEqual([
      [
        ['a', 2],
        ['b', 7],
      ],
      { events: 0, bytes: 0 },
    ]);
  });

  test('counts what it keeps: what is durable and not settled', async () => {
    const { open, reopen, clock } = chunkLogBench();
    const log = await open();
    log.append(chunkOf('a', 1, 10, 'payload'), true);
    log.settle(4);
    await clock.settle();
    const next = await reopen();
    expect([log.kept, next.kept, next.waiting.events]).toEqual([6, 6, 6]);
  });

  test('loads only what is not in memory already', async () => {
    const { open } = chunkLogBench();
    const log = await open();
    expect(log.append(chunkOf('a', 1, 1), true)).toBe(true);
    expect(log.append(chunkOf('a', 2, 2), false)).toBe(false);
    expect(log.append(chunkOf('a', 3, 3), true)).toBe(false);
    expect(await loadAll(log)).toEqual(['a2 ->2', 'a3 ->3']);
  });

  test('loads from the disk what was written there, then what is not written yet', async () => {
    const { open, disk, clock } = chunkLogBench();
    const log = await open();
    log.append(chunkOf('a', 1, 1), false);
    log.append(chunkOf('a', 2, 2), false);
    await clock.settle();
    disk.latency = 1000;
    log.append(chunkOf('a', 3, 3), false);
    expect(await loadAll(log)).toEqual(['a1 ->1', 'a2 ->2', 'a3 ->3']);
  });

  test('goes on with what is appended after a range', async () => {
    const { open, clock } = chunkLogBench();
    const log = await open();
    log.append(emptyRange('a', 5), true);
    log.append(chunkOf('a', 6, 6), false);
    await clock.settle();
    expect(await loadAll(log)).toEqual(['a6 ->6']);
  });

  test('with durability commit keeps what it told of after a power failure', async () => {
    const { open, reopenAfterPowerFailure, clock } = chunkLogBench();
    const log = await open();
    log.append(chunkOf('a', 1, 2), true);
    await clock.settle();
    expect(await loadAll(await reopenAfterPowerFailure())).toEqual(['a1 a2 ->2']);
  });

  test('with durability flush keeps what it told of after a kill', async () => {
    const { open, reopen, clock } = chunkLogBench({ durability: 'flush' });
    const log = await open();
    log.append(chunkOf('a', 1, 2), true);
    await clock.settle();
    expect(await loadAll(await reopen())).toEqual(['a1 a2 ->2']);
  });

  test('writes at its end what is not written yet', async () => {
    const { open, disk, reopen, clock } = chunkLogBench();
    const log = await open();
    disk.latency = 10;
    log.append(chunkOf('a', 1, 1), true);
    log.append(chunkOf('a', 2, 2), true);
    const closed = log.close();
    await clock.advance(100);
    await closed;
    disk.latency = 0;
    expect(await loadAll(await reopen())).toEqual(['a1 ->1', 'a2 ->2']);
  });

  test('takes away what is settled', async () => {
    const { open, tamper, clock } = chunkLogBench();
    const log = await open();
    for (let at = 1; at <= 9; at += 1) log.append(chunkOf('a', at, at), true);
    await clock.settle();
    log.settle(7);
    await clock.settle();
    const keys: string[] = [];
    await tamper((entries) => keys.push(...entries.keys()));
    expect(keys).toEqual(['c0000000000000007/0000000000000007', 'c0000000000000008/0000000000000008', 'meta']);
  });
});

describe('a chunk log whose disk fails', () => {
  test('tells of nothing more that it is durable, and says why', async () => {
    const { open, disk, kept, failures, clock } = chunkLogBench();
    const log = await open();
    disk.full = true;
    log.append(chunkOf('a', 1, 1), true);
    await clock.settle();
    expect([kept, failures]).toEqual([
      [],
      [expect.stringMatching(/^the buffer \/state\/buffers\/ticks.store cannot be written: .*ENOSPC/)],
    ]);
  });

  test('still gives what it has', async () => {
    const { open, disk, clock } = chunkLogBench();
    const log = await open();
    log.append(chunkOf('a', 1, 1), false);
    await clock.settle();
    disk.full = true;
    log.append(chunkOf('a', 2, 2), false);
    await clock.settle();
    expect(await loadAll(log)).toEqual(['a1 ->1', 'a2 ->2']);
  });

  test('ends with the fault', async () => {
    const { open, disk, clock } = chunkLogBench();
    const log = await open();
    disk.full = true;
    log.append(chunkOf('a', 1, 1), true);
    await clock.settle();
    await expect(log.close()).rejects.toThrow(/cannot be written: .*ENOSPC/);
  });
});

/** Chunks a1, a2 a3, a4 of which none is settled, left by a process that was killed. */
async function abandoned() {
  const bench = chunkLogBench();
  const log = await bench.open();
  for (const [first, last] of [
    [1, 1],
    [2, 3],
    [4, 4],
  ] as const) {
    log.append(chunkOf('a', first, last), true);
    await bench.clock.settle();
  }
  return bench;
}

const KEYS = [
  'c0000000000000000/0000000000000000',
  'c0000000000000001/0000000000000001',
  'c0000000000000003/0000000000000003',
];
const [FIRST = '', SECOND = '', THIRD = ''] = KEYS;

describe('a chunk log that is not whole', () => {
  test.each([
    ['first', FIRST, ['a2 a3 ->3', 'a4 ->4'], 1],
    ['middle', SECOND, ['a1 ->1', 'a4 ->4'], 2],
    ['last', THIRD, ['a1 ->1', 'a2 a3 ->3'], 1],
  ])('gives what is there when its %s record is missing, and reports the gap', async (_, key, left, missing) => {
    const { tamper, reopen, logger } = await abandoned();
    await tamper((entries) => void entries.delete(key));
    const log = await reopen();
    expect([await loadAll(log), log.lost, logger.lines]).toEqual([
      left,
      missing,
      [expect.stringContaining(`a gap in the buffer ${FOLDER}: ${missing} event`)],
    ]);
  });

  test.each(KEYS)('puts a record aside that does not match its checksum: %s', async (key) => {
    const { tamper, reopen, disk, logger } = await abandoned();
    await tamper((entries) => {
      const record = entries.get(key);
      record?.writeUInt8(record.readUInt8(record.length - 1) ^ 1, record.length - 1);
    });
    const log = await reopen();
    const before = await loadAll(log);
    const position = Number(key.slice(1, 17));
    const aside = disk.texts.get(`${FOLDER}/quarantine/${position}.json`) ?? '';
    expect([before.length, log.lost, JSON.parse(aside).position, logger.lines[0]]).toEqual([
      2,
      key === SECOND ? 2 : 1,
      position,
      expect.stringContaining('is put aside'),
    ]);
  });

  test('puts a record aside only once', async () => {
    const { tamper, reopen, clock, logger } = await abandoned();
    await tamper((entries) => void entries.set(SECOND, Buffer.from('garbage')));
    const log = await reopen();
    await loadAll(log);
    await clock.settle();
    logger.lines.length = 0;
    await loadAll(await reopen());
    expect(logger.lines.filter((line) => line.includes('put aside'))).toEqual([]);
  });

  test('reports as a gap what was durable last and is there no more, as its file `written` says', async () => {
    const { tamper, reopen, logger } = await abandoned();
    await tamper((entries) => {
      entries.clear();
    });
    const log = await reopen();
    expect([await loadAll(log), log.lost, logger.lines]).toEqual([
      [],
      4,
      [`error: a gap in the buffer ${FOLDER}: 4 events are missing, from position 0 on`],
    ]);
  });

  test('gives what comes after such a gap a later position', async () => {
    const { tamper, reopen, clock } = await abandoned();
    await tamper((entries) => entries.clear());
    const log = await reopen();
    log.append(chunkOf('a', 9, 9), false);
    await clock.settle();
    const again = await reopen();
    expect([await loadAll(again), again.lost]).toEqual([['a9 ->9'], 4]);
  });

  test.each([
    ['cut', (texts: Map<string, string>) => texts.set(WRITTEN, '000000')],
    ['missing', (texts: Map<string, string>) => texts.delete(WRITTEN)],
  ])('warns when its file `written` is %s, and goes on', async (_, change) => {
    const { reopen, disk, logger } = await abandoned();
    change(disk.texts);
    const log = await reopen();
    expect([(await loadAll(log)).length, logger.lines]).toEqual([
      3,
      [expect.stringContaining('has lost its file `written`')],
    ]);
  });

  test.each([
    ['its marker is missing', (texts: Map<string, string>) => texts.delete(MARKER), 'its file buffer.json is missing'],
    ['its marker is cut', (texts: Map<string, string>) => texts.set(MARKER, '{"haw'), 'is cut or garbled'],
    [
      'a newer hawser has written it',
      (texts: Map<string, string>) => texts.set(MARKER, formatState('buffer', 'ready').replace(':1,', ':2,')),
      'was written by a newer hawser (2)',
    ],
  ])('does not open when %s', async (_, change, fault) => {
    const { reopen, disk } = await abandoned();
    change(disk.texts);
    await expect(reopen()).rejects.toThrow(fault);
  });

  test('does not open when what it says of itself is garbled', async () => {
    const { tamper, reopen } = await abandoned();
    await tamper((entries) => void entries.set('meta', Buffer.from('{}')));
    await expect(reopen()).rejects.toThrow('cannot be used: what it says of itself is no buffer of hawser');
  });

  test('does not open when what it says of itself is missing, and records are there', async () => {
    const { tamper, reopen } = await abandoned();
    await tamper((entries) => void entries.delete('meta'));
    await expect(reopen()).rejects.toThrow('what it says of itself is missing');
  });

  test('does not open while another one keeps it', async () => {
    const { open } = chunkLogBench();
    await open();
    await expect(open()).rejects.toThrow(`${FOLDER} is in use`);
  });

  test('that could not be opened leaves no lock', async () => {
    const { tamper, reopen } = await abandoned();
    await tamper((entries) => void entries.set('meta', Buffer.from('{}')));
    await expect(reopen()).rejects.toThrow('cannot be used');
    await tamper((entries) => void entries.delete('meta'));
    await expect(reopen()).rejects.toThrow('is missing');
  });
});
