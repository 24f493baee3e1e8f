import { announce, type Result, relay, report } from './relay-process.ts';

/**
 * Messages from socket to socket, by hand with `ws` and by hawser with a buffer in memory and on disk, in turn, each in
 * a process of its own between the same cheap peers. Usage: `npm run bench [messages] [rounds]`.
 */
const [messages = 200_000, rounds = 3] = process.argv.slice(2).map(Number);

const byHand: Result[] = [];
const hawser: Result[] = [];
const committed: Result[] = [];
const flushed: Result[] = [];
for (let round = 0; round < rounds; round += 1) {
  byHand.push(await relay({ script: 'relay-by-hand.mjs', messages }));
  hawser.push(await relay({ script: 'relay-hawser.mjs', messages }));
  committed.push(await relay({ script: 'relay-disk.mjs', args: ['commit'], messages }));
  flushed.push(await relay({ script: 'relay-disk.mjs', args: ['flush'], messages }));
}
announce(messages, rounds);
const [hand, ours] = [report('by hand (ws)', messages, byHand), report('hawser, memory', messages, hawser)];
report('disk, commit', messages, committed);
report('disk, flush', messages, flushed);
console.log(`\nCPU per message: hawser in memory takes ${((ours / hand) * 100).toFixed(0)} % of the relay by hand`);
