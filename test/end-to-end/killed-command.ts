import type { WebSocket } from 'ws';
import { ledgerOracle } from '../../src/testing/ledger-oracle.ts';
import type { Verdict } from '../../src/testing/ledger-verdict.ts';
import { type Command, directory, hawser } from '../cli/command.ts';
import type { Chance } from './chance.ts';
import { type Peer, startPeer } from './peer.ts';
import { Watch } from './watch.ts';

/** Events that the sink may have in flight. */
export const WINDOW = 500;

/** Events that the feed sends at a time, and the milliseconds between. */
const BURST = 20;
const INTERVAL = 5;

/**
 * Events that may come twice after a kill, in each of two ways: what was in flight or acknowledged and not yet noted,
 * and what is on disk and not yet in the cursor, which is written every 100 ms.
 */
export const BOUND = WINDOW + (BURST / INTERVAL) * 200;

export interface KilledCommand {
  /** Exit code of the last life, which SIGTERM stopped. */
  readonly code: number | null;
  /** Messages that the feed has sent for the first time. */
  readonly sent: number;
  readonly verdict: Verdict;
}

/**
 * A command between a feed that resends what comes after a cursor, and a store. The command has a cursor and a buffer
 * on disk, and is killed (SIGKILL) at random as often as there are rounds. In every second life the store takes nothing.
 * @throws Error when the command ends by itself.
 */
export async function killCommand(rounds: number, chance: Chance, durability: string): Promise<KilledCommand> {
  const oracle = ledgerOracle({ inFlight: BOUND });
  const feed = await Feed.start(() => oracle.produce('feed'));
  let open = true;
  const store = await startPeer({
    refuse: () => (open ? undefined : { status: 503 }),
    greet: (socket) => socket.on('message', (data) => oracle.deliver('store', String(data))),
  });
  const cwd = await directory({ 'it.yaml': configOf(feed.url, store.url, durability) });
  for (let round = 0; round < rounds; round += 1) {
    open = round % 2 === 0;
    const command = hawser(['run', 'it.yaml'], { cwd });
    await during(command, feed.sends(1 + chance(3_000)));
    command.signal('SIGKILL');
    await command.ended;
    // What was not settled comes again from the disk, what is behind the cursor from the feed.
    oracle.disturb();
    oracle.disturb();
  }
  open = true;
  const last = hawser(['run', 'it.yaml'], { cwd });
  await during(last, feed.sends(1_000));
  feed.stop();
  await during(last, oracle.delivered('store', feed.sent));
  last.signal('SIGTERM');
  const { code } = await last.ended;
  return { code, sent: feed.sent, verdict: oracle.verdict('store') };
}

/** Sends numbered messages from behind the number that it is asked with, and goes on with new ones. */
class Feed {
  sent = 0;
  readonly #produce: () => string;
  readonly #watch = new Watch();
  readonly #texts: string[] = [];
  #peer: Peer | undefined;
  #stopped = false;

  static async start(produce: () => string): Promise<Feed> {
    const feed = new Feed(produce);
    feed.#peer = await startPeer({ greet: (socket, index) => feed.#greet(socket, index) });
    return feed;
  }

  constructor(produce: () => string) {
    this.#produce = produce;
  }

  get url(): string {
    return this.#peer?.url ?? '';
  }

  /** Resolves when it has sent so many more for the first time. */
  sends(more: number): Promise<void> {
    const target = this.sent + more;
    return this.#watch.until(() => this.sent >= target);
  }

  stop(): void {
    this.#stopped = true;
  }

  #greet(socket: WebSocket, index: number): void {
    let next = Number(this.#peer?.attempts[index]?.headers['x-after']);
    const timer = setInterval(() => {
      for (let count = 0; count < BURST && socket.bufferedAmount < 1e6; count += 1) {
        const text = this.#texts[next] ?? this.#fresh();
        if (text === undefined) return;
        socket.send(text);
        next += 1;
      }
      this.#watch.changed();
    }, INTERVAL);
    socket.on('close', () => clearInterval(timer));
  }

  #fresh(): string | undefined {
    if (this.#stopped) return undefined;
    const text = this.#produce();
    this.#texts.push(text);
    this.sent += 1;
    return text;
  }
}

function configOf(feed: string, store: string, durability: string): string {
  const cursor = 'cursor: { header-name: x-after, value-field: number, initial-value: "0" }';
  const reconnect = 'reconnect: { initial-backoff: 20ms, max-backoff: 20ms }';
  return [
    'sources:',
    `  - { name: feed, web-socket: { url: "${feed}", ${cursor} } }`,
    'sinks:',
    '  - name: store',
    `    buffer: { type: disk, durability: ${durability} }`,
    `    web-socket: { url: "${store}", ack-interval: 5ms, max-in-flight: { events: ${WINDOW} }, ${reconnect} }`,
    '',
  ].join('\n');
}

async function during(command: Command, promise: Promise<void>): Promise<void> {
  const early = command.ended.then(({ stderr }) => stderr);
  const fault = await Promise.race([promise, early]);
  if (fault !== undefined) throw new Error(`the command has ended: ${fault}`);
}
