import { fork } from 'node:child_process';
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

/**
 * Messages from socket to socket, by hand with `ws` and by hawser with a buffer in memory and on disk, in turn, each in
 * a process of its own between the same cheap peers. Usage: `npm run bench [messages] [rounds]`.
 */
const [messages = 200_000, rounds = 3] = process.argv.slice(2).map(Number);

interface Result extends Usage {
  readonly seconds: number;
  readonly received: number;
  readonly outOfOrder: number;
}

const byHand: Result[] = [];
const hawser: Result[] = [];
const committed: Result[] = [];
const flushed: Result[] = [];
for (let round = 0; round < rounds; round += 1) {
  byHand.push(await relay('relay-by-hand.mjs'));
  hawser.push(await relay('relay-hawser.mjs'));
  committed.push(await relay('relay-disk.mjs', 'commit'));
  flushed.push(await relay('relay-disk.mjs', 'flush'));
}
console.log(
  `${messages} messages of ${PAYLOAD} bytes, socket to socket, ${rounds} rounds in turn; best round of each\n`,
);
const [hand, ours] = [report('by hand (ws)', byHand), report('hawser, memory', hawser)];
report('disk, commit', committed);
report('disk, flush', flushed);
console.log(`\nCPU per message: hawser in memory takes ${((ours / hand) * 100).toFixed(0)} % of the relay by hand`);

async function relay(script: string, ...args: string[]): Promise<Result> {
  const flood = await startFlood(messages);
  const tally = await startTally(messages);
  const started = process.hrtime.bigint();
  // Plain Node, without the loader that runs this file: it would be measured too.
  const child = fork(
    fileURLToPath(new URL(script, import.meta.url)),
    [`ws://127.0.0.1:${flood.port}/`, `ws://127.0.0.1:${tally.port}/`, ...args],
    { execArgv: [] },
  );
  const counted = await tally.complete;
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  child.send('done');
  const [usage]: Usage[] = await once(child, 'message');
  flood.close();
  tally.close();
  if (!usage) throw new Error(`${script} told nothing`);
  return { ...usage, ...counted, seconds };
}

function report(name: string, results: readonly Result[]): number {
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
