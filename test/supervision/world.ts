import { PassThrough } from 'node:stream';
import type { PipelineInput, SinkInput, SourceInput } from '../../src/config/options.ts';
import type { Environment, FrameSocket, Handshake, Listener, Logger } from '../../src/environment.ts';
import type { Pipeline } from '../../src/supervision/handles.ts';
import { createRootSupervisor, type Outcome, type Supervisor } from '../../src/supervision/supervisor.ts';
import { createMemoryDisk, type MemoryDisk } from '../../src/testing/memory-disk.ts';
import {
  createMemoryNetwork,
  type MemoryNetwork,
  type MemoryNetworkOptions,
} from '../../src/testing/memory-network.ts';
import { seededRandom } from '../../src/testing/scripted-random.ts';
import { createStepClock, type StepClock } from '../../src/testing/step-clock.ts';
import { MemoryFiles } from '../store/memory-files.ts';
import { Recorder } from '../transport/ends.ts';

export interface Peer {
  readonly socket: FrameSocket;
  readonly handshake: Handshake;
  readonly heard: Recorder;
}

/** A WebSocket server of the memory network. */
export class Server {
  readonly address: string;
  readonly peers: Peer[] = [];
  readonly #world: World;
  readonly #host: string;
  #listener: Listener | undefined;
  /** Runs for each peer that is accepted. */
  greet: (peer: Peer) => void = () => {};

  constructor(world: World, host: string) {
    this.#world = world;
    this.#host = host;
    this.address = `${host}:80`;
  }

  get url(): string {
    return `ws://${this.#host}/`;
  }

  get peer(): Peer {
    const peer = this.peers.at(-1);
    if (!peer) throw new Error(`${this.#host} has no peer`);
    return peer;
  }

  /** What all its peers have sent, in order. */
  get received(): string[] {
    return this.peers.flatMap(({ heard }) => heard.texts);
  }

  async open(): Promise<this> {
    const request = { host: this.#host, port: 80, maxPayload: 1e6 };
    this.#listener = await this.#world.network.listen(request, (socket, handshake) => {
      const peer = { socket, handshake, heard: new Recorder() };
      this.peers.push(peer);
      this.greet(peer);
      return peer.heard;
    });
    return this;
  }

  send(...texts: string[]): void {
    this.peer.socket.write(texts.map((data) => ({ data, binary: false })));
  }

  /** Its process dies. */
  async die(): Promise<void> {
    this.#world.network.cut(this.address);
    await this.#listener?.close();
  }
}

/** A root supervisor on a step clock, a memory network and chance that repeats. */
export class World {
  readonly clock: StepClock = createStepClock();
  readonly network: MemoryNetwork;
  readonly files = new MemoryFiles();
  /** Where stores are. */
  readonly disk: MemoryDisk = createMemoryDisk({ clock: this.clock, random: seededRandom(7) });
  readonly log: string[] = [];
  readonly stdin = new PassThrough();
  readonly stdout = new PassThrough();
  readonly env: Record<string, string> = {};
  readonly servers: Server[] = [];
  readonly supervisor: Supervisor;
  readonly environment: Environment;

  constructor(network: Partial<MemoryNetworkOptions> = {}) {
    const { clock } = this;
    this.network = createMemoryNetwork({ clock, ...network });
    this.environment = {
      clock,
      now: () => 1_700_000_000_000 + clock.now(),
      random: seededRandom(7),
      dial: this.network.dial,
      listen: this.network.listen,
      files: Object.assign(this.files, { read: () => new PassThrough(), append: () => new PassThrough() }),
      openStore: this.disk.mount().openStore,
      env: this.env,
      stdio: { stdin: this.stdin, stdout: this.stdout, stderr: new PassThrough() },
      logger: this.#logger(),
    };
    this.supervisor = createRootSupervisor(this.environment);
  }

  async server(host: string): Promise<Server> {
    const server = new Server(this, host);
    this.servers.push(server);
    return server.open();
  }

  add(sources: readonly SourceInput[], sinks: readonly SinkInput[] = [], name = 'ticks'): Pipeline {
    const pipeline: PipelineInput = { name, sources: [...sources], sinks: [...sinks] };
    return this.supervisor.add(pipeline);
  }

  async start(): Promise<void> {
    await this.during(this.supervisor.start());
    await this.clock.advance(100);
  }

  /** Stops, and lets time pass until it has. */
  stop(drain?: string | number): Promise<Outcome> {
    return this.during(this.supervisor.stop(drain === undefined ? {} : { drain }));
  }

  /** Waits for a promise while time passes. */
  async during<T>(promise: Promise<T>): Promise<T> {
    let waits = true;
    const settle = () => {
      waits = false;
    };
    promise.then(settle, settle);
    await this.clock.settle();
    while (waits) {
      if (!(await this.clock.next())) throw new Error('nothing is left that could happen');
      await this.clock.settle();
    }
    return promise;
  }

  /** What has been written to the standard output since it was asked for last. */
  get printed(): string {
    let text = '';
    // A read gives what one write has brought, or all there is: that depends on the version of Node.
    for (let next = this.stdout.read(); next !== null; next = this.stdout.read()) text += String(next);
    return text;
  }

  /** More than what a sink without an end may have in flight and in its buffer of `max-events: 1`. */
  async flood(server: Server): Promise<void> {
    for (let round = 0; round < 11; round += 1) {
      server.send(...numbered(1_000, 'flood '));
      await this.clock.advance(10);
    }
  }

  /** Sockets that are up, over all servers. */
  get connections(): number {
    return this.servers.reduce((sum, { address }) => sum + this.network.connections(address), 0);
  }

  /** Timers and sockets that are left, once what is under way on the network has arrived. */
  async leftovers(): Promise<{ timers: number; sockets: number }> {
    await this.clock.advance(10);
    return { timers: this.clock.pending, sockets: this.connections };
  }

  #logger(): Logger {
    const at = (level: string) => (fields: object, message: string) =>
      void this.log.push(`${level} ${message} ${JSON.stringify(fields, errorText)}`);
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  }
}

function errorText(_key: string, value: unknown): unknown {
  return value instanceof Error ? `${value.name}: ${value.message} ${value.stack ?? ''}` : value;
}

export const NOTHING = { timers: 0, sockets: 0 };

type InClientMode<T> = Omit<Extract<NonNullable<T>, { mode?: 'client' | undefined; url: string }>, 'url'>;

export function webSocketSource(url: string, options: InClientMode<SourceInput['web-socket']> = {}) {
  return { name: 'exchange', 'web-socket': { url, ...options } } satisfies SourceInput;
}

export function webSocketSink(url: string, options: InClientMode<SinkInput['web-socket']> = {}) {
  return { name: 'store', 'web-socket': { url, ...options } } satisfies SinkInput;
}

/** `prefix1`, `prefix2`, … */
export function numbered(count: number, prefix = 'event ', first = 1): string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}${first + at}`);
}
