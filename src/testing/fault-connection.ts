import { Socket } from 'node:net';
import { NetworkError } from '../errors.ts';
import { messageOf } from '../transport/loss.ts';
import { type FaultDirection, type FaultEnding, readBytes, readDirection, readEnding } from './fault-options.ts';
import { type Cut, FaultPipe, type FaultState } from './fault-pipe.ts';
import { Waiters } from './waiters.ts';

/** Bytes per direction. */
export type FaultBytes = { readonly [direction in FaultDirection]: number };

/** A connection through a fault proxy: one of the client to the proxy, and one of the proxy to the server. */
export interface FaultConnection {
  /** From 0, in the order in which clients connected. */
  readonly index: number;
  /** False once the proxy's sockets to both sides are closed. */
  readonly open: boolean;
  /** Bytes that were handed to the system for the other side. */
  readonly passed: FaultBytes;
  /** Bytes that were read and not handed on yet. At 256 KiB in a direction the proxy stops reading there. */
  readonly held: FaultBytes;
  /** Why the server could not be reached, `connect ECONNREFUSED 127.0.0.1:9000` for instance. */
  readonly failure: string | undefined;
  /** When `open` becomes false. */
  readonly closed: Promise<void>;
  /**
   * When at least `bytes`, a number or a size, have passed in a direction since the connection began.
   * @throws NetworkError when it has closed before. UsageError for a wrong argument.
   */
  passes(bytes: string | number, direction: FaultDirection): Promise<void>;
  /** As the proxy's `cutAfter`, for this connection alone. */
  cutAfter(bytes: string | number, direction: FaultDirection, ending?: FaultEnding): void;
  /** Both sides get a TCP RST, at once. What was held is lost. */
  reset(): void;
}

export type FaultStates = { readonly [direction in FaultDirection]: FaultState };

/** Both sockets of a connection, and a pipe each way. */
export class FaultLink implements FaultConnection {
  readonly index: number;
  readonly closed: Promise<void>;
  readonly #client: Socket;
  readonly #server = new Socket({ allowHalfOpen: true });
  readonly #dial: (server: Socket) => void;
  readonly #up: FaultPipe;
  readonly #down: FaultPipe;
  readonly #waiters = new Waiters();
  #dialled = false;
  #open = true;
  #failure: string | undefined;

  /** `dial` connects to the server. */
  constructor(index: number, client: Socket, states: FaultStates, dial: (server: Socket) => void) {
    this.index = index;
    this.#client = client;
    this.#dial = dial;
    const server = this.#server;
    const passed = () => this.#waiters.changed();
    const cut = (ending: FaultEnding) => (ending === 'reset' ? this.reset() : this.#end());
    // Who leaves before the server was dialled would have got no connection through the blackhole.
    const left = () => {
      if (!this.#dialled) this.reset();
    };
    server.setNoDelay(true);
    server.on('error', (error) => {
      if (!this.#up.isOpen) this.#failure = messageOf(error);
    });
    this.#up = new FaultPipe(client, server, states.up, { passed, cut, left });
    this.#down = new FaultPipe(server, client, states.down, { passed, cut, left: () => {} });
    this.#down.open();
    server.on('connect', () => this.#up.open());
    this.closed = Promise.all([closed(client), closed(server)]).then(() => this.#closed());
    this.#dialUnless(states.up.blackholed);
  }

  get open(): boolean {
    return this.#open;
  }

  get passed(): FaultBytes {
    return { up: this.#up.passed, down: this.#down.passed };
  }

  get held(): FaultBytes {
    return { up: this.#up.held, down: this.#down.held };
  }

  get failure(): string | undefined {
    return this.#failure;
  }

  set states({ up, down }: FaultStates) {
    this.#up.state = up;
    this.#down.state = down;
    this.#dialUnless(up.blackholed);
  }

  async passes(bytes: string | number, direction: FaultDirection): Promise<void> {
    const wanted = readBytes(bytes);
    const pipe = this.#pipe(readDirection(direction));
    await this.#waiters.until(() => pipe.passed >= wanted);
  }

  cutAfter(bytes: string | number, direction: FaultDirection, ending: FaultEnding = 'reset'): void {
    this.plan({ bytes: readBytes(bytes), ending: readEnding(ending), over: false }, readDirection(direction));
  }

  plan(cut: Cut, direction: FaultDirection): void {
    this.#pipe(direction).cutAfter(cut);
  }

  /** A cut of this connection that has not happened yet does not happen. */
  keep(): void {
    this.#up.cutAfter(NEVER);
    this.#down.cutAfter(NEVER);
  }

  reset(): void {
    this.#stop();
    for (const socket of [this.#client, this.#server]) resetSocket(socket);
  }

  /** What the sides still send is read and dropped, until they close too. */
  #end(): void {
    this.#stop();
    this.#client.end();
    this.#server.end();
  }

  #stop(): void {
    this.#dialled = true;
    this.#up.stop();
    this.#down.stop();
  }

  #dialUnless(blackholed: boolean): void {
    if (this.#dialled || blackholed) return;
    this.#dialled = true;
    this.#dial(this.#server);
  }

  #pipe(direction: FaultDirection): FaultPipe {
    return direction === 'up' ? this.#up : this.#down;
  }

  #closed(): void {
    this.#stop();
    this.#open = false;
    const { up, down } = this.passed;
    const message = `connection ${this.index} has closed after ${up} bytes up and ${down} bytes down`;
    this.#waiters.fail(new NetworkError(message));
  }
}

const NEVER: Cut = { bytes: 1, ending: 'reset', over: true };

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
  });
}

function resetSocket(socket: Socket): void {
  // The system refuses an RST while a FIN waits for its turn.
  const finWaits = socket.writableEnded && !socket.writableFinished;
  if (socket.connecting) resetOnceConnected(socket);
  else if (socket.pending || finWaits) socket.destroy();
  else if (!socket.destroyed) socket.resetAndDestroy();
}

/** The other side may have accepted already, and this one hears of it in the next turn, or never. */
function resetOnceConnected(socket: Socket): void {
  socket.resetAndDestroy();
  let turn = setImmediate(() => {
    turn = setImmediate(() => socket.destroy());
  });
  socket.once('close', () => clearImmediate(turn));
}
