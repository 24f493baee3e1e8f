import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { run } from '../end-to-end/running.ts';
import { Watch } from '../end-to-end/watch.ts';
import { ANY, addressOf, dialRaw, join, upgradeTo } from './served.ts';

const PEERS = 500;
const TURNS = 40;
const TURN = 50;
const CAPACITY = 100;

/** More than any system keeps for a peer that does not read. */
const PLUG = 'x'.repeat(32 * 1024 * 1024);

/** 200 bytes each. */
const TEXTS = Array.from({ length: TURNS * TURN }, (_, at) => `message ${at} `.padEnd(200, '.'));

/** Those messages as frames of a server (RFC 6455, section 5.2: 126, then the length in two bytes). */
const STREAM = Buffer.concat(TEXTS.flatMap((text) => [Buffer.from([0x81, 126, 0, 200]), Buffer.from(text)]));

/** Those who read. Of each only is kept how much it has read, and what that comes to. */
class Readers {
  readonly hashes: (() => string)[] = [];
  #read = 0;
  readonly #watch = new Watch();

  add(stream: Socket): void {
    const hash = createHash('sha1');
    this.hashes.push(() => hash.digest('hex'));
    stream.on('data', (chunk: Buffer) => {
      hash.update(chunk);
      this.#read += chunk.length;
      this.#watch.changed();
    });
    stream.resume();
  }

  /** All of them together have read so much of the stream each. */
  reach(bytes: number): Promise<void> {
    return this.#watch.until(() => this.#read >= bytes * this.hashes.length);
  }
}

/** 500 peers, of which one has stopped reading in the middle of a message that is only for it. */
async function createCrowd(policy: 'disconnect' | 'drop-oldest' | 'drop-newest') {
  const server = { bind: ANY, path: '/out', 'slow-peer': policy, 'send-buffer-capacity': CAPACITY } as const;
  const running = await run({
    sources: [
      { name: 'ears', 'web-socket': { mode: 'server-input', server, heartbeat: 'off' } },
      { name: 'feed', 'web-socket': { mode: 'server-input', server: { bind: ANY, path: '/feed' } } },
      { name: 'plugs', function: {} },
    ],
    sinks: [
      { name: 'out', inputs: ['feed'], 'web-socket': { mode: 'server-output', server } },
      { name: 'plug', inputs: ['plugs'], 'reply-to': 'ears', 'web-socket': { mode: 'server-input' } },
    ],
  });
  const { port } = addressOf(running, 'out');
  const enter = async () => {
    const stream = await dialRaw(port);
    stream.write(upgradeTo('/out'));
    await new Promise((resolve) => stream.once('data', resolve));
    return stream.pause();
  };
  const stalled = await enter();
  const out = running.pipeline.sink('out');
  const { id } = out.peers[0] ?? { id: '' };
  const readers = new Readers();
  for (let count = 1; count < PEERS; count += 1) readers.add(await enter());
  await running.pipeline.source('plugs').push(PLUG, { 'peer.id': id });
  const speaker = await join(`ws://127.0.0.1:${port}/feed`);
  const before = memory();
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (const text of TEXTS.slice(turn * TURN, (turn + 1) * TURN)) speaker.socket.send(text);
    await readers.reach((turn + 1) * TURN * 204);
  }
  return { out, readers, stalled, grown: memory() - before, peer: () => out.peers.find((peer) => peer.id === id) };
}

function memory(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const EXPECTED = Array(PEERS - 1).fill(createHash('sha1').update(STREAM).digest('hex'));

describe('one of 500 peers stops reading', () => {
  test.each(['drop-oldest', 'drop-newest'] as const)(
    'with slow-peer %s: its queue stays within its capacity, what it misses is counted, the others lose nothing',
    async (policy) => {
      const { out, readers, grown, peer } = await createCrowd(policy);
      expect(readers.hashes.map((hash) => hash())).toEqual(EXPECTED);
      expect(peer()).toMatchObject({ queued: CAPACITY, dropped: TEXTS.length - CAPACITY, state: 'slow' });
      expect(out.status.endpoint).toMatchObject({ peers: PEERS, slow: 0, dropped: TEXTS.length - CAPACITY });
      expect(grown).toBeLessThan(64 * 1024 * 1024);
    },
  );

  test('with slow-peer disconnect: it is sent away and counted, the others lose nothing', async () => {
    const { out, readers, stalled, grown } = await createCrowd('disconnect');
    expect(readers.hashes.map((hash) => hash())).toEqual(EXPECTED);
    expect(out.status.endpoint).toMatchObject({ slow: 1, accepted: PEERS });
    expect(out.status.endpoint?.dropped).toBeLessThanOrEqual(CAPACITY + TURN);
    expect(grown).toBeLessThan(64 * 1024 * 1024);
    stalled.destroy();
  });
});
