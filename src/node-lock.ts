import { createHash, randomUUID } from 'node:crypto';
import { link, open, readFile, rename, rm, unlink } from 'node:fs/promises';
import { StateError } from './errors.ts';

// A lock is a file that appears with its whole content at once, by a hard link, and that says whose it is. Reading,
// judging and replacing it are three steps, so whoever replaces a stale one first locks exactly that content: beside
// it, in a file named by its digest. Nobody else may touch the stale lock then, and the live one never leaves its place.

/**
 * Keeps `path` for this process, by the file `<path>.lock`; its folder must exist. A lock whose process has ended, or
 * was of an earlier start of the machine, is taken over. It tells processes apart that see one another: those of one
 * machine or one container.
 * @throws StateError when a living process keeps it, this one included.
 */
export async function lockPath(path: string): Promise<() => Promise<void>> {
  return keep(`${path}.lock`, { path, text: await ownText() });
}

interface Claim {
  /** What is locked, for people. */
  readonly path: string;
  /** Content of the lock file; no other lock has the same. */
  readonly text: string;
}

async function keep(file: string, claim: Claim): Promise<() => Promise<void>> {
  const draft = `${file}.${randomUUID()}.tmp`;
  try {
    await writeDraft(draft, claim.text);
    while (!(await linked(draft, file))) {
      const found = await read(file);
      if (found === undefined) continue;
      await refuseLiving(file, found, claim.path);
      if (await replaced(file, found, draft, claim)) break;
    }
  } finally {
    await rm(draft, { force: true });
  }
  return async () => {
    if ((await read(file)) === claim.text) await unlink(file);
  };
}

/** Replaces a stale lock, unless somebody else has done so. */
async function replaced(file: string, stale: string, draft: string, claim: Claim): Promise<boolean> {
  const leave = await keep(`${file}.${digest(stale)}`, claim);
  try {
    if ((await read(file)) !== stale) return false;
    await rename(draft, file);
    return true;
  } finally {
    await leave();
  }
}

async function refuseLiving(file: string, text: string, path: string): Promise<void> {
  // A link shows a whole file; only a crash of the machine leaves an empty one.
  if (/^[\s\0]*$/.test(text)) return;
  const holder = parse(text);
  if (!holder) throw new StateError(`${path} cannot be locked: ${file} is no lock of hawser; move it away`);
  if (!(await lives(holder))) return;
  const who = holder.pid === process.pid ? `this process already (${holder.pid})` : `process ${holder.pid}`;
  throw new StateError(`${path} is in use by ${who}; its lock is ${file}`);
}

interface Holder {
  readonly pid: number;
  /** Linux only: when the process started, in ticks since the start of the machine. */
  readonly start?: string;
  /** Linux only: changes when the machine starts. */
  readonly boot?: string;
}

async function ownText(): Promise<string> {
  const { pid } = process;
  const own: Holder = { pid, ...(await started(pid)), ...(await bootId()) };
  return `${JSON.stringify({ ...own, lock: randomUUID() })}\n`;
}

function parse(text: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isHolder(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A pid of 0 or less would stand for a group of processes. */
function isHolder(value: unknown): value is Holder {
  if (typeof value !== 'object' || value === null || !('pid' in value)) return false;
  return typeof value.pid === 'number' && Number.isSafeInteger(value.pid) && value.pid > 0;
}

async function lives({ pid, start, boot }: Holder): Promise<boolean> {
  if (!exists(pid)) return false;
  const machine = await bootId();
  if (boot !== undefined && machine !== undefined && boot !== machine.boot) return false;
  const now = await started(pid);
  // It has ended in between, or belongs to a user whose processes are hidden.
  if (!now) return exists(pid);
  return start === undefined || now.start === start;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** When a process started. One that has ended and waits to be reaped has started never. */
async function started(pid: number): Promise<{ start: string } | undefined> {
  const stat = await readProc(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // Field 2 is the command in brackets, with anything in it. After it come the state, field 3, and so on to field 22.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { start: /[ZX]/.test(fields[0] ?? '') ? 'never' : (fields[19] ?? '') };
}

async function bootId(): Promise<{ boot: string } | undefined> {
  const text = await readProc('/proc/sys/kernel/random/boot_id');
  return text === undefined ? undefined : { boot: text.trim() };
}

async function readProc(path: string): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  return readFile(path, 'utf8').catch(() => undefined);
}

async function writeDraft(file: string, text: string): Promise<void> {
  const draft = await open(file, 'wx', 0o600);
  try {
    await draft.writeFile(text);
    // The name must not outlive a crash of the machine without the content.
    await draft.sync();
  } finally {
    await draft.close();
  }
}

async function linked(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function read(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
