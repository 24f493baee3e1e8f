import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NetworkError } from '../../index.ts';

/** The exchange's process, as it is seen from the demo. */
export interface FeedProcess {
  readonly pid: number | undefined;
  readonly port: number;
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** SIGKILL: no goodbye to anybody. */
  kill(): void;
}

/**
 * Starts the exchange and waits until it listens. `epoch` is when it opened, in milliseconds.
 * @throws NetworkError when the port cannot be listened on; no process is left then.
 */
export async function startFeed(port: number, epoch: number): Promise<FeedProcess> {
  // Compiled or not, the script stands beside this file and ends alike.
  const script = fileURLToPath(new URL(`feed${extname(import.meta.url)}`, import.meta.url));
  const child = fork(script, [String(port), String(epoch)]);
  const ended = endOf(child);
  const answer = await Promise.race([firstMessage(child), ended.then(() => ({ failure: 'the feed has not started' }))]);
  if ('failure' in answer) {
    await ended;
    throw new NetworkError(answer.failure);
  }
  return { pid: child.pid, port: answer.port, ended, kill: () => void child.kill('SIGKILL') };
}

type Answer = { readonly port: number } | { readonly failure: string };

async function firstMessage(child: ChildProcess): Promise<Answer> {
  const [message]: unknown[] = await once(child, 'message');
  if (typeof message === 'object' && message !== null) {
    if ('port' in message) return { port: Number(message.port) };
    if ('failure' in message) return { failure: String(message.failure) };
  }
  return { failure: 'the feed has not started' };
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
