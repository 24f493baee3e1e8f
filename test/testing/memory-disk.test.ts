import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import type { Store, StoreEntry } from '../../src/environment.ts';
import { StateError } from '../../src/errors.ts';
import { createMemoryDisk } from '../../src/testing/memory-disk.ts';
import { seededRandom } from '../../src/testing/scripted-random.ts';
import { createStepClock } from '../../src/testing/step-clock.ts';

function bench({ random = seededRandom(1) }: { random?: () => number } = {}) {
  const clock = createStepClock();
  const disk = createMemoryDisk({ clock, random });
  return { clock, disk, life: disk.mount() };
}

const FOLDER = 'state/buffers/a';
const NONE = () => 0;
const MOST = () => 0.999;

const put = (key: string, value = key): StoreEntry => ({ key, value: Buffer.from(value) });

const shown = (found: readonly StoreEntry[]) =>
  found.map(({ key, value }) => (key === `${value}` ? key : `${key}=${value}`)).join(' ');

async function all(store: Store): Promise<string> {
  return shown(await store.read('', '~', 1e9));
}

/** What the next process finds in the store. */
async function found({ disk }: ReturnType<typeof bench>): Promise<string> {
  return all(await disk.mount().openStore(FOLDER, { create: false }));
}

/** `waits`, then `done` or the error. */
function watched(promise: Promise<unknown>) {
  const state = { now: 'waits' };
  promise.then(
    () => {
      state.now = 'done';
    },
    (error: unknown) => {
      state.now = String(error);
    },
  );
  return state;
}

describe('a store in memory', () => {
  test('has what was written, in the order of keys, for the next process', async () => {
    const it = bench();
    const store = await it.life.openStore(FOLDER, { create: true });
    await store.write([put('c'), put('a'), put('b', '1')], false);
    await store.write([{ key: 'c' }, put('d')], false);
    await store.close();
    expect(await found(it)).toBe('a b=1 d');
  });

  test('reads from the first key on, up to the last one excluded', async () => {
    const store = await bench().life.openStore(FOLDER, { create: true });
    await store.write(
      ['a', 'b', 'c', 'd'].map((key) => put(key)),
      false,
    );
    expect(shown(await store.read('b', 'd', 1e9))).toBe('b c');
  });

  test.each([
    [0, 'a'],
    [1, 'a'],
    [2, 'a b'],
    [9, 'a b c'],
  ])('reads %d bytes of values at most, one entry at least', async (bytes, keys) => {
    const store = await bench().life.openStore(FOLDER, { create: true });
    await store.write(
      ['a', 'b', 'c'].map((key) => put(key)),
      false,
    );
    expect(shown(await store.read('', '~', bytes))).toBe(keys);
  });

  test('keeps a copy of its own of what it is given', async () => {
    const store = await bench().life.openStore(FOLDER, { create: true });
    const entry = put('a');
    const written = store.write([entry], false);
    entry.value.fill('x');
    await written;
    (await store.read('', '~', 9))[0]?.value.fill('y');
    expect(await all(store)).toBe('a');
  });

  test('that is missing is not made unless asked', async () => {
    const opening = bench().life.openStore(FOLDER, { create: false });
    await expect(opening).rejects.toEqual(new StateError(`the store ${FOLDER} is missing`));
  });

  test.each([
    ['this process already', 0],
    ['another process', 1],
  ])('that is open in %s is refused', async (who, at) => {
    const { disk, life } = bench();
    await life.openStore(FOLDER, { create: true });
    const second = [life, disk.mount()][at]?.openStore(FOLDER, { create: true });
    await expect(second).rejects.toEqual(new StateError(`the store ${FOLDER} is in use by ${who}`));
  });

  test('that is closed is neither written nor read', async () => {
    const store = await bench().life.openStore(FOLDER, { create: true });
    await store.close();
    await expect(store.write([put('a')], false)).rejects.toThrow(StateError);
    await expect(all(store)).rejects.toThrow(StateError);
  });

  test('has been closed only when what was under way is written', async () => {
    const it = bench();
    it.disk.latency = 100;
    const store = await it.life.openStore(FOLDER, { create: true });
    const written = watched(store.write([put('a')], false));
    const closed = watched(store.close());
    await it.clock.advance(99);
    const before = closed.now;
    await it.clock.advance(1);
    expect([before, written.now, closed.now, await found(it)]).toEqual(['waits', 'done', 'done', 'a']);
  });
});

