import type { SourceInput } from '../../src/config/options.ts';
import type { Message } from '../../src/messages/message.ts';
import { type Peer, type Server, World, webSocketSink, webSocketSource } from '../supervision/world.ts';

export type SourceOptions = NonNullable<Parameters<typeof webSocketSource>[1]>;
export type SinkOptions = NonNullable<Parameters<typeof webSocketSink>[1]>;

/** A web-socket source, its server, and a sink that keeps what it is given. */
export async function sourceBench(options: SourceOptions = {}, world = new World()) {
  const server = await world.server('upstream');
  return { ...taking(server.url, options, world), server };
}

/** The same without a server. */
export function taking(url: string, options: SourceOptions = {}, world = new World(), name = 'ticks') {
  const pipeline = world.add([webSocketSource(url, options)], [], name);
  const kept: Message[] = [];
  pipeline.sink('kept', { function: ({ messages }) => void kept.push(...messages) });
  return { world, pipeline, kept, status: () => connectionOf(pipeline.source('exchange').status) };
}

const FEED: SourceInput = { name: 'feed', function: {} };

/** A web-socket sink, its server, and an app that pushes events into it. */
export async function sinkBench(options: SinkOptions = {}, world = new World()) {
  const server = await world.server('downstream');
  return { ...giving(server.url, options, world), server };
}

/** The same without a server. */
export function giving(url: string, options: SinkOptions = {}, world = new World()) {
  const pipeline = world.add([FEED], [webSocketSink(url, options)]);
  return {
    world,
    pipeline,
    push: (...events: unknown[]) => {
      for (const event of events) void pipeline.source('feed').push(event);
    },
    sink: () => pipeline.sink('store').status,
    status: () => connectionOf(pipeline.sink('store').status),
  };
}

function connectionOf<T>({ connection }: { readonly connection?: T }): T {
  if (connection === undefined) throw new Error('there is no connection');
  return connection;
}

/** What each dial that got through to the server has sent as a header. */
export function headersOf({ peers }: Server, name: string): (string | string[] | undefined)[] {
  return peers.map(({ handshake }) => handshake.headers[name]);
}

/** What each dial that got through asked for. */
export function targetsOf({ peers }: Server): string[] {
  return peers.map(({ handshake }) => handshake.target);
}

/** Loses all connections of the server, and waits until they are dialled again. */
export async function drop(world: World, server: Server): Promise<void> {
  world.network.cut(server.address);
  await world.clock.advance(10_000);
}

/** A peer that closes with `code` as soon as a message holds `word`. */
export function closesOn(code: number, word: string): (peer: Peer) => void {
  return ({ socket, heard }) => {
    heard.during = (event) => {
      if (event.type === 'frames' && event.frames.some(({ data }) => data.includes(word))) socket.close(code, '');
    };
  };
}

/** Another process on the disk of `world`. */
export function restarted(world: World): World {
  const next = new World();
  for (const [path, text] of world.files.texts) next.files.texts.set(path, text);
  return next;
}
