import { Readable, Writable } from 'node:stream';
import type { Files, OverwrittenFile } from '../environment.ts';
import type { DiskLife } from './disk-life.ts';

/** The files of a memory disk. */
export interface DiskTexts {
  readonly texts: Map<string, string>;
  /** What a file held before, oldest first, since it was durable; undefined: it was not there. */
  readonly earlier: Map<string, (string | undefined)[]>;
  /** What is in a folder. */
  names(folder: string): string[];
}

/** States of a file that are remembered for a loss of power: the oldest, and the last ones. */
const REMEMBERED = 8;

/** The files of a memory disk, for one process. */
export class LifeFiles implements Files {
  readonly #disk: DiskTexts;
  readonly #life: DiskLife;
  readonly #keep: (path: string) => () => Promise<void>;

  constructor(disk: DiskTexts, life: DiskLife, keep: (path: string) => () => Promise<void>) {
    this.#disk = disk;
    this.#life = life;
    this.#keep = keep;
  }

  readText(path: string): Promise<string> {
    return this.#life.ask(() => {
      const text = this.#disk.texts.get(path);
      if (text !== undefined) return text;
      throw Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), { code: 'ENOENT' });
    });
  }

  async readBytes(path: string): Promise<Buffer> {
    return Buffer.from(await this.readText(path));
  }

  read(path: string): Readable {
    let bytes: Buffer | null = null;
    return new Readable({
      construct: (done) => {
        this.readBytes(path).then((read) => {
          bytes = read;
          done();
        }, done);
      },
      read() {
        if (bytes !== null) this.push(bytes);
        this.push(null);
      },
    });
  }

  append(path: string): Writable {
    return new Writable({
      write: (bytes: Buffer, _, done) => {
        const appended = this.#write(path, (text) => `${text}${bytes}`);
        appended.then(() => done(), done);
      },
    });
  }

  replace(path: string, text: string): Promise<void> {
    return this.#life.write(path, () => {
      this.#life.requireRoom();
      this.#disk.texts.set(path, text);
      this.#disk.earlier.delete(path);
    });
  }

  list(path: string): Promise<string[]> {
    return this.#life.ask(() => this.#disk.names(path));
  }

  async overwrite(path: string): Promise<OverwrittenFile> {
    if (!this.#disk.texts.has(path)) await this.#write(path, (text) => text);
    return {
      write: (text) => this.#write(path, (before) => `${text}${before.slice(text.length)}`),
      close: () => this.#life.after(path, () => {}),
    };
  }

  lock(path: string): Promise<() => Promise<void>> {
    return this.#life.ask(() => this.#keep(path));
  }

  /** What is not durable at once. */
  #write(path: string, change: (text: string) => string): Promise<void> {
    return this.#life.write(path, () => {
      this.#life.requireRoom();
      const { texts, earlier } = this.#disk;
      const states = earlier.get(path) ?? [];
      states.push(texts.get(path));
      if (states.length > REMEMBERED) states.splice(1, 1);
      earlier.set(path, states);
      texts.set(path, change(texts.get(path) ?? ''));
    });
  }
}

/** What a file holds after the power has failed: one of its states, or the beginning of one and the end of the next. */
export function loseText(
  earlier: readonly (string | undefined)[],
  text: string | undefined,
  random: () => number,
): string | undefined {
  const states = [...earlier, text];
  const at = Math.floor(random() * states.length);
  const [one, next] = [states[at], states[at + 1]];
  if (one === undefined || next === undefined) return one;
  const cut = Math.floor(random() * (next.length + 1));
  return `${next.slice(0, cut)}${one.slice(cut)}`;
}
