import { describeCause } from '../../actors/cause.ts';
import { DRAIN_MARK, type Environment, type FrameSocket } from '../../environment.ts';
import { UsageError } from '../../errors.ts';

/** Milliseconds before the next dial; doubled each time, up to the longest, until a connection has lasted. */
const FIRST_RETRY = 1000;
const LONGEST_RETRY = 30_000;

/** Milliseconds after which a connection has lasted, and its end is a new outage. */
const LASTING = 10_000;

/** Milliseconds that a dial may take. */
const OPEN_TIMEOUT = 10_000;

/** Milliseconds that the relay may take to answer our close. */
const CLOSE_TIMEOUT = 1000;

/** Bytes of a frame that is still read: a relay repeats to us what others have sent, and we pay no heed to it. */
const MAX_PAYLOAD = 16 * 1024 * 1024;

export interface RelayOptions {
  readonly url: string;
  readonly environment: Pick<Environment, 'dial' | 'clock' | 'logger'>;
  /** A connection is up, and nothing has been sent over it. */
  readonly opened: () => void;
  /** The next text that is to be sent, if there is one. Asked for when the relay takes it. */
  readonly next: () => string | undefined;
}

/**
 * @throws UsageError when the url is none, or would take the states of the machines over a network in clear: `ws://`
 * is for relays on this machine.
 */
export function checkRelayUrl(url: string): void {
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: '', hostname: '' };
  const expected = `expected ${STATELY_RELAY} or another ws:// or wss:// url`;
  if (!['ws:', 'wss:'].includes(protocol) || hostname === '') {
    throw new UsageError(`stately: ${JSON.stringify(shownRelay(url))} is not the url of a relay; ${expected}`);
  }
  if (protocol === 'ws:' && !LOOPBACK.test(hostname)) {
    throw new UsageError(
      `stately: ${shownRelay(url)} would get the states of all machines in clear over the network; ` +
        'use wss://, or a relay on this machine (localhost)',
    );
  }
}

/** Where the relay of `@statelyai/inspect` listens unless it is told otherwise. */
export const STATELY_RELAY = 'ws://localhost:8080';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** One connection to a relay of Stately's inspector, dialled again for as long as it is wanted. */
export class StatelyRelay {
  readonly #options: RelayOptions;
  readonly #name: string;
  #socket: FrameSocket | undefined;
  #open = false;
  #openedAt = 0;
  /** Of the dial, of the close, or of the wait in between: one at a time. */
  #timer: unknown;
  #retry = FIRST_RETRY;
  #warned = false;
  #closed: Promise<void> | undefined;
  #resolveClosed: () => void = () => {};

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#name = shownRelay(options.url);
    this.#dial();
  }

  /** Sends what there is, as far as the relay takes it. */
  flow(): void {
    const socket = this.#socket;
    if (socket === undefined || !this.#open || this.#closed) return;
    while (socket.queuedBytes <= DRAIN_MARK) {
      const data = this.#options.next();
      if (data === undefined) return;
      socket.write([{ data, binary: false }]);
    }
  }

  /** Nothing is sent or dialled any more. Resolves when the connection is over, after a second at the latest. */
  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      this.#resolveClosed = resolve;
      this.#leave();
    });
    return this.#closed;
  }

  #leave(): void {
    this.#clearTimer();
    if (this.#open) {
      this.#socket?.close(1000, '');
      this.#setTimer(() => this.#end(), CLOSE_TIMEOUT);
    } else this.#end();
  }

  #end(): void {
    this.#clearTimer();
    this.#socket?.terminate();
    this.#resolveClosed();
  }

  #dial(): void {
    const { url, environment } = this.#options;
    const request = { url, headers: {}, subprotocols: [], maxPayload: MAX_PAYLOAD };
    this.#setTimer(() => this.#giveUp(), OPEN_TIMEOUT);
    this.#socket = environment.dial(request, {
      connected: () => {},
      open: () => this.#opened(),
      frames: () => {},
      pong: () => {},
      drained: () => this.flow(),
      lost: (loss) => this.#lost(describeCause(loss)),
    });
  }

  #opened(): void {
    this.#clearTimer();
    const { clock, logger } = this.#options.environment;
    this.#open = true;
    this.#openedAt = clock.now();
    logger.info({ url: this.#name }, "feeds Stately's inspector");
    this.#options.opened();
    this.flow();
  }

  #giveUp(): void {
    this.#socket?.terminate();
    this.#lost(`it did not answer within ${OPEN_TIMEOUT / 1000} s`);
  }

  #lost(reason: string): void {
    if (this.#open && this.#options.environment.clock.now() - this.#openedAt >= LASTING) {
      this.#warned = false;
      this.#retry = FIRST_RETRY;
    }
    this.#open = false;
    this.#socket = undefined;
    this.#clearTimer();
    if (this.#closed) {
      this.#resolveClosed();
      return;
    }
    this.#warn(reason);
    this.#setTimer(() => this.#dial(), this.#retry);
    this.#retry = Math.min(this.#retry * 2, LONGEST_RETRY);
  }

  /** Once per outage. */
  #warn(reason: string): void {
    if (this.#warned) return;
    this.#warned = true;
    this.#options.environment.logger.warn(
      { url: this.#name, reason },
      "no relay for Stately's inspector: start one with createInspectorServer() of @statelyai/inspect/server; it is tried again",
    );
  }

  #setTimer(run: () => void, delay: number): void {
    this.#timer = this.#options.environment.clock.setTimeout(run, delay);
  }

  #clearTimer(): void {
    this.#options.environment.clock.clearTimeout(this.#timer);
  }
}

/** Without what may be secret in it: user, password and query. */
function shownRelay(url: string): string {
  return url.replace(/[?#].*$/s, '').replace(/^([^/]*\/\/).*@/s, '$1');
}
