import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { Watch } from './watch.ts';

/** A process of a test's own, which prints what it does, one line each. */
export class PeerProcess {
  readonly lines: string[] = [];
  /** Everything that it wrote to its standard error. */
  errors = '';
  /** How it ended: its code, or null for a signal. */
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;
  readonly #watch = new Watch();
  #ended = false;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.exited = new Promise((resolve) => {
      child.once('close', (code) => {
        this.#ended = true;
        this.#watch.changed();
        resolve(code);
      });
    });
    if (child.stdout) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        this.lines.push(line);
        this.#watch.changed();
      });
    }
    child.stderr?.on('data', (data: Buffer) => {
      this.errors += data.toString();
    });
  }

  /**
   * The rest of the line number `index`, from 0, that begins with `word`.
   * @throws Error when the process has ended without it.
   */
  async prints(word: string, index = 0): Promise<string> {
    const find = () => this.lines.filter((line) => line.startsWith(`${word} `))[index];
    await this.#watch.until(() => this.#ended || find() !== undefined);
    const found = find();
    if (found === undefined) throw new Error(`it has ended without telling "${word}": ${this.errors}`);
    return found.slice(word.length + 1);
  }

  /** Freezes it: its connections stay, and it answers nothing. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }
}

/** Runs a script of this folder until the test has finished; TypeScript too. */
export function startProcess(script: string, ...args: string[]): PeerProcess {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const loader = script.endsWith('.ts') ? ['--import', 'tsx'] : [];
  const child = spawn(process.execPath, [...loader, path, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const peer = new PeerProcess(child);
  onTestFinished(() => peer.kill());
  return peer;
}
