import type { EncodedFrames, Frame, PackedFrames } from '../environment.ts';
import { conflationKey } from './conflation-key.ts';
import { decodeFrames, encodeFrames } from './encoded-frames.ts';
import { headerSize } from './frame-header.ts';

/** What one turn sends to any number of peers: encoded once, cut into messages only for those that lag. */
export class Broadcast {
  readonly whole: EncodedFrames;
  #pieces: readonly Piece[] | undefined;

  constructor(frames: readonly Frame[] | PackedFrames) {
    this.whole = encodeFrames(frames);
  }

  /** One per message, each with memory of its own: what waits for a slow peer must not keep the whole turn alive. */
  get pieces(): readonly Piece[] {
    this.#pieces ??= cut(this.whole);
    return this.#pieces;
  }
}

/** One message as it goes over the wire. Peers that wait for it share it. */
export class Piece implements EncodedFrames {
  readonly encoded: Buffer;
  /** Where the payload begins. */
  readonly #payload: number;
  #key: { readonly pointer: string; readonly text: string | undefined } | undefined;

  constructor(encoded: Buffer, payload: number) {
    this.encoded = encoded;
    this.#payload = payload;
  }

  get bytes(): number {
    return this.encoded.length;
  }

  /** Its conflation key, read once however many ask. The parsed payload is not kept: no bound would count it. */
  keyAt(pointer: string): string | undefined {
    if (this.#key?.pointer !== pointer) {
      this.#key = { pointer, text: conflationKey(this.encoded.subarray(this.#payload), pointer) };
    }
    return this.#key.text;
  }
}

function cut(whole: EncodedFrames): Piece[] {
  let at = 0;
  return decodeFrames(whole).map(({ data }) => {
    const header = headerSize(data.length, false);
    const start = at;
    at += header + data.length;
    return new Piece(ownMemory(whole.encoded, start, at), header);
  });
}

/** A turn of one message has memory of its own already. */
function ownMemory(whole: Buffer, start: number, end: number): Buffer {
  return end - start === whole.length ? whole : Buffer.from(whole.subarray(start, end));
}
