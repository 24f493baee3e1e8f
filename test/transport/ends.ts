import type {
  Dial,
  DialRequest,
  FrameSocket,
  Handshake,
  Listen,
  Listener,
  ListenRequest,
  Loss,
  ReceivedFrame,
  SocketEvents,
} from '../../src/environment.ts';

/** A network under test. `until` waits for a promise while the network's time passes. */
export interface TestNetwork {
  readonly dial: Dial;
  readonly listen: Listen;
  until<T>(promise: Promise<T>): Promise<T>;
  /** Everything is closed: fails when the network left something behind. */
  end(): Promise<void>;
}

export type Heard =
  | { readonly type: 'connected' }
  | { readonly type: 'open'; readonly protocol: string }
  | { readonly type: 'frames'; readonly frames: readonly ReceivedFrame[] }
  | { readonly type: 'pong'; readonly payload: string }
  | { readonly type: 'drained' }
  | { readonly type: 'lost'; readonly loss: Loss };

/** Writes down what a socket tells; `hears` waits for the first event that passes, past ones included. */
export class Recorder implements SocketEvents {
  readonly events: Heard[] = [];
  #watchers: (() => void)[] = [];
  /** Runs inside the handler of each event. */
  during: (event: Heard) => void = () => {};

  connected(): void {
    this.#note({ type: 'connected' });
  }
  open(protocol: string): void {
    this.#note({ type: 'open', protocol });
  }
  frames(frames: readonly ReceivedFrame[]): void {
    this.#note({ type: 'frames', frames });
  }
  pong(payload: string): void {
    this.#note({ type: 'pong', payload });
  }
  drained(): void {
    this.#note({ type: 'drained' });
  }
  lost(loss: Loss): void {
    this.#note({ type: 'lost', loss });
  }

  get types(): string[] {
    return this.events.map((event) => event.type);
  }

  get texts(): string[] {
    return this.received.map((frame) => frame.data.toString());
  }

  get received(): ReceivedFrame[] {
    return this.events.flatMap((event) => (event.type === 'frames' ? event.frames : []));
  }

  get loss(): Loss | undefined {
    for (const event of this.events) if (event.type === 'lost') return event.loss;
    return undefined;
  }

  hears(type: Heard['type']): Promise<void> {
    return this.sees(() => this.types.includes(type));
  }

  receives(count: number): Promise<void> {
    return this.sees(() => this.received.length >= count);
  }

  sees(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!holds()) return;
        this.#watchers = this.#watchers.filter((watcher) => watcher !== check);
        resolve();
      };
      this.#watchers.push(check);
      check();
    });
  }

  #note(event: Heard): void {
    this.events.push(event);
    this.during(event);
    for (const watcher of this.#watchers) watcher();
  }
}

export interface End {
  readonly socket: FrameSocket;
  readonly heard: Recorder;
}

export interface Accepted extends End {
  readonly handshake: Handshake;
}

/** Something that happens once and can be waited for. */
export class Signal {
  give: () => void = () => {};
  readonly given = new Promise<void>((resolve) => {
    this.give = resolve;
  });
}

/** A listener on 127.0.0.1 that keeps every peer that it accepted. */
export interface Harbour {
  readonly listener: Listener;
  readonly url: string;
  /** The peer that was accepted as number `index`, from 0. */
  accepted(index?: number): Promise<Accepted>;
}

/** Opens listeners and connections on a network under test and closes all of them at the end. */
export class Fleet {
  readonly network: TestNetwork;
  readonly #sockets: FrameSocket[] = [];
  readonly #listeners: Listener[] = [];

  constructor(network: TestNetwork) {
    this.network = network;
  }

  async listen(options: Partial<ListenRequest> = {}, greet?: (peer: Accepted) => void): Promise<Harbour> {
    const peers: Accepted[] = [];
    let accepted = () => {};
    const request = { host: '127.0.0.1', port: 0, maxPayload: 64 * 1024 * 1024, ...options };
    const listener = await this.network.listen(request, (socket, handshake) => {
      const peer = { socket, handshake, heard: new Recorder() };
      this.#sockets.push(socket);
      peers.push(peer);
      greet?.(peer);
      accepted();
      return peer.heard;
    });
    this.#listeners.push(listener);
    const wait = async (index: number): Promise<Accepted> => {
      for (;;) {
        const peer = peers[index];
        if (peer !== undefined) return peer;
        await new Promise<void>((resolve) => {
          accepted = resolve;
        });
      }
    };
    const url = `ws://127.0.0.1:${listener.port}/`;
    return { listener, url, accepted: (index = 0) => this.network.until(wait(index)) };
  }

  dial(url: string, options: Partial<DialRequest> = {}, heard = new Recorder()): End {
    const request = { url, headers: {}, subprotocols: [], maxPayload: 64 * 1024 * 1024, ...options };
    const socket = this.network.dial(request, heard);
    this.#sockets.push(socket);
    return { socket, heard };
  }

  /** A connection that is open at both ends. */
  async pair(listen: Partial<ListenRequest> = {}, dial: Partial<DialRequest> = {}) {
    const harbour = await this.listen(listen);
    const client = this.dial(harbour.url, dial);
    const server = await harbour.accepted();
    await this.network.until(client.heard.hears('open'));
    return { client, server, harbour };
  }

  /** A round trip over another connection: what was under way on a local network has arrived when it is done. */
  async roundTrip(harbour: Harbour, index = 1): Promise<void> {
    const client = this.dial(harbour.url);
    const server = await harbour.accepted(index);
    server.socket.write([{ data: 'there', binary: false }]);
    await this.network.until(client.heard.receives(1));
    client.socket.write([{ data: 'back', binary: false }]);
    await this.network.until(server.heard.receives(1));
  }

  async end(): Promise<void> {
    for (const socket of this.#sockets) socket.terminate();
    for (const listener of this.#listeners) await this.network.until(listener.close());
    await this.network.end();
  }
}

export function text(data: string) {
  return { data, binary: false };
}

export function binary(data: Buffer) {
  return { data, binary: true };
}