describe('a write', () => {
  test('takes the latency of the disk, one after the other', async () => {
    const { clock, disk, life } = bench();
    disk.latency = 100;
    const store = await life.openStore(FOLDER, { create: true });
    const [one, two] = [watched(store.write([put('a')], true)), watched(store.write([put('b')], true))];
    const states: string[] = [];
    for (const ms of [99, 1, 99, 1]) {
      await clock.advance(ms);
      states.push(`${one.now} ${two.now}`);
    }
    expect(states).toEqual(['waits waits', 'done waits', 'done waits', 'done done']);
  });

  test('shows nothing before it is over', async () => {
    const { clock, disk, life } = bench();
    disk.latency = 100;
    const replaced = life.files.replace('a.json', 'one');
    await clock.advance(99);
    const before = disk.texts.get('a.json');
    await clock.advance(1);
    await replaced;
    expect([before, disk.texts.get('a.json')]).toEqual([undefined, 'one']);
  });

  test('to one file does not wait for another one', async () => {
    const { clock, disk, life } = bench();
    disk.latency = 100;
    const written = ['a', 'b'].map((path) => watched(life.files.replace(path, 'x')));
    await clock.advance(100);
    expect(written.map(({ now }) => now)).toEqual(['done', 'done']);
  });
});

describe('a full disk', () => {
  test('refuses every write to a file', async () => {
    const { disk, life } = bench();
    const kept = await life.files.overwrite('b');
    disk.full = true;
    const writes = [life.files.replace('a', 'x'), life.files.overwrite('c'), kept.write('x')];
    const codes = await Promise.all(writes.map((write) => write.then(() => 'done').catch(({ code }) => code)));
    expect([codes, disk.texts.get('b'), disk.texts.size]).toEqual([Array(3).fill('ENOSPC'), '', 1]);
  });

  test('refuses a write to a store with an error that says so', async () => {
    const { disk, life } = bench();
    const store = await life.openStore(FOLDER, { create: true });
    disk.full = true;
    const sentence = `the store ${FOLDER} cannot be written: ENOSPC: no space left on device, write`;
    await expect(store.write([put('a')], true)).rejects.toEqual(new StateError(sentence));
  });

  test('ends the writing to a store until it is opened again', async () => {
    const it = bench();
    const store = await it.life.openStore(FOLDER, { create: true });
    it.disk.full = true;
    await store.write([put('a')], true).catch(() => {});
    it.disk.full = false;
    await expect(store.write([put('b')], true)).rejects.toThrow('ENOSPC');
    await store.close();
    expect(await found(it)).toBe('');
  });
});

describe('a process that dies', () => {
  test('leaves what was written, synced or not', async () => {
    const it = bench();
    const store = await it.life.openStore(FOLDER, { create: true });
    await store.write([put('a')], true);
    await store.write([put('b')], false);
    it.life.die();
    expect(await found(it)).toBe('a b');
  });

  test.each([
    [NONE, ''],
    [() => 0.5, 'a'],
    [MOST, 'a b'],
  ])('leaves of the writes under way a part, in order', async (random, left) => {
    const it = bench({ random });
    const store = await it.life.openStore(FOLDER, { create: true });
    it.disk.latency = 100;
    for (const key of ['a', 'b']) store.write([put(key)], true);
    await it.clock.advance(50);
    it.life.die();
    expect(await found(it)).toBe(left);
  });

  test('leaves of each write all or nothing, by chance', async () => {
    const random = seededRandom(3);
    const left = new Set<string>();
    for (let round = 0; round < 50; round += 1) {
      const it = bench({ random });
      const store = await it.life.openStore(FOLDER, { create: true });
      store.write([put('a'), put('b')], true);
      it.life.die();
      left.add(await found(it));
    }
    expect([...left].sort()).toEqual(['', 'a b']);
  });

  test('hears of nothing any more, and changes nothing', async () => {
    const { clock, disk, life } = bench({ random: NONE });
    const store = await life.openStore(FOLDER, { create: true });
    const file = await life.files.overwrite('b');
    disk.latency = 100;
    const calls = () => [
      store.write([put('a')], true),
      all(store),
      life.files.replace('a', 'x'),
      file.write('x'),
      life.files.readText('b'),
      life.files.list('.'),
      life.files.lock('l'),
      life.openStore('other', { create: true }),
      store.close(),
      store.write([put('a')], true),
    ];
    const states = calls().map(watched);
    life.die();
    states.push(...calls().map(watched));
    await clock.advance(1000);
    expect([states.filter(({ now }) => now !== 'waits'), [...disk.texts]]).toEqual([[], [['b', '']]]);
  });

  test('hears nothing of a write that its death has let through', async () => {
    const { clock, disk, life } = bench({ random: MOST });
    const written = watched(life.files.replace('a', 'x'));
    life.die();
    await clock.settle();
    expect([written.now, disk.texts.get('a')]).toEqual(['waits', 'x']);
  });

  test('leaves no timer, and makes none', async () => {
    const { clock, disk, life } = bench();
    disk.latency = 100;
    void life.files.replace('a', 'x');
    life.die();
    void life.files.replace('a', 'x');
    expect(clock.pending).toBe(0);
  });

  test('lets go of its locks and stores', async () => {
    const { disk, life } = bench();
    await life.files.lock('a');
    await life.openStore(FOLDER, { create: true });
    life.die();
    const next = disk.mount();
    await expect(next.files.lock('a')).resolves.toBeTypeOf('function');
    await expect(next.openStore(FOLDER, { create: false })).resolves.toBeTypeOf('object');
  });

  test('takes nothing of what another process keeps', async () => {
    const { disk, life } = bench();
    const next = disk.mount();
    await next.files.lock('a');
    life.die();
    await expect(next.files.lock('a')).rejects.toEqual(new StateError('a is in use by this process already'));
  });
});

