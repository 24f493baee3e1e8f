import type { Chunk } from '../../src/messages/chunk.ts';
import type { ChunkLog, ChunkLogOptions } from '../../src/store/chunk-log.ts';
import { createChunkLog } from '../../src/store/folder-log.ts';
import { createMemoryDisk, type MemoryDisk } from '../../src/testing/memory-disk.ts';
import { createStepClock } from '../../src/testing/step-clock.ts';
import { shown } from '../streams/events.ts';
import { logbook } from '../streams/stream-bench.ts';

export const FOLDER = '/state/buffers/ticks.store';

/** A log in a memory disk whose process may die, and what is seen of it. */
export function chunkLogBench(options: Partial<ChunkLogOptions> = {}) {
  const clock = createStepClock();
  const disk: MemoryDisk = createMemoryDisk({ clock, random: () => 0.5 });
  const logger = logbook();
  const kept: string[] = [];
  const failures: string[] = [];
  let mount = disk.mount();

  /** A life of the process. */
  async function open(): Promise<ChunkLog> {
    const { files, openStore } = mount;
    const log = createChunkLog({
      folder: FOLDER,
      durability: 'commit',
      files,
      openStore,
      logger,
      decode: () => undefined,
      ...options,
    });
    log.durable$.subscribe(({ source, through }) => kept.push(`${source}${through}`));
    log.failed$.subscribe((error) => failures.push(error.message));
    await log.open();
    return log;
  }

  return {
    clock,
    disk,
    logger,
    kept,
    failures,
    open,

    /** The process is killed, and another one opens what it has left. */
    async reopen(): Promise<ChunkLog> {
      mount.die();
      mount = disk.mount();
      return open();
    },

    /** The power fails: also what was not synced is gone. */
    async reopenAfterPowerFailure(): Promise<ChunkLog> {
      mount.die();
      disk.loseUnsynced(() => 0);
      mount = disk.mount();
      return open();
    },

    /** Changes what is on the disk, while nobody has it open. */
    async tamper(change: (entries: Map<string, Buffer>) => void): Promise<void> {
      mount.die();
      mount = disk.mount();
      const store = await mount.openStore(`${FOLDER}/chunks`, { create: false });
      const before = new Map((await store.read('', '~', 1e9)).map(({ key, value }) => [key, Buffer.from(value)]));
      const after = new Map(before);
      change(after);
      const removed = [...before.keys()].filter((key) => !after.has(key)).map((key) => ({ key }));
      await store.write([...removed, ...[...after].map(([key, value]) => ({ key, value }))], true);
      await store.close();
    },
  };
}

/** All that a log still has to give, as it comes. */
export async function loadAll(log: ChunkLog): Promise<string[]> {
  const chunks: Chunk[] = [];
  while (log.waiting.events > 0) {
    if (!(await log.load((chunk) => chunks.push(chunk)))) throw new Error('it cannot be read');
  }
  return chunks.map(shown);
}
