import { type Peer, type Server, World } from '../supervision/world.ts';
import { type SourceOptions, sourceBench } from './client-bench.ts';

export const SOON = { 'initial-backoff': '1s', 'max-backoff': '1s', jitter: 0 } as const;

/** The condition that a message is of this type. */
export function typed(type: string) {
  return { pointer: '/type', equals: type };
}

/** What a server sends, all of it in one turn: texts, or what becomes JSON. */
type Sent = readonly unknown[];

export interface ServerScript {
  /** As soon as a peer is there. */
  readonly first?: Sent;
  /** Upon a text of a peer; `attempt` counts the peers from 1. */
  readonly upon?: (text: string, attempt: number) => Sent;
}

/** Lets a server answer what its peers send. */
export function play(server: Server, { first = [], upon = () => [] }: ServerScript): void {
  server.greet = (peer) => {
    tell(peer, first);
    peer.heard.during = (event) => {
      if (event.type !== 'frames') return;
      for (const { data } of event.frames) tell(peer, upon(data.toString(), server.peers.indexOf(peer) + 1));
    };
  };
}

/** Sends in one turn. */
export function tell({ socket }: Peer, sent: Sent): void {
  if (sent.length === 0) return;
  socket.write(sent.map((each) => ({ data: typeof each === 'string' ? each : JSON.stringify(each), binary: false })));
}

/** A source, and a server that plays its part, a while after the start. */
export async function greeted(options: SourceOptions, script: ServerScript = {}, world = new World()) {
  const bench = await sourceBench({ reconnect: SOON, ...options }, world);
  play(bench.server, script);
  await bench.world.start();
  return { ...bench, events: () => bench.kept.map(({ text }) => text) };
}