describe('a loss of power', () => {
  async function lost(random: () => number): Promise<string> {
    const it = bench();
    const store = await it.life.openStore(FOLDER, { create: true });
    await store.write([put('a')], false);
    await store.write([put('b')], true);
    await store.write([put('c'), { key: 'a' }], false);
    await store.write([put('d')], false);
    it.life.die();
    it.disk.loseUnsynced(random);
    return found(it);
  }

  test.each([
    [NONE, 'a b'],
    [() => 0.5, 'b c'],
    [MOST, 'b c d'],
  ])('leaves what was synced, with what came before it, and a part of the rest in order', async (random, left) => {
    expect(await lost(random)).toBe(left);
  });

  test('leaves what it has left at the next one', async () => {
    const it = bench();
    const store = await it.life.openStore(FOLDER, { create: true });
    await store.write([put('a')], false);
    await (await it.life.files.overwrite('f')).write('1');
    it.life.die();
    it.disk.loseUnsynced(MOST);
    it.disk.loseUnsynced(NONE);
    expect([await found(it), it.disk.texts.get('f')]).toEqual(['a', '1']);
  });

  test('takes with it what was written after the one before', async () => {
    const it = bench();
    const store = await it.life.openStore(FOLDER, { create: true });
    await store.write([put('a')], true);
    it.disk.loseUnsynced(NONE);
    await store.write([put('b')], false);
    it.life.die();
    it.disk.loseUnsynced(NONE);
    expect(await found(it)).toBe('a');
  });

  test('leaves a file that was replaced', async () => {
    const { disk, life } = bench();
    await life.files.replace('a', 'one');
    await life.files.replace('a', 'two');
    disk.loseUnsynced(NONE);
    expect(disk.texts.get('a')).toBe('two');
  });

  test('leaves of a file that was overwritten what it held, something earlier or a mixture', async () => {
    const random = seededRandom(5);
    const left = new Set<string | undefined>();
    for (let round = 0; round < 400; round += 1) {
      const { disk, life } = bench();
      const file = await life.files.overwrite('a');
      for (const state of ['11', '22']) await file.write(state);
      life.die();
      disk.loseUnsynced(random);
      left.add(disk.texts.get('a'));
    }
    expect([...left].sort()).toEqual(['', '1', '11', '21', '22', undefined]);
  });

  test('leaves of a file that was replaced and overwritten nothing older than its replacement', async () => {
    const { disk, life } = bench();
    const file = await life.files.overwrite('a');
    await file.write('11');
    await life.files.replace('a', '22');
    await file.write('33');
    disk.loseUnsynced(NONE);
    expect(disk.texts.get('a')).toBe('22');
  });
});

describe('the files in memory', () => {
  test('that are missing are named', async () => {
    await expect(bench().life.files.readText('a')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('are listed with folders, stores and locks, each once', async () => {
    const { life } = bench();
    for (const path of ['s/a.json', 's/b/c.json', 's/b/d.json', 't.json']) await life.files.replace(path, 'x');
    await life.openStore('s/chunks', { create: true });
    await life.files.lock('s/l');
    expect((await life.files.list('s')).sort()).toEqual(['a.json', 'b', 'chunks', 'l.lock']);
  });

  test('are none in a folder that is missing', async () => {
    expect(await bench().life.files.list('s')).toEqual([]);
  });

  test('that are overwritten keep what stands behind a shorter text', async () => {
    const { disk, life } = bench();
    const file = await life.files.overwrite('a');
    for (const state of ['123', '9']) await file.write(state);
    expect(disk.texts.get('a')).toBe('923');
  });

  test('are read as streams, and appended to', async () => {
    const { life } = bench();
    const stream = life.files.append('a');
    stream.write('one\n');
    stream.end('two\n');
    await once(stream, 'finish');
    expect(await text(life.files.read('a'))).toBe('one\ntwo\n');
  });

  test('that are missing are an error of the stream', async () => {
    const [error] = await once(bench().life.files.read('a'), 'error');
    expect(error).toMatchObject({ code: 'ENOENT' });
  });

  test('are locked once, until the lock is given back', async () => {
    const { disk, life } = bench();
    const unlock = await life.files.lock('a');
    await expect(disk.mount().files.lock('a')).rejects.toEqual(new StateError('a is in use by another process'));
    await unlock();
    await expect(disk.mount().files.lock('a')).resolves.toBeTypeOf('function');
  });

  test('stay locked for another process when a lock is given back once more', async () => {
    const { disk, life } = bench();
    const unlock = await life.files.lock('a');
    await unlock();
    const next = disk.mount();
    await next.files.lock('a');
    await unlock();
    await expect(life.files.lock('a')).rejects.toEqual(new StateError('a is in use by another process'));
  });
});
