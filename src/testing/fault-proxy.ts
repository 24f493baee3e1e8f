import { createServer, type Server, type Socket } from 'node:net';
import { NetworkError, UsageError } from '../errors.ts';
import { type FaultBytes, type FaultConnection, FaultLink, type FaultStates } from './fault-connection.ts';
import {
  type FaultDirection,
  type FaultEnding,
  type Faults,
  readBytes,
  readDirection,
  readDirections,
  readEnding,
  readFaults,
  readTarget,
} from './fault-options.ts';
import { type Cut, type FaultState, NO_FAULT } from './fault-pipe.ts';
import { Waiters } from './waiters.ts';

/**
 * A TCP proxy of this process in front of a server. What it is told concerns all its connections, open ones and those
 * to come, unless it says otherwise; without a direction it concerns both.
 */
export interface FaultProxy extends AsyncDisposable {
  /**
   * What the client dials instead: scheme, path and query of the server's url, and the proxy's port. The host is
   * 127.0.0.1, or the server's if that is `localhost` or a loopback address, so that its certificate fits.
   */
  readonly url: string;
  /** All connections so far, in the order in which clients connected. */
  readonly connections: readonly FaultConnection[];
  /** Bytes that were passed on, of all connections. */
  readonly passed: FaultBytes;
  /**
   * The connection number `index`, from 0, once a client has made it.
   * @throws UsageError when the proxy is closed before that.
   */
  connection(index: number): Promise<FaultConnection>;
  /**
   * Changes the faults that are named. What is on its way keeps its latency, and nothing overtakes it.
   * @throws UsageError for a wrong argument; then nothing has changed.
   */
  set(faults: Faults, direction?: FaultDirection): void;
  /**
   * Passes exactly `bytes` more, a number or a size of at least 1, in a direction, and cuts the connection: `reset`, the
   * default, gives both sides a TCP RST, `end` a FIN. Each connection counts its own bytes from now on, the first one to
   * get there is cut, and the others go on. A new cut of a direction takes the place of its last one.
   * @throws UsageError for a wrong argument.
   */
  cutAfter(bytes: string | number, direction: FaultDirection, ending?: FaultEnding): void;
  /** All open connections get a TCP RST at both sides, at once. What was held is lost. Later ones are not concerned. */
  reset(): void;
  /**
   * Nothing passes, neither bytes nor the end of a connection, and nothing is closed. What is sent meanwhile is held, in
   * the proxy up to 256 KiB per direction and else at the sender. A client can connect, but reaches the server after
   * `heal`, or never if it has left by then.
   * @throws UsageError for a wrong direction.
   */
  blackhole(direction?: FaultDirection): void;
  /** Ends a blackhole, after which all that was held arrives in order, and calls off cuts that have not happened. */
  heal(): void;
  /** Resets all connections and stops listening. Once it resolves, no socket and no timer is left. */
  close(): Promise<void>;
}

/**
 * Puts a proxy in front of a server, on a free port of this machine. Bandwidth is per connection and direction; without
 * `faults` bytes pass as they come. A side that is slow slows the other one down: the proxy holds 256 KiB per
 * connection and direction, the systems hold what they do. TLS passes through. When the server cannot be reached the
 * client gets a TCP RST, and `failure` of the connection says why.
 *
 * ```ts
 * const proxy = await faultProxy('ws://127.0.0.1:9000/feed', { latency: '50ms' });
 * proxy.cutAfter(1000, 'down');
 * ```
 *
 * @throws UsageError for a url that is no ws:// or wss:// url, and for faults that do not exist or have a wrong value.
 * NetworkError when no port can be bound.
 */
export async function faultProxy(url: string, faults: Faults = {}): Promise<FaultProxy> {
  const proxy = new TcpProxy(readTarget(url));
  proxy.set(faults);
  await proxy.listen();
  return proxy;
}

