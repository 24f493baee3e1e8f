import type { PackedFrames } from '../environment.ts';
import { type Attributes, type Encoding, Message } from './message.ts';

/** What the messages of one read turn have in common. */
export interface Origin {
  readonly source: string;
  readonly epoch: string;
  readonly receivedAt: number;
  readonly encoding: Encoding;
  /** The same for all messages of the turn. */
  readonly attributes?: Attributes | undefined;
}

/**
 * One read turn with its payloads side by side in one piece of memory. Messages are made when somebody asks for them,
 * so what is only passed on costs its bytes and no objects: 20 000 waiting messages would outlive every young
 * collection, which took a quarter of the CPU under a flood, measured.
 */
export class PackedChunk {
  readonly source: string;
  readonly through: number;
  readonly origin: Origin;
  /** The payloads, as the frames that they came in. */
  readonly frames: PackedFrames;
  /** Sequence of the first message. */
  readonly first: number;
  #messages: readonly Message[] | undefined;

  constructor(origin: Origin, first: number, frames: PackedFrames, messages?: readonly Message[]) {
    this.source = origin.source;
    this.through = first + frames.ends.length - 2;
    this.origin = origin;
    this.frames = frames;
    this.first = first;
    this.#messages = messages;
  }

  get count(): number {
    return this.frames.ends.length - 1;
  }

  get bytes(): number {
    const { ends } = this.frames;
    return (ends[this.count] ?? 0) - (ends[0] ?? 0);
  }

  get messages(): readonly Message[] {
    this.#messages ??= this.#make();
    return this.#messages;
  }

  /** How many of its messages, from the first on, a sequence covers. */
  coveredBy(sequence: number): number {
    return Math.max(0, Math.min(this.count, sequence - this.first + 1));
  }

  /** Cuts off the first `count` messages; both parts share the memory. */
  split(count: number): [head: PackedChunk, tail: PackedChunk] {
    return [this.#part(0, count), this.#part(count, this.count)];
  }

  #part(from: number, to: number): PackedChunk {
    const { memory, ends } = this.frames;
    const part = { memory, ends: ends.subarray(from, to + 1) };
    return new PackedChunk(this.origin, this.first + from, part, this.#messages?.slice(from, to));
  }

  #make(): Message[] {
    const { source, epoch, receivedAt, encoding, attributes } = this.origin;
    const { memory, ends } = this.frames;
    return Array.from({ length: this.count }, (_, at) => {
      const payload = memory.subarray(ends[at], ends[at + 1]);
      return new Message(source, epoch, this.first + at, receivedAt, payload, encoding, attributes);
    });
  }
}

/** Copies payloads side by side, so that the reads they came in can be let go. */
export function packFrames(payloads: readonly { readonly data: Buffer }[]): PackedFrames {
  const ends = new Uint32Array(payloads.length + 1);
  let bytes = 0;
  for (let at = 0; at < payloads.length; at += 1) {
    bytes += payloads[at]?.data.length ?? 0;
    ends[at + 1] = bytes;
  }
  const memory = Buffer.allocUnsafeSlow(bytes);
  for (let at = 0; at < payloads.length; at += 1) {
    const payload = payloads[at];
    if (payload) memory.set(payload.data, ends[at]);
  }
  return { memory, ends };
}

/** The same frames, one by one. */
export function unpackFrames({ memory, ends }: PackedFrames): { data: Buffer; binary: boolean }[] {
  return Array.from({ length: ends.length - 1 }, (_, at) => ({
    data: memory.subarray(ends[at], ends[at + 1]),
    binary: false,
  }));
}
