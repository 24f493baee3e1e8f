import { describe, expect, test } from 'vitest';
import type { Logger } from '../../src/environment.ts';
import { StateError } from '../../src/errors.ts';
import { type Cursor, createCursor, MAX_CURSOR } from '../../src/store/cursor.ts';
import { formatState, parseState } from '../../src/store/state-file.ts';
import { createStepClock } from '../../src/testing/step-clock.ts';
import { MemoryFiles } from './memory-files.ts';

const PATH = 'state/a.json';

function bench({ initialValue, text }: { initialValue?: string; text?: string } = {}) {
  const clock = createStepClock();
  const files = new MemoryFiles();
  const log: string[] = [];
  const at = (level: string) => (_: object, message: string) => void log.push(`${level} ${message}`);
  const logger: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  if (text !== undefined) files.texts.set(PATH, text);
  const create = (): Cursor => createCursor({ path: PATH, initialValue, files, clock, logger });
  return { clock, files, log, create, cursor: create() };
}

async function opened(options: { initialValue?: string; text?: string } = {}) {
  const it = bench(options);
  await it.cursor.open();
  return it;
}

/** The values that were written, in order. */
function values({ writes }: MemoryFiles): (string | undefined)[] {
  return writes.map((text) => parseState('cursor', text).value);
}

const FULL = new Error('ENOSPC: no space left on device');

describe('a cursor at its start', () => {
  test('without a file it is the initial value, not committed', async () => {
    const { cursor } = await opened({ initialValue: '0' });
    expect([cursor.value, cursor.committed]).toEqual(['0', false]);
  });

  test('without a file and an initial value it is nothing', async () => {
    const { cursor } = await opened();
    expect([cursor.value, cursor.committed]).toEqual([undefined, false]);
  });

  test('with a file it is what was committed, whatever the initial value', async () => {
    const { cursor } = await opened({ initialValue: '0', text: formatState('cursor', '41') });
    expect([cursor.value, cursor.committed]).toEqual(['41', true]);
  });

  test('a file that is read is not written', async () => {
    const { files, clock } = await opened({ text: formatState('cursor', '41') });
    await clock.advance(1000);
    expect(files.writes).toEqual([]);
  });

  test.each(['', 'a', 'é — 漢字 🚢', '"\\\n\u0000', '\ud800', 'x'.repeat(MAX_CURSOR)])(
    'the value %j comes back as it was',
    async (value) => {
      const { cursor, create } = await opened();
      cursor.advance(value);
      await cursor.close();
      const next = create();
      await next.open();
      expect(next.value).toBe(value);
    },
  );
});

describe('a file that is not whole is an error, never a start from zero', () => {
  const whole = formatState('cursor', '41');
  test.each([
    ['empty', '', 'is empty'],
    ['cut', whole.slice(0, -12), 'is cut or garbled'],
    ['garbage', '\u0000\u0000', 'is cut or garbled'],
    ['of something else', '{"name":"hawser"}', 'is no cursor of hawser'],
    ['no object', '41', 'is no cursor of hawser'],
    ['null', 'null', 'is no cursor of hawser'],
    ['edited', whole.replace('"41"', '"40"'), 'does not match its checksum'],
    ['without a value', whole.replace('"value"', '"walue"'), 'does not match its checksum'],
    ['of no version', whole.replace('"version":1', '"version":"1"'), 'does not match its checksum'],
    ['newer', whole.replace('"version":1', '"version":2'), 'was written by a newer hawser (2)'],
  ])('%s', async (_, text, fault) => {
    const { cursor } = bench({ initialValue: '0', text });
    const sentence = `the cursor ${PATH} ${fault}; restore it, or delete it to start from initial-value`;
    await expect(cursor.open()).rejects.toEqual(new StateError(sentence));
  });

  test('cut anywhere', () => {
    const cuts = Array.from(whole.trimEnd(), (_, at) => parseState('cursor', whole.slice(0, at)));
    expect(cuts.filter((read) => 'value' in read)).toEqual([]);
  });

  test('it is not locked any more', async () => {
    const { cursor, files } = bench({ text: '' });
    await cursor.open().catch(() => {});
    expect([...files.locked]).toEqual([]);
  });

  test('without an initial value the advice does not name one', async () => {
    const { cursor } = bench({ text: '' });
    await expect(cursor.open()).rejects.toThrow(/delete it to start without a cursor$/);
  });

  test('one that cannot be read is an error too', async () => {
    const { cursor, files } = bench();
    files.readText = () => Promise.reject(new Error('EACCES: permission denied'));
    const sentence = `the cursor ${PATH} cannot be read: EACCES: permission denied`;
    await expect(cursor.open()).rejects.toEqual(new StateError(sentence));
  });
});

