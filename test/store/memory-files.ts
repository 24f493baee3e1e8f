import type { Files, OverwrittenFile } from '../../src/environment.ts';
import { StateError } from '../../src/errors.ts';

/** A disk in memory. A write lasts until the clock's next turn, or while the disk is stopped. */
export class MemoryFiles implements Omit<Files, 'read' | 'append'> {
  readonly texts = new Map<string, string>();
  readonly locked = new Set<string>();
  /** What was written, in order. */
  readonly writes: string[] = [];
  /** Most writes that were under way at the same time. */
  mostAtOnce = 0;
  /** Thrown by every write while it is set. */
  fault: Error | undefined;
  readonly #running = new Set<object>();
  #gate = Promise.resolve();
  #open = (): void => {};

  /** Writes that begin from now on do not end before `resume`. */
  stop(): void {
    this.#gate = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  resume(): void {
    this.#open();
  }

  async readText(path: string): Promise<string> {
    const text = this.texts.get(path);
    if (text === undefined) throw Object.assign(new Error(`no file ${path}`), { code: 'ENOENT' });
    return text;
  }

  async readBytes(path: string): Promise<Buffer> {
    return Buffer.from(await this.readText(path));
  }

  async replace(path: string, text: string): Promise<void> {
    const run = {};
    this.#running.add(run);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#running.size);
    try {
      await this.#gate;
      if (this.fault) throw this.fault;
      this.texts.set(path, text);
      this.writes.push(text);
    } finally {
      this.#running.delete(run);
    }
  }

  async list(path: string): Promise<string[]> {
    const names = [...this.texts.keys()]
      .filter((each) => each.startsWith(`${path}/`))
      .map((each) => each.slice(path.length + 1).replace(/\/.*$/, ''));
    return [...new Set(names)];
  }

  async overwrite(path: string): Promise<OverwrittenFile> {
    return { write: (text) => this.replace(path, text), close: async () => {} };
  }

  async lock(path: string): Promise<() => Promise<void>> {
    if (this.locked.has(path)) throw new StateError(`${path} is in use`);
    this.locked.add(path);
    return async () => void this.locked.delete(path);
  }
}
