import type { Clock, Files, OpenStore } from '../environment.ts';
import { StateError } from '../errors.ts';
import { DiskLife } from './disk-life.ts';
import { type DiskTexts, LifeFiles, loseText } from './memory-files.ts';
import { LifeStore, StoredEntries } from './memory-store.ts';

/** A disk in memory that outlives the processes that use it. */
export interface MemoryDisk {
  /** What one life of a process sees of it. */
  mount(): DiskMount;
  /**
   * The power fails; whoever uses the disk has died before. Of the writes to each store since its last sync a prefix
   * stays, by chance. A file that was overwritten or appended to holds what it held, or something earlier, or both.
   */
  loseUnsynced(random: () => number): void;
  /** Every write fails with ENOSPC. */
  full: boolean;
  /** Milliseconds that each write takes from now on; 0 is a microtask. */
  latency: number;
  /** The files, by path. */
  readonly texts: Map<string, string>;
}

export interface DiskMount {
  readonly files: Files;
  readonly openStore: OpenStore;
  /**
   * The process is killed. Of the writes that are under way, those to one file or store are done up to one of them, by
   * chance. No call answers any more, earlier ones neither, nor changes anything; locks are free.
   */
  die(): void;
}

export interface MemoryDiskOptions {
  readonly clock: Clock;
  /** Decides what becomes of writes that a death interrupts. */
  readonly random: () => number;
}

/** A `MemoryDisk` without files. */
export function createMemoryDisk(options: MemoryDiskOptions): MemoryDisk {
  return new Disk(options);
}

class Disk implements MemoryDisk, DiskTexts {
  full = false;
  latency = 0;
  readonly texts = new Map<string, string>();
  readonly earlier = new Map<string, (string | undefined)[]>();
  readonly #options: MemoryDiskOptions;
  readonly #stores = new Map<string, StoredEntries>();
  /** Who keeps what, by the file that says so: of a lock, of a store. */
  readonly #holders = new Map<string, DiskLife>();

  constructor(options: MemoryDiskOptions) {
    this.#options = options;
  }

  mount(): DiskMount {
    const life = new DiskLife({ ...this.#options, disk: this });
    return {
      files: new LifeFiles(this, life, (path) => this.#lock(path, life)),
      openStore: (folder, { create }) => life.ask(() => this.#open(folder, create, life)),
      die: () => {
        life.die();
        for (const [file, holder] of this.#holders) if (holder === life) this.#holders.delete(file);
      },
    };
  }

  loseUnsynced(random: () => number): void {
    for (const entries of this.#stores.values()) entries.loseUnsynced(random);
    for (const [path, earlier] of this.earlier) {
      const text = loseText(earlier, this.texts.get(path), random);
      if (text === undefined) this.texts.delete(path);
      else this.texts.set(path, text);
    }
    this.earlier.clear();
  }

  names(folder: string): string[] {
    const start = `${folder}/`;
    const stores = [...this.#stores.keys()].map((path) => `${path}/CURRENT`);
    const inside = [...this.texts.keys(), ...stores, ...this.#holders.keys()].filter((path) => path.startsWith(start));
    return [...new Set(inside.map((path) => path.slice(start.length).replace(/\/.*$/, '')))];
  }

  #lock(path: string, life: DiskLife): () => Promise<void> {
    const leave = this.#hold(`${path}.lock`, path, life);
    return () => life.ask(leave);
  }

  #open(folder: string, create: boolean, life: DiskLife): LifeStore {
    if (!create && !this.#stores.has(folder)) throw new StateError(`the store ${folder} is missing`);
    const leave = this.#hold(`${folder}/LOCK`, `the store ${folder}`, life);
    const entries = this.#stores.get(folder) ?? new StoredEntries();
    this.#stores.set(folder, entries);
    return new LifeStore(folder, entries, life, leave);
  }

  #hold(file: string, what: string, life: DiskLife): () => void {
    const holder = this.#holders.get(file);
    if (holder) {
      throw new StateError(`${what} is in use by ${holder === life ? 'this process already' : 'another process'}`);
    }
    this.#holders.set(file, life);
    return () => {
      if (this.#holders.get(file) === life) this.#holders.delete(file);
    };
  }
}