describe('two writers', () => {
  test('the second one cannot open', async () => {
    const { create } = await opened();
    await expect(create().open()).rejects.toEqual(new StateError(`${PATH} is in use`));
  });

  test('the second one can open once the first one has closed', async () => {
    const { cursor, create } = await opened();
    await cursor.close();
    await expect(create().open()).resolves.toBeUndefined();
  });

  test('the second one can be tried again', async () => {
    const { cursor, create } = await opened();
    const second = create();
    await second.open().catch(() => {});
    await cursor.close();
    await expect(second.open()).resolves.toBeUndefined();
  });

  test('a lock that cannot be made is an error that names the file', async () => {
    const { cursor, files } = bench();
    files.lock = () => Promise.reject(new Error('EROFS: read-only file system'));
    const sentence = `the cursor ${PATH} cannot be locked: EROFS: read-only file system`;
    await expect(cursor.open()).rejects.toEqual(new StateError(sentence));
  });
});

describe('a cursor that advances', () => {
  test('is the new value at once', async () => {
    const { cursor } = await opened({ initialValue: '0' });
    cursor.advance('1');
    expect([cursor.value, cursor.committed]).toEqual(['1', true]);
  });

  test('is written at once when the last write is long ago', async () => {
    const { cursor, files, clock } = await opened();
    cursor.advance('1');
    await clock.settle();
    expect(values(files)).toEqual(['1']);
  });

  test('is written every 100 ms at most, each time with the last value', async () => {
    const { cursor, files, clock } = await opened();
    for (let value = 1; value <= 500; value += 1) {
      cursor.advance(String(value));
      await clock.advance(1);
    }
    await clock.advance(100);
    expect(values(files)).toEqual(['1', '100', '200', '300', '400', '500']);
  });

  test('is not written again when the value is the same', async () => {
    const { cursor, files, clock } = await opened();
    for (let round = 0; round < 3; round += 1) {
      cursor.advance('1');
      await clock.advance(200);
    }
    expect(values(files)).toEqual(['1']);
  });

  test('is never written twice at a time, and the last value lands', async () => {
    const { cursor, files, clock } = await opened();
    files.stop();
    for (let value = 1; value <= 5; value += 1) {
      cursor.advance(String(value));
      await clock.advance(200);
    }
    files.resume();
    await clock.advance(200);
    expect([files.mostAtOnce, values(files)]).toEqual([1, ['1', '5']]);
  });

  test('leaves no timer once it is written', async () => {
    const { cursor, clock } = await opened();
    cursor.advance('1');
    cursor.advance('2');
    await clock.advance(200);
    expect(clock.pending).toBe(0);
  });

  test('before it is open it stays', async () => {
    const { cursor, files, clock } = bench();
    cursor.advance('1');
    await clock.advance(200);
    expect([cursor.value, files.writes]).toEqual([undefined, []]);
  });
});

describe('a value of more than 64 KiB', () => {
  test('is refused: the cursor stays', async () => {
    const { cursor } = await opened();
    cursor.advance('1');
    cursor.advance('é'.repeat(MAX_CURSOR / 2 + 1));
    expect([cursor.value, cursor.counts().refused]).toEqual(['1', 1]);
  });

  test('is told once', async () => {
    const { cursor, log } = await opened();
    for (let round = 0; round < 3; round += 1) cursor.advance('x'.repeat(MAX_CURSOR + 1 + round));
    expect(log).toEqual([`error a value is too large for the cursor ${PATH}, which stays: 65537 bytes, at most 65536`]);
  });
});

