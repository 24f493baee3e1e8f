import type { Store, StoreChange, StoreEntry } from '../environment.ts';
import { StateError } from '../errors.ts';
import type { DiskLife } from './disk-life.ts';

/** What is in a store of a memory disk: as the system shows it, and as it is on the disk itself. */
export class StoredEntries {
  #shown = new SortedEntries();
  readonly #durable = new SortedEntries();
  /** Writes that are shown and not durable. */
  #unsynced: (readonly StoreChange[])[] = [];

  read(from: string, to: string, bytes: number): StoreEntry[] {
    return this.#shown.read(from, to, bytes);
  }

  write(changes: readonly StoreChange[], sync: boolean): void {
    this.#shown.change(changes);
    this.#unsynced.push(changes);
    if (sync) this.#keep(this.#unsynced.length);
  }

  /** A random prefix of what is not durable stays. */
  loseUnsynced(random: () => number): void {
    this.#keep(Math.floor(random() * (this.#unsynced.length + 1)));
    this.#shown = this.#durable.copy();
  }

  #keep(writes: number): void {
    for (const changes of this.#unsynced.slice(0, writes)) this.#durable.change(changes);
    this.#unsynced = [];
  }
}

/** A store that one process has opened. */
export class LifeStore implements Store {
  readonly #folder: string;
  readonly #entries: StoredEntries;
  readonly #life: DiskLife;
  readonly #leave: () => void;
  #closed = false;
  #fault: StateError | undefined;

  constructor(folder: string, entries: StoredEntries, life: DiskLife, leave: () => void) {
    this.#folder = folder;
    this.#entries = entries;
    this.#life = life;
    this.#leave = leave;
  }

  read(from: string, to: string, bytes: number): Promise<StoreEntry[]> {
    return this.#life.ask(() => {
      if (this.#closed) throw new StateError(`the store ${this.#folder} cannot be read: it is closed`);
      return this.#entries.read(from, to, bytes);
    });
  }

  write(changes: readonly StoreChange[], sync: boolean): Promise<void> {
    if (this.#closed) {
      return this.#life.ask(() => {
        throw new StateError(`the store ${this.#folder} cannot be written: it is closed`);
      });
    }
    const own = changes.map(({ key, value }) => (value ? { key, value: Buffer.from(value) } : { key }));
    return this.#life.write(this.#folder, () => this.#write(own, sync));
  }

  close(): Promise<void> {
    if (this.#closed) return this.#life.ask(() => {});
    this.#closed = true;
    return this.#life.after(this.#folder, this.#leave);
  }

  /** After a write that failed there is no other one, as in a store on disk. */
  #write(changes: readonly StoreChange[], sync: boolean): void {
    if (this.#fault) throw this.#fault;
    try {
      this.#life.requireRoom();
    } catch (cause) {
      const text = cause instanceof Error ? cause.message : String(cause);
      this.#fault = new StateError(`the store ${this.#folder} cannot be written: ${text}`, { cause });
      throw this.#fault;
    }
    this.#entries.write(changes, sync);
  }
}

/** Keys are in the order of JavaScript's strings, which for ASCII is that of their bytes. */
class SortedEntries {
  readonly #keys: string[];
  readonly #values: Map<string, Buffer>;

  constructor(keys: readonly string[] = [], values: ReadonlyMap<string, Buffer> = new Map()) {
    this.#keys = [...keys];
    this.#values = new Map(values);
  }

  copy(): SortedEntries {
    return new SortedEntries(this.#keys, this.#values);
  }

  read(from: string, to: string, bytes: number): StoreEntry[] {
    const entries: StoreEntry[] = [];
    let left = bytes;
    for (let at = this.#placeOf(from); at < this.#keys.length; at += 1) {
      const key = this.#keys[at];
      const value = key === undefined || key >= to ? undefined : this.#values.get(key);
      if (key === undefined || !value) break;
      left -= value.length;
      if (left < 0 && entries.length > 0) break;
      entries.push({ key, value: Buffer.from(value) });
    }
    return entries;
  }

  change(changes: readonly StoreChange[]): void {
    for (const { key, value } of changes) {
      const known = this.#values.has(key);
      if (value) this.#values.set(key, value);
      else this.#values.delete(key);
      if (known === (value !== undefined)) continue;
      const place = this.#placeOf(key);
      if (known) this.#keys.splice(place, 1);
      else this.#keys.splice(place, 0, key);
    }
  }

  /** Of the first key that is not below. */
  #placeOf(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#keys[middle] ?? '') < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
