import { readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { type Command, directory, hawser, sentences } from '../cli/command.ts';
import { startChance } from './chance.ts';
import { type Peer, startPeer } from './peer.ts';

const STATE = join('.hawser', 'cursors', 'it.feed.json');

/** Events that the feed sends at a time, and the milliseconds between. */
const BURST = 10;
const INTERVAL = 10;

/** Events that may come again: half a second's. A cursor is written every 100 ms, and the disk takes a while. */
const BOUND = 500;

/** A server that sends `{"id":n}` from behind the cursor that it is asked with. */
async function startFeed(): Promise<Peer> {
  const feed: Peer = await startPeer({
    greet(socket, index) {
      let id = cursorOf(feed, index);
      const timer = setInterval(() => {
        for (let sent = 0; sent < BURST; sent += 1) {
          id += 1;
          socket.send(`{"id":${id}}`);
        }
      }, INTERVAL);
      socket.on('close', () => clearInterval(timer));
    },
  });
  return feed;
}

/** What it was asked with. */
function cursorOf(feed: Peer, attempt: number): number {
  return Number(feed.attempts[attempt]?.headers['x-after']);
}

/** A server that knows which event it has acknowledged last. */
class Store {
  acknowledged = 0;
  readonly #peer: Peer;

  static async start(): Promise<Store> {
    const store: Store = new Store(await startPeer({ pongs: false, greet: (socket) => store.#answer(socket) }));
    return store;
  }

  constructor(peer: Peer) {
    this.#peer = peer;
  }

  get url(): string {
    return this.#peer.url;
  }

  /** @throws Error when the command that sends it has ended before. */
  async receives(more: number, command: Command): Promise<void> {
    const early = command.ended.then(({ stderr }) => stderr);
    const fault = await Promise.race([this.#peer.receives(this.#peer.arrivals.length + more), early]);
    if (fault !== undefined) throw new Error(`the command has ended: ${fault}`);
  }

  /** All that the connection number `index` has brought, once it is closed. */
  async idsOf(index: number): Promise<number[]> {
    const socket = await this.#peer.connection(index);
    await this.#peer.until(() => socket.readyState === socket.CLOSED);
    return this.#peer.textsOf(index).map(idOf);
  }

  #answer(socket: WebSocket): void {
    socket.on('ping', (payload) => {
      const last = this.#peer.arrivals.at(-1);
      if (last) this.acknowledged = idOf(last.text);
      socket.pong(payload);
    });
  }
}

function idOf(text: string): number {
  return Number(/\d+/.exec(text)?.[0]);
}

async function setUp() {
  const [feed, store] = [await startFeed(), await Store.start()];
  const cursor = 'cursor: { header-name: x-after, value-field: id, initial-value: "0" }';
  const source = `{ name: feed, web-socket: { url: "${feed.url}", ${cursor} } }`;
  const sink = `{ name: store, web-socket: { url: "${store.url}", ack: pong, ack-interval: 5ms } }`;
  const cwd = await directory({ 'it.yaml': `sources:\n  - ${source}\nsinks:\n  - ${sink}\n` });
  return { feed, store, state: join(cwd, STATE), start: () => hawser(['run', 'it.yaml'], { cwd }) };
}

test('a command that is killed five times goes on behind what its sink has acknowledged, and loses nothing', async () => {
  const chance = startChance();
  const { feed, store, state, start } = await setUp();
  let last = 0;
  for (let round = 0; round <= 5; round += 1) {
    const { acknowledged } = store;
    const command = start();
    // Now and then before a cursor is written for the first time, else longer than the bound.
    await store.receives(1 + chance(800) + (round % 3 === 0 ? 0 : BOUND), command);
    command.signal(round < 5 ? 'SIGKILL' : 'SIGTERM');
    const { code } = await command.ended;
    const ids = await store.idsOf(round);
    const cursor = cursorOf(feed, round);
    expect({ code, ids }).toEqual({ code: round < 5 ? null : 0, ids: ids.map((_, at) => cursor + 1 + at) });
    expect(cursor).toBeLessThanOrEqual(acknowledged);
    expect(cursor).toBeGreaterThanOrEqual(last - BOUND);
    last = cursor + ids.length;
  }
  expect(JSON.parse(await readFile(state, 'utf8'))).toMatchObject({ value: String(last) });
});

test('a cursor whose file was cut ends the command with one line that names it, and exit code 1', async () => {
  const { store, state, start } = await setUp();
  const first = start();
  await store.receives(100, first);
  first.signal('SIGTERM');
  await first.ended;
  await truncate(state, Math.floor((await stat(state)).size / 2));
  const { code, stderr } = await start().ended;
  const advice = 'restore it, or delete it to start from initial-value';
  expect({ code, last: sentences(stderr).at(-1) }).toEqual({
    code: 1,
    last: `it cannot start: feed: the cursor ${STATE} is cut or garbled; ${advice}`,
  });
});
