import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';

// The command as a process, from its sources: what is tested is never an older build.

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const TSX = import.meta.resolve('tsx');

const commands: Command[] = [];
const directories: string[] = [];
afterEach(async () => {
  for (const command of commands.splice(0)) await command.destroy();
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true });
});

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Whole input; without it stdin stays open. */
  readonly stdin?: string;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class Command {
  readonly #child: ChildProcess;
  readonly #texts = { stdout: '', stderr: '' };
  readonly ended: Promise<Ended>;
  /** Directory that it runs in. */
  readonly cwd: string;

  constructor(args: readonly string[], { cwd, env, stdin }: CommandOptions) {
    this.cwd = cwd ?? process.cwd();
    const child = spawn(process.execPath, ['--import', TSX, MAIN, ...args], {
      ...(cwd === undefined ? {} : { cwd }),
      // What npm sets for the tests must not make the command think that npm has started it.
      env: { ...process.env, npm_lifecycle_event: undefined, ...env },
    });
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8');
      child[name].on('data', (text: string) => {
        this.#texts[name] += text;
      });
    }
    child.stdin.on('error', () => {});
    if (stdin !== undefined) child.stdin.end(stdin);
    this.#child = child;
    this.ended = once(child, 'close').then(() => ({
      code: child.exitCode,
      signal: child.signalCode,
      ...this.#texts,
    }));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get stderr(): string {
    return this.#texts.stderr;
  }

  /** Resolves once a stream holds the text; rejects when the command ends without it. */
  async has(name: 'stdout' | 'stderr', text: string | RegExp): Promise<void> {
    const gone = this.ended.then(() => false);
    const held = () => (typeof text === 'string' ? this.#texts[name].includes(text) : text.test(this.#texts[name]));
    while (!held()) {
      const stream = this.#child[name];
      const more = stream ? await Promise.race([once(stream, 'data').then(() => true), gone]) : false;
      if (!more && !held()) {
        throw new Error(`ended without ${text} on ${name}:\n${this.#texts[name]}`);
      }
    }
  }

  write(text: string): void {
    this.#child.stdin?.write(text);
  }

  closeInput(): void {
    this.#child.stdin?.end();
  }

  /** Reads no further, and tells the command's side so. */
  closeOutput(name: 'stdout' | 'stderr'): void {
    this.#child[name]?.destroy();
  }

  /** Reads no further, but keeps the pipe: it fills. Then only `exited` tells of the end. */
  stopReading(name: 'stdout' | 'stderr'): void {
    this.#child[name]?.pause();
  }

  /** The end of the process, whatever is left in its pipes. */
  get exited(): Promise<Pick<Ended, 'code' | 'signal'>> {
    const child = this.#child;
    return once(child, 'exit').then(() => ({ code: child.exitCode, signal: child.signalCode }));
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async destroy(): Promise<void> {
    this.#child.kill('SIGKILL');
    for (const name of ['stdout', 'stderr'] as const) this.#child[name]?.resume();
    await this.ended;
  }
}

export function hawser(args: readonly string[], options: CommandOptions = {}): Command {
  const command = new Command(args, options);
  commands.push(command);
  return command;
}

/** A directory with these files in it. */
export async function directory(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'hawser-cli-'));
  directories.push(path);
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  return path;
}

/** Runs a config until it ends. */
export async function runConfig(config: string, args: string[] = [], options: CommandOptions = {}): Promise<Ended> {
  return (await startConfig(config, args, options)).ended;
}

export async function startConfig(config: string, args: string[] = [], options: CommandOptions = {}): Promise<Command> {
  const cwd = await directory({ 'it.yaml': config });
  return hawser(['run', 'it.yaml', ...args], { cwd, ...options });
}

/** The sentences of JSON log lines. */
export function sentences(stderr: string): string[] {
  return stderr
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const entry: unknown = JSON.parse(line);
      return typeof entry === 'object' && entry !== null && 'msg' in entry ? String(entry.msg) : '';
    });
}