describe('a disk that takes nothing', () => {
  test('does not move what was committed in memory', async () => {
    const { cursor, files, clock } = await opened();
    files.fault = FULL;
    cursor.advance('1');
    await clock.advance(1000);
    expect(cursor.value).toBe('1');
  });

  test('is tried again every 100 ms, with the last value', async () => {
    const { cursor, files, clock } = await opened();
    files.fault = FULL;
    cursor.advance('1');
    await clock.advance(950);
    cursor.advance('2');
    files.fault = undefined;
    await clock.advance(50);
    expect([cursor.counts().failedWrites, values(files)]).toEqual([10, ['2']]);
  });

  test('is told at once, then every ten seconds', async () => {
    const { cursor, files, clock, log } = await opened();
    files.fault = FULL;
    cursor.advance('1');
    await clock.advance(10_500);
    const line = `error the cursor ${PATH} cannot be written: ${FULL.message}; tried again`;
    expect(log).toEqual([line, line]);
  });
});

describe('a cursor that closes', () => {
  test('writes the last value first', async () => {
    const { cursor, files } = await opened();
    cursor.advance('1');
    cursor.advance('2');
    await cursor.close();
    expect(values(files).at(-1)).toBe('2');
  });

  test('waits for the write that is under way', async () => {
    const { cursor, files, clock } = await opened();
    files.stop();
    cursor.advance('1');
    let closed = false;
    const closing = cursor.close().then(() => {
      closed = true;
    });
    await clock.settle();
    const before = closed;
    files.resume();
    await closing;
    expect([before, values(files)]).toEqual([false, ['1']]);
  });

  test('unlocks', async () => {
    const { cursor, files } = await opened();
    await cursor.close();
    expect([...files.locked]).toEqual([]);
  });

  test('leaves no timer', async () => {
    const { cursor, clock } = await opened();
    cursor.advance('1');
    await clock.settle();
    cursor.advance('2');
    await cursor.close();
    expect(clock.pending).toBe(0);
  });

  test('rejects when the last value is not on disk', async () => {
    const { cursor, files, clock } = await opened();
    files.fault = FULL;
    cursor.advance('1');
    await clock.settle();
    const sentence = `the cursor ${PATH} cannot be written: ${FULL.message}; the next start is behind`;
    await expect(cursor.close()).rejects.toEqual(new StateError(sentence));
  });

  test('unlocks also when the last value is not on disk', async () => {
    const { cursor, files } = await opened();
    files.fault = FULL;
    cursor.advance('1');
    await cursor.close().catch(() => {});
    expect([...files.locked]).toEqual([]);
  });

  test('tries a failed write once more', async () => {
    const { cursor, files, clock } = await opened();
    files.fault = FULL;
    cursor.advance('1');
    await clock.settle();
    files.fault = undefined;
    await cursor.close();
    expect(values(files)).toEqual(['1']);
  });

  test('takes no value afterwards', async () => {
    const { cursor, files, clock } = await opened();
    await cursor.close();
    cursor.advance('1');
    await clock.advance(200);
    expect([cursor.value, files.writes]).toEqual([undefined, []]);
  });

  test('can be opened again, and is what was written', async () => {
    const { cursor, files } = await opened();
    cursor.advance('1');
    await cursor.close();
    await cursor.open();
    cursor.advance('2');
    await cursor.close();
    expect(values(files)).toEqual(['1', '2']);
  });

  test('can be opened again before it has closed', async () => {
    const { cursor, files } = await opened();
    cursor.advance('1');
    const closing = cursor.close();
    const opening = cursor.open();
    await Promise.all([closing, opening]);
    cursor.advance('2');
    await cursor.close();
    expect(values(files)).toEqual(['1', '2']);
  });

  test('again, while it opens again, unlocks what that locks', async () => {
    const { cursor, files } = await opened();
    await Promise.all([cursor.close(), cursor.open(), cursor.close()]);
    expect([...files.locked]).toEqual([]);
  });

  test('while it opens, it unlocks what that has locked', async () => {
    const { cursor, files } = bench();
    const opening = cursor.open();
    await cursor.close();
    await opening;
    expect([...files.locked]).toEqual([]);
  });

  test('says so when its lock cannot be taken away', async () => {
    const { cursor, files, log } = bench();
    files.lock = async () => () => Promise.reject(new Error('EIO'));
    await cursor.open();
    await cursor.close();
    expect(log).toEqual([`warn the lock of the cursor ${PATH} stays`]);
  });
});
