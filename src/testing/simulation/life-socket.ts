import type {
  Dial,
  DialRequest,
  EncodedFrames,
  Frame,
  FrameSocket,
  Loss,
  PackedFrames,
  ReceivedFrame,
  SocketEvents,
} from '../../environment.ts';
import { addressOf } from '../memory-request.ts';
import type { LifeClock } from './life-clock.ts';

const GONE: Loss = { kind: 'close', code: 1006, reason: '' };

/** A dialled socket as one life of a process sees it: it tells its owner nothing when that is gone or stands still. */
export class LifeSocket implements FrameSocket, SocketEvents {
  readonly address: string;
  readonly #clock: LifeClock;
  readonly #request: DialRequest;
  readonly #owner: SocketEvents;
  readonly #ended: () => void;
  #socket: FrameSocket | undefined;
  #paused = false;
  #over = false;
  #pausedAtEnd = false;
  #lastFrames: readonly ReceivedFrame[] = [];
  #lastPong: string | undefined;

  constructor(clock: LifeClock, request: DialRequest, owner: SocketEvents, ended: () => void) {
    this.#clock = clock;
    this.#request = request;
    this.#owner = owner;
    this.#ended = ended;
    this.address = URL.canParse(request.url) ? addressOf(new URL(request.url)) : request.url;
  }

  connect(dial: Dial): void {
    this.#socket = dial(this.#request, this);
  }

  /** It was held when its owner ended it. */
  get pausedAtEnd(): boolean {
    return this.#pausedAtEnd;
  }

  get queuedBytes(): number {
    return this.#socket?.queuedBytes ?? 0;
  }

  get takenBytes(): number {
    return this.#socket?.takenBytes ?? 0;
  }

  write(frames: readonly Frame[] | PackedFrames | EncodedFrames, taken?: () => void): void {
    if (this.#clock.alive) this.#socket?.write(frames, this.#telling(taken));
  }

  ping(payload: string, taken?: () => void): void {
    if (this.#clock.alive) this.#socket?.ping(payload, this.#telling(taken));
  }

  pause(): void {
    this.#paused = true;
    if (this.#clock.alive) this.#socket?.pause();
  }

  resume(): void {
    this.#paused = false;
    if (this.#clock.alive && !this.#clock.blocked) this.#socket?.resume();
  }

  close(code: number, reason: string): void {
    if (this.#clock.alive) this.#socket?.close(code, reason);
  }

  terminate(): void {
    if (!this.#clock.alive) return;
    this.#end();
    this.#socket?.terminate();
  }

  /** Its owner is gone without a word: the system ends it. */
  abandon(): void {
    this.#socket?.terminate();
  }

  block(): void {
    this.#socket?.pause();
  }

  unblock(): void {
    if (!this.#paused) this.#socket?.resume();
  }

  /** Tells its owner the last things once more, although it is over. */
  repeat(): void {
    this.#clock.tell(() => {
      if (this.#lastFrames.length > 0) this.#owner.frames(this.#lastFrames);
      if (this.#lastPong !== undefined) this.#owner.pong(this.#lastPong);
      this.#owner.drained();
      this.#owner.lost(GONE);
    });
  }

  connected(): void {
    this.#clock.tell(() => this.#owner.connected());
  }

  open(protocol: string): void {
    this.#clock.tell(() => this.#owner.open(protocol));
  }

  frames(frames: readonly ReceivedFrame[]): void {
    this.#clock.tell(() => {
      this.#lastFrames = frames;
      this.#owner.frames(frames);
    });
  }

  pong(payload: string): void {
    this.#clock.tell(() => {
      this.#lastPong = payload;
      this.#owner.pong(payload);
    });
  }

  drained(): void {
    this.#clock.tell(() => this.#owner.drained());
  }

  lost(loss: Loss): void {
    this.#clock.tell(() => {
      this.#end();
      this.#owner.lost(loss);
    });
  }

  #telling(taken: (() => void) | undefined): (() => void) | undefined {
    return taken && (() => this.#clock.tell(taken));
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#pausedAtEnd = this.#paused;
    this.#ended();
  }
}
