import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { NetworkError, UsageError } from '../errors.ts';
import { Connections } from '../transport/connections.ts';
import { answerPlainRequest, refuse } from '../transport/refusal.ts';
import { Arrivals } from './arrivals.ts';
import { PlayedConnection, type ScriptedConnection, type ServerMessage } from './scripted-connection.ts';
import type { ServerBehaviour } from './server-behaviour.ts';
import { type OpenPart, readBehaviours, type ServerPart, takesMessages } from './server-part.ts';
import { SlowStream } from './slow-stream.ts';

/** Options of a scripted server. */
export interface ScriptedServerOptions {
  /** Default 0: any free one. */
  readonly port?: number;
}

/** A WebSocket server on 127.0.0.1 whose connections behave as they are told. It waits; a test need not sleep. */
export interface ScriptedServer extends AsyncDisposable {
  /** `ws://127.0.0.1:<port>/`; any path and query behind it is served too. */
  readonly url: string;
  readonly port: number;
  /** Each connection so far, refused ones included, in the order of their upgrade requests. */
  readonly connections: readonly ScriptedConnection[];
  /** What each connection has taken so far; of a refused one nothing. */
  readonly received: readonly (readonly ServerMessage[])[];
  /**
   * The connection number `index`, from 0, once its behaviour has begun: it is open or answered, or hangs. At once when
   * it is there already, also after `close()`. Rejects with a `UsageError` when it cannot come any more.
   */
  connection(index: number): Promise<ScriptedConnection>;
  /**
   * The next message, whichever connection brings it, that no call of this method was given; in the order of the calls.
   * Rejects with a `UsageError` when no connection takes messages any more.
   */
  message(): Promise<ServerMessage>;
  /** Ends all connections, without a close frame. Afterwards no socket and no timer is left, and no call waits. */
  close(): Promise<void>;
}

/**
 * Serves WebSocket connections on real sockets, for tests. Each connection takes the next behaviour, in the order of
 * the upgrade requests; the last one goes for all that follow.
 *
 * ```ts
 * const server = await scriptedServer([{ refuse: 503, retryAfter: 2 }, { afterReceived: 2, close: 4000 }, 'accept']);
 * ```
 *
 * @param behaviours Default: `['accept']`.
 * @throws UsageError for a behaviour or a port that there is not, NetworkError when the port is taken.
 */
export async function scriptedServer(
  behaviours: readonly ServerBehaviour[] = ['accept'],
  { port = 0 }: ScriptedServerOptions = {},
): Promise<ScriptedServer> {
  const parts = readBehaviours(behaviours);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError(`port: ${port} is not a port from 0 to 65535`);
  }
  const http = createServer();
  return new PlayingServer(http, await bind(http, port), parts);
}

class PlayingServer implements ScriptedServer {
  readonly url: string;
  readonly port: number;
  readonly #http: Server;
  readonly #parts: readonly ServerPart[];
  readonly #streams: Connections;
  readonly #upgrader = new WebSocketServer({ noServer: true, clientTracking: false, autoPong: false });
  readonly #connections = new Arrivals<PlayedConnection>();
  readonly #messages = new Arrivals<ServerMessage>();
  #closed: Promise<void> | undefined;

  constructor(http: Server, port: number, parts: readonly ServerPart[]) {
    this.#http = http;
    this.port = port;
    this.url = `ws://127.0.0.1:${port}/`;
    this.#parts = parts;
    this.#streams = new Connections(http, Number.POSITIVE_INFINITY);
    http.on('request', answerPlainRequest);
    http.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => this.#answer(request, socket, head));
    this.#judge();
  }

  get connections(): readonly ScriptedConnection[] {
    return this.#connections.all;
  }

  get received(): readonly (readonly ServerMessage[])[] {
    return this.#connections.all.map(({ received }) => received);
  }

  connection(index: number): Promise<ScriptedConnection> {
    if (Number.isInteger(index) && index >= 0) return this.#connections.at(index);
    return Promise.reject(new UsageError(`${index} is not the number of a connection: 0, 1, 2, …`));
  }

  message(): Promise<ServerMessage> {
    return this.#messages.next();
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #answer(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const part = this.#part(this.#connections.all.length);
    if (part.kind === 'open') {
      this.#open(request, socket, head, part);
      return;
    }
    const connection = this.#connect(request);
    if (part.kind === 'hang') {
      connection.turnAway('its upgrade is never answered');
    } else {
      connection.turnAway(`its upgrade was refused with ${part.refusal.status}`);
      refuse(request, part.refusal);
    }
    this.#begun(connection);
  }

  /** ws answers a request itself that is no WebSocket upgrade; that takes no behaviour. */
  #open(request: IncomingMessage, socket: Socket, head: Buffer, part: OpenPart): void {
    // What came behind the request is read like the rest.
    if (head.length > 0) socket.unshift(head);
    const stream = part.rate === undefined ? socket : new SlowStream(socket, part.rate);
    this.#upgrader.handleUpgrade(request, stream, Buffer.alloc(0), (upgraded) => {
      const connection = this.#connect(request);
      connection.play(upgraded, stream, part);
      this.#begun(connection);
    });
  }

  #connect(request: IncomingMessage): PlayedConnection {
    const connection = new PlayedConnection(this.#connections.all.length, request);
    connection.heard = (message) => {
      if (message === undefined) this.#judge();
      else this.#messages.add(message);
    };
    return connection;
  }

  #begun(connection: PlayedConnection): void {
    this.#connections.add(connection);
    this.#judge();
  }

  #part(index: number): ServerPart {
    const part = this.#parts[Math.min(index, this.#parts.length - 1)];
    if (part === undefined) throw new UsageError('a scripted server without behaviours');
    return part;
  }

  /** Nobody shall wait for a message that cannot come. */
  #judge(): void {
    const next = Math.min(this.#connections.all.length, this.#parts.length - 1);
    if (this.#connections.all.some(({ listens }) => listens) || this.#parts.slice(next).some(takesMessages)) return;
    this.#endMessages('no connection takes messages any more, and the behaviours left take none');
  }

  #endMessages(why: string): void {
    this.#messages.end((index) => `message ${index + 1} does not come: ${why}`);
  }

  async #end(): Promise<void> {
    const why = 'the server was closed';
    this.#endMessages(why);
    this.#connections.end((index) => `connection ${index} does not come: ${why}`);
    for (const connection of this.#connections.all) connection.mute(why);
    const closed = new Promise((resolve) => this.#http.close(resolve));
    await Promise.all([closed, this.#streams.end()]);
    // ws tells of the end of a stream some ticks after the stream itself does.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Gives the port. */
function bind(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => {
      const code = error.code ?? error.message;
      reject(new NetworkError(`127.0.0.1:${port} cannot be listened on (${code})`, { cause: error }));
    };
    server.once('error', failed);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', failed);
      // A connection that could not be accepted (too many open files) is not the end of the server.
      server.on('error', () => {});
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
