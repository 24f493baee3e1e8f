import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { performance } from 'node:perf_hooks';
import { onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Certificate } from '../transport/certificates.ts';
import { portOf } from '../transport/raw-peer.ts';
import { Watch } from './watch.ts';

export interface PeerOptions {
  /** Default: any free one. */
  readonly port?: number;
  /** Speaks TLS with it. */
  readonly certificate?: Certificate;
  /** Answers pings; default true. */
  readonly pongs?: boolean;
  /** Answers this instead of an upgrade; `attempt` counts from 0. */
  readonly refuse?: (attempt: number) => Refusal | undefined;
  /** Called once per connection that is open; `index` counts from 0. */
  readonly greet?: (socket: WebSocket, index: number) => void;
}

export interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Times are milliseconds of `performance.now()`. */
export interface Attempt {
  readonly at: number;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
}

export interface Arrival {
  readonly at: number;
  /** Index of the connection that brought it. */
  readonly connection: number;
  readonly text: string;
  readonly binary: boolean;
}

/** A WebSocket server in this process that writes down everything it hears. */
export class Peer {
  readonly attempts: Attempt[] = [];
  readonly sockets: WebSocket[] = [];
  readonly arrivals: Arrival[] = [];
  /** Payloads of the pings that came, over all connections. */
  readonly pings: Buffer[] = [];
  readonly url: string;
  readonly port: number;
  readonly #server: Server;
  readonly #watch = new Watch();

  constructor(server: Server, scheme: 'ws' | 'wss', options: PeerOptions) {
    this.#server = server;
    this.port = portOf(server);
    this.url = `${scheme}://127.0.0.1:${this.port}/`;
    const upgrader = new WebSocketServer({ noServer: true, autoPong: options.pongs ?? true });
    server.on('upgrade', (request: IncomingMessage, stream, head) => {
      stream.on('error', () => {});
      this.attempts.push({ at: performance.now(), target: request.url ?? '', headers: request.headers });
      this.#watch.changed();
      const refusal = options.refuse?.(this.attempts.length - 1);
      if (refusal) stream.end(answer(refusal));
      else upgrader.handleUpgrade(request, stream, head, (socket) => this.#connected(socket, options));
    });
  }

  get texts(): string[] {
    return this.arrivals.map(({ text }) => text);
  }

  textsOf(connection: number): string[] {
    return this.arrivals.filter((arrival) => arrival.connection === connection).map(({ text }) => text);
  }

  /** Milliseconds between one attempt and the next. */
  get gaps(): number[] {
    return this.attempts.slice(1).map(({ at }, index) => at - (this.attempts[index]?.at ?? 0));
  }

  until(holds: () => boolean): Promise<void> {
    return this.#watch.until(holds);
  }

  /** `count` messages have come, over all connections. */
  receives(count: number): Promise<void> {
    return this.until(() => this.arrivals.length >= count);
  }

  /** The connection number `index`, from 0. */
  async connection(index: number): Promise<WebSocket> {
    await this.until(() => this.sockets.length > index);
    const socket = this.sockets[index];
    if (socket === undefined) throw new RangeError(`there is no connection ${index}`);
    return socket;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.terminate();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #connected(socket: WebSocket, options: PeerOptions): void {
    const connection = this.sockets.length;
    socket.on('error', () => {});
    socket.on('close', () => this.#watch.changed());
    socket.on('ping', (payload) => {
      this.pings.push(payload);
      this.#watch.changed();
    });
    socket.on('message', (data, binary) => {
      this.arrivals.push({ at: performance.now(), connection, text: String(data), binary });
      this.#watch.changed();
    });
    this.sockets.push(socket);
    options.greet?.(socket, connection);
    this.#watch.changed();
  }
}

/** Listens on 127.0.0.1 until the test has finished. */
export async function startPeer(options: PeerOptions = {}): Promise<Peer> {
  const { certificate } = options;
  const server = certificate ? createSecureServer({ ...certificate }) : createServer();
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const peer = new Peer(server, certificate ? 'wss' : 'ws', options);
  onTestFinished(() => peer.close());
  return peer;
}

function answer({ status, headers = {} }: Refusal): string {
  const lines = Object.entries({ ...headers, connection: 'close', 'content-length': '0' });
  return [`HTTP/1.1 ${status} No`, ...lines.map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n');
}
