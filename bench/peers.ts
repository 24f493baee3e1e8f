import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/**
 * What an idle peer costs a server, by hand with `ws` and with hawser, both with a ping every 20 s, in turn, each in a
 * process of its own with the same cheap peers. Usage: `npm run bench:peers [peers] [seconds]`.
 */
const [peers = 5_000, seconds = 60] = process.argv.slice(2).map(Number);

interface Sample {
  /** Microseconds of CPU, user and system. */
  readonly cpu: number;
  /** Resident set, in bytes. */
  readonly rss: number;
}

console.log(`${peers} idle peers on one listener, watched for ${seconds} s\n`);
const hand = await measure('by hand (ws)', 'peers-by-hand.mjs');
const ours = await measure('hawser', 'peers-hawser.mjs');
console.log(
  `\nper idle peer hawser takes ${(ours.kilobytes - hand.kilobytes).toFixed(1)} kB more than a bare ws server`,
);

async function measure(name: string, script: string): Promise<{ kilobytes: number }> {
  const server = start(script, [], ['--expose-gc']);
  const { port } = await told<{ port: number }>(server);
  const empty = await sample(server);
  const clients = start('idle-peers.mjs', [String(port), String(peers)]);
  await told(clients);
  let gone = 0;
  clients.on('message', (news: { gone: number }) => {
    gone = news.gone;
  });
  const full = await sample(server);
  await wait(seconds * 1000);
  const later = await sample(server);
  clients.send('end');
  server.send('end');
  const kilobytes = (later.rss - empty.rss) / 1024 / peers;
  const opening = (full.cpu - empty.cpu) / peers;
  const idle = (later.cpu - full.cpu) / peers / seconds;
  console.log(
    `${name.padEnd(14)} ${kilobytes.toFixed(1)} kB RSS per peer   ${idle.toFixed(1)} µs CPU per peer and second   ${opening.toFixed(0)} µs to accept one   ${gone} gone`,
  );
  return { kilobytes };
}

function start(script: string, args: string[], execArgv: string[] = []): ChildProcess {
  return fork(fileURLToPath(new URL(script, import.meta.url)), args, { execArgv });
}

async function sample(server: ChildProcess): Promise<Sample> {
  server.send('sample');
  return told<Sample>(server);
}

async function told<News>(child: ChildProcess): Promise<News> {
  const [news]: News[] = await once(child, 'message');
  if (!news) throw new Error('a child process told nothing');
  return news;
}