class TcpProxy implements FaultProxy {
  readonly #target: URL;
  readonly #host: string;
  readonly #listener: Server;
  readonly #links: FaultLink[] = [];
  readonly #open = new Set<FaultLink>();
  readonly #waiters = new Waiters();
  #states: FaultStates = { up: NO_FAULT, down: NO_FAULT };
  #cuts: { readonly [direction in FaultDirection]?: Cut } = {};
  #port = 0;
  #closed: Promise<void> | undefined;

  constructor(target: URL) {
    this.#target = target;
    this.#host = isLoopback(target.hostname) ? target.hostname : '127.0.0.1';
    this.#listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client));
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      const refuse = ({ message }: Error) => reject(new NetworkError(`the proxy has no port: ${message}`));
      this.#listener.once('error', refuse);
      this.#listener.listen(0, withoutBrackets(this.#host), () => {
        this.#listener.off('error', refuse);
        const address = this.#listener.address();
        if (typeof address === 'object' && address !== null) this.#port = address.port;
        resolve();
      });
    });
  }

  get url(): string {
    const url = new URL(this.#target);
    url.hostname = this.#host;
    url.port = String(this.#port);
    return url.href;
  }

  get connections(): readonly FaultConnection[] {
    return [...this.#links];
  }

  get passed(): FaultBytes {
    const all = this.#links.map(({ passed }) => passed);
    return { up: sum(all.map(({ up }) => up)), down: sum(all.map(({ down }) => down)) };
  }

  async connection(index: number): Promise<FaultConnection> {
    if (!Number.isSafeInteger(index) || index < 0) {
      throw new UsageError(`${String(index)} is not the number of a connection, expected 0 or more`);
    }
    await this.#waiters.until(() => this.#links.length > index);
    return this.#links[index] as FaultLink;
  }

  set(faults: Faults, direction?: FaultDirection): void {
    const directions = readDirections(direction);
    this.#change(directions, readFaults(faults));
  }

  cutAfter(bytes: string | number, direction: FaultDirection, ending: FaultEnding = 'reset'): void {
    const cut: Cut = { bytes: readBytes(bytes), ending: readEnding(ending), over: false };
    this.#cuts = { ...this.#cuts, [readDirection(direction)]: cut };
    for (const link of this.#open) link.plan(cut, direction);
  }

  reset(): void {
    for (const link of this.#open) link.reset();
  }

  blackhole(direction?: FaultDirection): void {
    this.#change(readDirections(direction), { blackholed: true });
  }

  heal(): void {
    this.#cuts = {};
    for (const link of this.#open) link.keep();
    this.#change(readDirections(undefined), { blackholed: false });
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #accept(client: Socket): void {
    const link = new FaultLink(this.#links.length, client, this.#states, (server) => this.#dial(server));
    this.#links.push(link);
    this.#open.add(link);
    link.closed.then(() => this.#open.delete(link));
    for (const direction of readDirections(undefined)) {
      const cut = this.#cuts[direction];
      if (cut !== undefined) link.plan(cut, direction);
    }
    if (this.#closed !== undefined) link.reset();
    this.#waiters.changed();
  }

  #dial(server: Socket): void {
    const { protocol, hostname, port } = this.#target;
    const usual = protocol === 'wss:' || protocol === 'https:' ? 443 : 80;
    server.connect({ host: withoutBrackets(hostname), port: port === '' ? usual : Number(port) });
  }

  #change(directions: readonly FaultDirection[], change: Partial<FaultState>): void {
    for (const direction of directions) {
      this.#states = { ...this.#states, [direction]: { ...this.#states[direction], ...change } };
    }
    for (const link of this.#open) link.states = this.#states;
  }

  async #close(): Promise<void> {
    const stopped = new Promise((resolve) => this.#listener.close(resolve));
    this.reset();
    await Promise.all([stopped, ...[...this.#open].map(({ closed }) => closed)]);
    this.#waiters.fail(new UsageError('the proxy has been closed'));
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

function withoutBrackets(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
