import {
  DRAIN_MARK,
  type EncodedFrames,
  type Frame,
  type FrameSocket,
  type Loss,
  type PackedFrames,
  type ReceivedFrame,
  type SocketEvents,
} from '../environment.ts';
import { unpackFrames } from '../messages/packed-chunk.ts';
import { type ClosePayload, closePayload } from '../transport/close-frame.ts';
import { checkUnmasked, decodeFrames } from '../transport/encoded-frames.ts';
import { checkPingPayload } from '../transport/frame-encoder.ts';
import { MemoryOutbox, type WireFrame } from './memory-outbox.ts';
import { MemoryStream, type WireOptions } from './memory-stream.ts';

const ABNORMAL: Loss = { kind: 'close', code: 1006, reason: '' };

/** One end of a connection in a memory network. All events come from the clock's timers or from microtasks. */
export class MemorySocket implements FrameSocket {
  readonly #masked: boolean;
  readonly #maxPayload: number;
  readonly #outbox: MemoryOutbox;
  readonly #stream: MemoryStream;
  #events: SocketEvents | undefined;
  #gathered: ReceivedFrame[] = [];
  #sendDue = false;
  #aboveMark = false;
  #closing = false;
  #closeTaken = false;
  #closedBy: Loss | undefined;
  #over = false;
  /** Runs once, when the connection is over for this end. */
  ended: () => void = () => {};

  /** `masked`: true on the client's side. `maxPayload` as in `DialRequest`. */
  constructor(wire: WireOptions, masked: boolean, maxPayload: number) {
    this.#masked = masked;
    this.#maxPayload = maxPayload;
    this.#outbox = new MemoryOutbox(masked);
    this.#stream = new MemoryStream(wire, {
      read: (frames) => this.#read(frames),
      room: () => this.#send(),
    });
  }

  get queuedBytes(): number {
    return this.#outbox.queuedBytes;
  }

  get takenBytes(): number {
    return this.#outbox.takenBytes;
  }

  get over(): boolean {
    return this.#over;
  }

  /** Who hears of the connection until it is over. */
  tell(events: SocketEvents): void {
    if (!this.#over) this.#events = events;
  }

  /** Ties this end to the other one. */
  tie(peer: MemorySocket): void {
    this.#stream.tie(peer.#stream);
  }

  /** From now on this end sends and reads. */
  open(): void {
    this.#stream.open();
    this.#sendSoon();
  }

  /** A timer that dies with the socket. */
  after(delay: number, run: () => void): void {
    this.#stream.after(delay, run);
  }

  disturb(deaf: boolean, stopped: boolean): void {
    this.#stream.disturb(deaf, stopped);
  }

  /** Ends the connection for this end; the other end is not told. */
  lose(loss: Loss): void {
    const events = this.#events;
    if (this.#end()) events?.lost(loss);
  }

  /** Tells the other end, after the latency, that the stream has ended. */
  hangUp(): void {
    this.#stream.send([{ frame: { kind: 'end' }, bytes: 0 }]);
  }

  /** Drops what is under way and loses the connection at this instant: once it was open, as 1006. */
  cut(loss: Loss = ABNORMAL): void {
    this.#outbox.clear();
    this.#stream.drop();
    this.after(0, () => this.lose(this.#stream.opened ? ABNORMAL : loss));
  }

  write(frames: readonly Frame[] | PackedFrames | EncodedFrames, taken?: () => void): void {
    if ('encoded' in frames) checkUnmasked(this.#masked);
    if (this.#over || this.#closing) return;
    for (const { data, binary } of oneByOne(frames)) {
      this.#outbox.add({ kind: 'data', data: Buffer.from(data), binary });
    }
    if (taken !== undefined) this.#outbox.mark(taken);
    this.#queued();
  }

  ping(payload: string, taken?: () => void): void {
    checkPingPayload(payload);
    if (this.#over || this.#closing) return;
    this.#outbox.add({ kind: 'ping', payload }, taken);
    this.#queued();
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  close(code: number, reason: string): void {
    if (this.#over || this.#closing) return;
    if (this.#stream.opened) {
      this.#sendClose(closePayload(code, reason));
      return;
    }
    this.#closing = true;
    this.hangUp();
    this.cut();
  }

  terminate(): void {
    if (this.#end()) this.hangUp();
  }

  #queued(): void {
    if (this.queuedBytes > DRAIN_MARK) this.#aboveMark = true;
    this.#sendSoon();
  }

  #sendClose({ code, reason }: ClosePayload): void {
    this.#closing = true;
    this.#outbox.addClose({ kind: 'close', code, reason }, () => {
      this.#closeTaken = true;
      this.#finishClose();
    });
    this.#sendSoon();
  }

  #finishClose(): void {
    if (this.#closeTaken && this.#closedBy !== undefined) this.lose(this.#closedBy);
  }

  #sendSoon(): void {
    if (this.#sendDue) return;
    this.#sendDue = true;
    queueMicrotask(() => {
      this.#sendDue = false;
      this.#send();
    });
  }

  /** Moves what fits into the system's buffers: one write. */
  #send(): void {
    if (!this.#stream.works) return;
    const { segments, taken } = this.#outbox.take(this.#stream.free);
    this.#stream.send(segments, !this.#outbox.empty);
    for (const run of taken) if (!this.#over) run();
    if (!this.#aboveMark || this.#over || this.queuedBytes >= DRAIN_MARK) return;
    this.#aboveMark = false;
    this.#events?.drained();
  }

  /** One read turn, all of it, also what follows a `pause()` within it. */
  #read(frames: readonly WireFrame[]): void {
    for (const frame of frames) {
      if (this.#over) return;
      if (this.#closedBy !== undefined) {
        // Our own close may never leave when the other end has gone.
        if (frame.kind === 'end') this.lose(this.#closedBy);
      } else if (frame.kind === 'data' && frame.data.length <= this.#maxPayload) {
        this.#gathered.push({ data: frame.data, binary: frame.binary });
      } else if (frame.kind === 'ping') {
        this.#answer(frame.payload);
      } else {
        // What came before it in the stream is delivered before it.
        this.#deliver();
        if (!this.#over) this.#take(frame);
      }
    }
    this.#deliver();
  }

  #deliver(): void {
    const frames = this.#gathered;
    if (frames.length === 0) return;
    this.#gathered = [];
    this.#events?.frames(frames);
  }

  #answer(payload: string): void {
    if (this.#closing) return;
    this.#outbox.addAnswer({ kind: 'pong', payload });
    this.#sendSoon();
  }

  #take(frame: WireFrame): void {
    if (frame.kind === 'pong') {
      this.#events?.pong(frame.payload);
    } else if (frame.kind === 'end') {
      this.lose(ABNORMAL);
    } else if (frame.kind === 'close') {
      this.#closedBy = { kind: 'close', code: frame.code, reason: frame.reason };
      if (!this.#closing) this.#sendClose(frame);
      this.#finishClose();
    } else {
      this.#stream.send([{ frame: { kind: 'close', code: 1009, reason: '' }, bytes: 0 }]);
      this.lose({ kind: 'violation', code: 1009, message: 'Max payload size exceeded' });
    }
  }

  #end(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#events = undefined;
    this.#gathered = [];
    this.#outbox.clear();
    this.#stream.end();
    this.ended();
    return true;
  }
}

function oneByOne(frames: readonly Frame[] | PackedFrames | EncodedFrames): readonly Frame[] {
  if ('encoded' in frames) return decodeFrames(frames);
  return 'memory' in frames ? unpackFrames(frames) : frames;
}
