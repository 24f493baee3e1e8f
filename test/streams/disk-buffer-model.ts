import { expect } from 'vitest';
import type { Chunk } from '../../src/messages/chunk.ts';
import type { Message } from '../../src/messages/message.ts';
import { PackedChunk, packFrames } from '../../src/messages/packed-chunk.ts';
import type { ChunkLog } from '../../src/store/chunk-log.ts';
import type { Bound } from '../../src/streams/chunk-queue.ts';
import { DiskBuffer } from '../../src/streams/disk-buffer.ts';
import { chunkLogBench } from '../store/chunk-log-bench.ts';
import { event } from './events.ts';

export interface Setup {
  readonly waiting: Bound;
  readonly inFlight: Bound;
  readonly window: Bound;
  readonly whenFull: 'block' | 'drop-newest';
  readonly groupBytes: number;
  /** Milliseconds that a write takes. */
  readonly latency: number;
}

/** A disk buffer in a process that may be killed, and the list that it should behave like. */
export class DiskBufferModel {
  readonly #setup: Setup;
  readonly #bench: ReturnType<typeof chunkLogBench>;
  /** Sequences that were appended and not dropped, from the first that nobody has settled. */
  #owed: number[] = [];
  /** What this life's reader has got, and not settled; how far each covers. */
  #read: { readonly sequence: number; readonly covers: number }[] = [];
  /** Told to be durable, in this life or an earlier one. */
  #durable = 0;
  #sequence = 0;
  #dropped = 0;
  #buffer: DiskBuffer | undefined;

  constructor(setup: Setup) {
    this.#setup = setup;
    this.#bench = chunkLogBench({ groupBytes: setup.groupBytes });
  }

  async start(): Promise<this> {
    const log = await this.#bench.open();
    this.#live(log);
    this.#bench.disk.latency = this.#setup.latency;
    return this;
  }

  append(sizes: readonly number[], packed: boolean): void {
    const { buffer } = this;
    const before = buffer.counts().dropped;
    const sequences = sizes.map(() => {
      this.#sequence += 1;
      return this.#sequence;
    });
    const payloads = sizes.map((size) => 'x'.repeat(size));
    this.#owed.push(...sequences);
    buffer.append(packed ? pack(sequences, payloads) : list(sequences, payloads));
    const dropped = buffer.counts().dropped - before;
    // What does not fit is the newest: the reader can have had none of it.
    this.#owed.splice(this.#owed.length - dropped, dropped);
    this.#dropped += dropped;
  }

  settle(count: number): void {
    const settled = this.#read.splice(0, count);
    const last = settled.at(-1);
    if (last === undefined) return;
    this.#owed = this.#owed.filter((sequence) => sequence > last.sequence);
    this.buffer.settle(new Map([['a', last.covers]]));
  }

  hold(): void {
    this.buffer.hold();
  }

  release(): void {
    this.buffer.release();
  }

  async pass(ms: number): Promise<void> {
    await this.#bench.clock.advance(ms);
  }

  /** Kills the process and starts it again. What was settled and not noted may come again, nothing else. */
  async crash(): Promise<void> {
    const { disk } = this.#bench;
    const first = this.#owed[0] ?? this.#sequence + 1;
    disk.latency = 0;
    const log = await this.#bench.reopen();
    const kept = (await this.#everything(log)).map(({ sequence }) => sequence);
    const again = kept.filter((sequence) => sequence < first);
    const fresh = kept.filter((sequence) => sequence >= first);
    expect(kept).toEqual(kept.toSorted((left, right) => left - right));
    expect(again.length).toBeLessThanOrEqual(first - 1);
    expect(fresh).toEqual(this.#owed.slice(0, fresh.length));
    // Nothing that a source was told to be durable is missing.
    expect(this.#owed.slice(fresh.length).filter((sequence) => sequence <= this.#durable)).toEqual([]);
    expect(log.lost).toBe(0);
    this.#owed = kept;
    this.#sequence = Math.max(this.#sequence, kept.at(-1) ?? 0);
    this.#live(await this.#bench.reopen());
    disk.latency = this.#setup.latency;
    await this.#bench.clock.settle();
  }

  /** What holds after every step. */
  check(): void {
    const { waiting, inFlight, whenFull } = this.#setup;
    const counts = this.buffer.counts();
    expect(this.#read.map(({ sequence }) => sequence)).toEqual(this.#owed.slice(0, this.#read.length));
    expect(counts.owed).toBe(this.#owed.length);
    expect(counts.dropped).toBeLessThanOrEqual(this.#dropped);
    expect(counts.inFlight.events).toBe(this.#read.length);
    expect(counts.inFlight.events).toBeLessThanOrEqual(inFlight.events);
    // What was in flight waits after a kill.
    const most = Math.max(1, waiting.events) + inFlight.events;
    if (whenFull === 'drop-newest') expect(counts.waiting.events).toBeLessThanOrEqual(most);
    expect(counts.kept ?? 0).toBeLessThanOrEqual(counts.owed);
  }

  /** Everything comes in the end. */
  async drain(): Promise<void> {
    this.release();
    this.buffer.end();
    for (let round = 0; this.#owed.length > 0; round += 1) {
      await this.pass(100);
      expect(round).toBeLessThan(1000);
      this.settle(this.#read.length);
      this.check();
    }
    await this.pass(1000);
    expect(this.buffer.drained).toBe(true);
  }

  get buffer(): DiskBuffer {
    if (!this.#buffer) throw new Error('it has not started');
    return this.#buffer;
  }

  #live(log: ChunkLog): void {
    const { waiting, inFlight, whenFull, window } = this.#setup;
    const buffer = new DiskBuffer({ waiting, inFlight, whenFull, window, backlog: log });
    log.durable$.subscribe(({ through }) => {
      this.#durable = through;
    });
    this.#buffer = buffer;
    this.#read = [];
    buffer.chunks$.subscribe(({ messages, through }) => {
      for (const [at, { sequence }] of messages.entries()) {
        const next = messages[at + 1];
        this.#read.push({ sequence, covers: next ? next.sequence - 1 : through });
      }
    });
  }

  async #everything(log: ChunkLog): Promise<Message[]> {
    const chunks: Chunk[] = [];
    while (log.waiting.events > 0) await log.load((chunk) => chunks.push(chunk));
    return chunks.flatMap(({ messages }) => messages);
  }
}

function list(sequences: readonly number[], payloads: readonly string[]): Chunk {
  const messages = sequences.map((sequence, at) => event('a', sequence, payloads[at]));
  return { source: 'a', through: sequences.at(-1) ?? 0, messages };
}

function pack(sequences: readonly number[], payloads: readonly string[]): Chunk {
  const origin = { source: 'a', epoch: 'e1', receivedAt: 0, encoding: 'text' as const };
  const frames = packFrames(payloads.map((payload) => ({ data: Buffer.from(payload) })));
  return new PackedChunk(origin, sequences[0] ?? 0, frames);
}
