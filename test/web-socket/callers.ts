import type { SinkInput, SourceInput } from '../../src/config/options.ts';
import type { DialRequest, FrameSocket, Loss } from '../../src/environment.ts';
import type { Batch } from '../../src/messages/batch.ts';
import type { Message } from '../../src/messages/message.ts';
import type { Pipeline } from '../../src/supervision/handles.ts';
import type { World } from '../supervision/world.ts';
import { Recorder } from '../transport/ends.ts';

/** Where the pipelines of these tests listen. */
export const BIND = '127.0.0.1:8080';

/** Somebody who connects to a pipeline that listens. It answers pings and closes while it reads. */
export class Caller {
  readonly heard = new Recorder();
  readonly socket: FrameSocket;

  constructor(world: World, target = '/', options: Partial<DialRequest> = {}) {
    const url = `ws://${BIND}${target}`;
    this.socket = world.network.dial(
      { url, headers: {}, subprotocols: [], maxPayload: 64 * 1024 * 1024, ...options },
      this.heard,
    );
  }

  get texts(): string[] {
    return this.heard.texts;
  }

  get loss(): Loss | undefined {
    return this.heard.loss;
  }

  /** The subprotocol that it was accepted with; undefined when it was not. */
  get protocol(): string | undefined {
    for (const event of this.heard.events) if (event.type === 'open') return event.protocol;
    return undefined;
  }

  get open(): boolean {
    return this.protocol !== undefined && this.loss === undefined;
  }

  send(...texts: string[]): void {
    this.socket.write(texts.map((data) => ({ data, binary: false })));
  }

  sendBytes(data: Buffer): void {
    this.socket.write([{ data, binary: true }]);
  }
}

/** A caller whose request has been answered. */
export async function call(world: World, target?: string, options?: Partial<DialRequest>): Promise<Caller> {
  const caller = new Caller(world, target, options);
  await world.clock.advance(10);
  return caller;
}

/** Several, one after the other. */
export async function callTogether(world: World, count: number, target?: string): Promise<Caller[]> {
  const callers = Array.from({ length: count }, () => new Caller(world, target));
  await world.clock.advance(10);
  return callers;
}

export const FEED = { name: 'feed', function: {} } satisfies SourceInput;

type InMode<T, M extends string> = Extract<NonNullable<T>, { mode: M }>;
type SinkIn<M extends string> = Omit<InMode<SinkInput['web-socket'], M>, 'mode' | 'server'>;
type Server = Partial<InMode<SinkInput['web-socket'], 'server-output'>['server']>;

/** A sink that sends what it gets to everybody who calls. */
export function outputSink(server: Server = {}, options: SinkIn<'server-output'> = {}): SinkInput {
  return { name: 'out', 'web-socket': { mode: 'server-output', server: { bind: BIND, ...server }, ...options } };
}

type SourceIn<M extends string> = Omit<InMode<SourceInput['web-socket'], M>, 'mode' | 'server'>;

/** A source of what callers send. */
export function inputSource(server: Server = {}, options: SourceIn<'server-input'> = {}): SourceInput {
  return { name: 'in', 'web-socket': { mode: 'server-input', server: { bind: BIND, ...server }, ...options } };
}

type RelayServer = Partial<InMode<SourceInput['web-socket'], 'relay'>['server']>;

/** A source that passes frames on between callers, and with a `url` between them and an upstream. */
export function relaySource(options: SourceIn<'relay'> = {}, server: RelayServer = {}): SourceInput {
  return { name: 'chat', 'web-socket': { mode: 'relay', server: { bind: BIND, ...server }, ...options } };
}

/** Adds a function sink, and answers with what it gets. */
export function collect(pipeline: Pipeline, name: string, ...inputs: string[]): Message[] {
  const messages: Message[] = [];
  pipeline.sink(name, {
    ...(inputs.length > 0 ? { inputs } : {}),
    function: (batch: Batch) => {
      messages.push(...batch.messages);
    },
  });
  return messages;
}

/** Pushes events in one turn each, and lets them arrive. */
export async function publish(world: World, pipeline: Pipeline, ...events: unknown[]): Promise<void> {
  for (const event of events) await pipeline.source('feed').push(event);
  await world.clock.advance(10);
}

/** Connections of callers that are up. */
export function connected(world: World): number {
  return world.network.connections(BIND);
}

/** What a supervisor that has stopped leaves: nothing. */
export async function leftovers(world: World) {
  return { ...(await world.leftovers()), callers: connected(world) };
}

export const NOTHING_AT_ALL = { timers: 0, sockets: 0, callers: 0 };
