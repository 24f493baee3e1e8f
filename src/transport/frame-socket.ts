import { type RawData, WebSocket } from 'ws';
import type {
  EncodedFrames,
  Frame,
  FrameSocket,
  Loss,
  PackedFrames,
  ReceivedFrame,
  SocketEvents,
} from '../environment.ts';
import { closePayload } from './close-frame.ts';
import { type ByteStream, FrameWriter } from './frame-writer.ts';
import { Pongs } from './pongs.ts';

/** How long, in milliseconds, a peer whose close frame was answered, or that broke the protocol, may take to go. */
const LINGER = 5_000;

/**
 * In how many fragments a message may come: one per 4 KiB of the largest message, within these bounds. One byte may
 * hold the memory of a whole read, 64 KiB, when pings fill the rest of it: 66 MB with 1024 of them, measured.
 */
const FRAGMENTS = { least: 1024, most: 4 * 1024, bytes: 4 * 1024 };

/** In how many reads a frame may come, likewise. Each holds some 250 bytes of objects. */
const READS = { least: 16 * 1024, most: 256 * 1024, bytes: 128 };

/** Options of both sides' ws sockets. */
export function socketOptions(maxPayload: number) {
  return {
    // 11 times slower and 30 times the memory per connection, measured; and frames could not go past its queue.
    perMessageDeflate: false,
    // ws cuts the limit to 32 bits, and would read a larger one as none.
    maxPayload: Math.min(maxPayload, 2 ** 31 - 1),
    maxFragments: piecesOf(maxPayload, FRAGMENTS),
    maxBufferedChunks: piecesOf(maxPayload, READS),
    autoPong: false,
    // The owner of the socket times the close handshake.
    closeTimeout: 2 ** 31 - 1,
  };
}

function piecesOf(maxPayload: number, { least, most, bytes }: typeof FRAGMENTS): number {
  return Math.max(least, Math.min(most, Math.ceil(maxPayload / bytes)));
}

/** A ws socket that tells before any close frame of its own leaves: an answer, a verdict, or what its user asked for. */
export class ClosingWebSocket extends WebSocket {
  beforeClose: (() => void) | undefined;

  override close(code?: number, data?: string | Buffer): void {
    this.beforeClose?.();
    super.close(code, data);
  }
}

/** The frame socket over ws, dialled or accepted. */
export class WebSocketFrames implements FrameSocket {
  readonly #writer: FrameWriter;
  readonly #pongs = new Pongs((payload, sent) => this.#pong(payload, sent));
  #socket: ClosingWebSocket | undefined;
  #events: SocketEvents | undefined;
  #gathered: ReceivedFrame[] = [];
  #opened = false;
  #paused = false;
  #closeAsked = false;
  #linger: NodeJS.Timeout | undefined;
  #verdict: Loss | undefined;
  #over = false;

  /** `masked`: true on the client's side. */
  constructor(masked: boolean) {
    this.#writer = new FrameWriter(masked, () => this.#events?.drained());
  }

  get queuedBytes(): number {
    return this.#writer.queuedBytes;
  }

  get takenBytes(): number {
    return this.#writer.takenBytes;
  }

  get opened(): boolean {
    return this.#opened;
  }

  get over(): boolean {
    return this.#over;
  }

  /** Who hears of the connection until it is over. */
  tell(events: SocketEvents): void {
    if (!this.#over) this.#events = events;
  }

  /** Listens to ws. `lossOf` says what an error of it means. */
  attach(socket: ClosingWebSocket, lossOf: (error: Error) => Loss): void {
    this.#socket = socket;
    socket.beforeClose = () => this.#beforeClose(socket);
    socket.on('message', (data, binary) => this.#received(data, binary));
    socket.on('ping', (payload) => this.#pongs.answer(payload));
    socket.on('pong', (payload) => {
      this.#deliver();
      this.#events?.pong(payload.toString());
    });
    // Kept to the end: terminating a socket that is still connecting makes ws emit an error later.
    socket.on('error', (error) => this.lose(lossOf(error)));
    socket.on('close', (code, reason) => {
      clearTimeout(this.#linger);
      this.lose({ kind: 'close', code, reason: reason.toString() });
    });
  }

  /** The upgrade is done; frames are written to `stream`, the TCP or TLS socket below ws. */
  open(stream: ByteStream): void {
    this.#opened = true;
    this.#writer.attach(stream);
    if (this.#paused) this.#socket?.pause();
  }

  lose(loss: Loss): void {
    this.#deliver();
    const events = this.#events;
    this.#mute();
    events?.lost(this.#verdict ?? loss);
  }

  write(frames: readonly Frame[] | PackedFrames | EncodedFrames, taken?: () => void): void {
    this.#writer.write(frames, taken);
  }

  ping(payload: string, taken?: () => void): void {
    this.#writer.ping(payload, taken);
  }

  pause(): void {
    this.#paused = true;
    // The peer's close frame has been read already: all that is left to see is the end of the stream.
    if (this.#linger === undefined) this.#socket?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#socket?.resume();
  }

  close(code: number, reason: string): void {
    if (this.#over || this.#closeAsked) return;
    this.#closeAsked = true;
    if (!this.#opened) {
      this.#verdict ??= { kind: 'close', code: 1006, reason: '' };
      this.#socket?.terminate();
      return;
    }
    const payload = closePayload(code, reason);
    if (payload.code === 1005) this.#socket?.close();
    else this.#socket?.close(payload.code, payload.reason);
  }

  terminate(): void {
    // What is over already ends by itself: cutting it here could take the close frame from the peer.
    if (this.#over) return;
    this.#mute();
    this.#socket?.terminate();
  }

  #pong(payload: Buffer, sent: () => void): void {
    this.#socket?.pong(payload, undefined, sent);
  }

  #received(data: RawData, binary: boolean): void {
    if (this.#over) return;
    // ws emits synchronously for each frame of a read, so the microtask runs when the read is parsed.
    if (this.#gathered.length === 0) queueMicrotask(() => this.#deliver());
    this.#gathered.push({ data: Buffer.isBuffer(data) ? data : joined(data), binary });
  }

  #deliver(): void {
    const frames = this.#gathered;
    if (frames.length === 0) return;
    this.#gathered = [];
    this.#events?.frames(frames);
  }

  #mute(): void {
    this.#over = true;
    this.#events = undefined;
    this.#gathered = [];
    this.#writer.end();
  }

  #beforeClose(socket: ClosingWebSocket): void {
    this.#writer.finish();
    if (this.#closeAsked && socket.readyState === WebSocket.OPEN) return;
    this.#linger ??= setTimeout(() => socket.terminate(), LINGER).unref();
  }
}

/** ws delivers Buffers unless told otherwise; its types allow the rest. */
function joined(data: Exclude<RawData, Buffer>): Buffer {
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
