import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { PAYLOAD, startFlood, startTally } from './flood.ts';

/** What one relay used, told to its parent when that asks. */
interface Usage {
  /** Microseconds of CPU, user and system. */
  readonly cpu: number;
  /** Largest resident set, in bytes. */
  readonly rss: number;
}

export interface Result extends Usage {
  readonly seconds: number;
  readonly received: number;
  readonly outOfOrder: number;
}

export interface Relay {
  readonly script: string;
  readonly args?: readonly string[];
  readonly messages: number;
  /** Runs before it is told to go, where it waits for that; the time counts from then. Gives what is done at the end. */
  readonly prepare?: (child: ChildProcess) => Promise<() => void>;
}

/** Messages from socket to socket through a process of its own, between the same cheap peers. */
export async function relay({ script, args = [], messages, prepare }: Relay): Promise<Result> {
  const flood = await startFlood(messages);
  const tally = await startTally(messages);
  const forked = process.hrtime.bigint();
  // Plain Node, without the loader that runs this file: it would be measured too.
  const child = fork(
    fileURLToPath(new URL(script, import.meta.url)),
    [`ws://127.0.0.1:${flood.port}/`, `ws://127.0.0.1:${tally.port}/`, ...args],
    { execArgv: [] },
  );
  const finish = await prepare?.(child);
  const started = prepare ? process.hrtime.bigint() : forked;
  child.send('go');
  const counted = await tally.complete;
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  child.send('done');
  const [usage]: Usage[] = await once(child, 'message');
  finish?.();
  flood.close();
  tally.close();
  if (!usage) throw new Error(`${script} told nothing`);
  return { ...usage, ...counted, seconds };
}

/** Prints the best round; gives its microseconds of CPU per message. */
export function report(name: string, messages: number, results: readonly Result[]): number {
  const best = Math.min(...results.map((result) => result.cpu / messages));
  const rss = Math.max(...results.map((result) => result.rss)) / 1024 / 1024;
  const lost = results.reduce((sum, result) => sum + messages - result.received, 0);
  const disorder = results.reduce((sum, result) => sum + result.outOfOrder, 0);
  const rate = messages / Math.min(...results.map((result) => result.seconds));
  console.log(
    `${name.padEnd(14)} ${best.toFixed(2)} µs CPU/message   peak RSS ${rss.toFixed(0)} MB   ${(rate / 1000).toFixed(0)} k/s with start-up   lost ${lost}   out of order ${disorder}`,
  );
  return best;
}

/** As a heading says what was moved. */
export function announce(messages: number, rounds: number): void {
  console.log(
    `${messages} messages of ${PAYLOAD} bytes, socket to socket, ${rounds} rounds in turn; best round of each\n`,
  );
}
