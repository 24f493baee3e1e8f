import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { FAULTLESS, type FaultEnding, type FaultNumbers } from './fault-options.ts';

/** What a direction of a proxy does now; all connections share it. */
export interface FaultState extends FaultNumbers {
  readonly blackholed: boolean;
}

export const NO_FAULT: FaultState = { ...FAULTLESS, blackholed: false };

/** A cut to come. The first connection that reaches it is cut, and it is over for the others. */
export interface Cut {
  readonly bytes: number;
  readonly ending: FaultEnding;
  over: boolean;
}

export interface FaultPipeEvents {
  /** More bytes were handed on. */
  passed(): void;
  /** The source has ended or was reset; what came before may still be on its way. */
  left(): void;
  /** The source's reset has arrived, or a cut is due. */
  cut(ending: FaultEnding): void;
}

/** What is on its way; an ending has no bytes. */
interface Travelling {
  readonly due: number;
  readonly what: Buffer | FaultEnding;
}

interface CountedCut {
  readonly planned: Cut;
  left: number;
}

/** Reading stops above it. */
const HELD_BYTES = 256 * 1024;
/** How much of a bandwidth is written at a time, and made up for when a timer comes late; in milliseconds. */
const STRIDE = 20;

/** One direction of a connection: reads from one socket and writes to the other, in order, under the faults. */
export class FaultPipe {
  readonly #source: Socket;
  readonly #target: Socket;
  readonly #events: FaultPipeEvents;
  readonly #travelling: Travelling[] = [];
  #state: FaultState;
  #cut: CountedCut | undefined;
  #passed = 0;
  #held = 0;
  /** When the bandwidth allows the next write. */
  #freeAt = 0;
  #writing = false;
  #open = false;
  #over = false;
  #timer: NodeJS.Timeout | undefined;
  #turn: NodeJS.Immediate | undefined;

  /** Reads at once; writes after `open`. */
  constructor(source: Socket, target: Socket, state: FaultState, events: FaultPipeEvents) {
    this.#source = source;
    this.#target = target;
    this.#state = state;
    this.#events = events;
    source.on('data', (bytes: Buffer) => this.#read(bytes));
    source.on('end', () => this.#leave('end'));
    source.on('error', () => this.#leave('reset'));
  }

  /** Bytes that were handed to the target's system. */
  get passed(): number {
    return this.#passed;
  }

  /** Bytes that were read and not handed on yet. */
  get held(): number {
    return this.#held;
  }

  /** Whether the target has been connected. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** The target is connected. */
  open(): void {
    this.#open = true;
    this.#wake();
  }

  set state(state: FaultState) {
    this.#state = state;
    this.#wake();
  }

  /** Counts from now on; takes the place of the last one. */
  cutAfter(planned: Cut): void {
    this.#cut = { planned, left: planned.bytes };
  }

  /** Nothing is passed any more: what was held or is still to come is dropped. */
  stop(): void {
    this.#over = true;
    this.#travelling.length = 0;
    this.#held = 0;
    clearTimeout(this.#timer);
    clearImmediate(this.#turn);
    this.#turn = undefined;
    this.#source.resume();
  }

  #read(bytes: Buffer): void {
    if (this.#over) return;
    this.#held += bytes.length;
    if (this.#held >= HELD_BYTES) this.#source.pause();
    this.#send(bytes);
  }

  #leave(ending: FaultEnding): void {
    if (this.#over) return;
    this.#send(ending);
    this.#events.left();
  }

  #send(what: Buffer | FaultEnding): void {
    this.#travelling.push({ due: performance.now() + this.#state.latency, what });
    // What is behind others goes when they have gone.
    if (this.#travelling.length === 1) this.#wake();
  }

  /** A reader in this process gets its turn between two writes: it would find all slices at once otherwise. */
  #wake(): void {
    if (!this.#over) this.#turn ??= setImmediate(() => this.#pass());
  }

  /** Hands on what is due. One write at a time: the next one waits until the target's system has taken it. */
  #pass(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#turn);
    this.#turn = undefined;
    const next = this.#travelling[0];
    if (next === undefined || !this.#open || this.#writing || this.#over || this.#state.blackholed) return;
    const wait = Math.max(next.due, this.#freeAt) - performance.now();
    if (wait > 0) this.#timer = setTimeout(() => this.#pass(), Math.ceil(wait));
    else if (typeof next.what === 'string') this.#arrive(next.what);
    else this.#write(next.due, next.what);
  }

  #arrive(ending: FaultEnding): void {
    this.#travelling.shift();
    if (ending === 'reset') this.#events.cut(ending);
    else this.#target.end();
    this.#wake();
  }

  #write(due: number, bytes: Buffer): void {
    // What reaches a socket that is gone would count as passed otherwise.
    if (!this.#target.writable) return;
    const piece = bytes.subarray(0, this.#pieceSize());
    const rest = bytes.subarray(piece.length);
    if (rest.length > 0) this.#travelling[0] = { due, what: rest };
    else this.#travelling.shift();
    this.#writing = true;
    const cut = this.#cut;
    this.#target.write(piece, (error) => {
      if (error) return;
      this.#writing = false;
      this.#passed += piece.length;
      if (!this.#over) this.#wrote(piece.length, cut);
      this.#events.passed();
    });
  }

  #pieceSize(): number {
    const { slice, bandwidth } = this.#state;
    const stride = Math.max(1, Math.floor((bandwidth * STRIDE) / 1000));
    return Math.min(slice, stride, this.#cut?.planned.over === false ? this.#cut.left : Number.POSITIVE_INFINITY);
  }

  /** `cut` is the one that the size of the write took into account. */
  #wrote(bytes: number, cut: CountedCut | undefined): void {
    this.#held -= bytes;
    this.#freeAt = Math.max(this.#freeAt, performance.now() - STRIDE) + (bytes / this.#state.bandwidth) * 1000;
    if (this.#held < HELD_BYTES) this.#source.resume();
    if (cut !== undefined) cut.left -= bytes;
    if (cut?.left === 0 && !cut.planned.over) {
      cut.planned.over = true;
      this.#writing = true;
      clearImmediate(this.#turn);
      // A reader that finds an RST behind bytes that it has not read takes it for a FIN.
      this.#turn = setImmediate(() => this.#events.cut(cut.planned.ending));
    } else this.#wake();
  }
}
