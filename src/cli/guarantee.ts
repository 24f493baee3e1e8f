import type {
  EndpointOptions,
  ListenerOptions,
  SinkOptions,
  WebSocketClientSink,
  WebSocketServerSink,
} from '../config/options.ts';

/** What it means for this sink that an event is delivered, in one sentence. */
export function guaranteeOf(sink: SinkOptions, listeners: readonly ListenerOptions[]): string {
  return `delivered means: ${delivered(sink, listeners)}${kept(sink)}`;
}

function delivered({ kind, options }: SinkOptions, listeners: readonly ListenerOptions[]): string {
  if (kind !== 'web-socket') return 'the operating system has taken it';
  return options.mode === 'client' ? acknowledged(options) : queued(options, listeners);
}

function kept({ buffer: { type, durability = 'commit' } }: SinkOptions): string {
  if (type !== 'disk') return '';
  const fate = durability === 'commit' ? 'synced' : 'written; a power failure can lose the last of it';
  return `; until then it is kept on disk, ${fate} (durability: ${durability})`;
}

function acknowledged({ ack, reply }: WebSocketClientSink): string {
  switch (ack) {
    case 'pong':
      return "the peer's endpoint has answered a ping sent after it (ack: pong)";
    case 'written':
      return 'the operating system has taken it; what it and the peer hold can be lost (ack: written)';
    case 'reply':
      return `the peer has sent a reply to it${reply ? `, matched by ${reply.pointer}` : ''} (ack: reply)`;
  }
}

function queued({ mode, endpoint }: WebSocketServerSink, listeners: readonly ListenerOptions[]): string {
  const served = listeners.flatMap(({ endpoints }) => endpoints).find(({ id }) => id === endpoint);
  const receiver = mode === 'server-input' ? 'the peer that it answers' : 'every peer';
  return `queued for ${receiver}${served ? `; a peer that is too slow ${fate(served)}` : ''}`;
}

function fate(endpoint: EndpointOptions): string {
  switch (endpoint['slow-peer']) {
    case 'disconnect':
      return 'is disconnected (slow-peer: disconnect)';
    case 'drop-oldest':
      return 'loses what waits longest (slow-peer: drop-oldest)';
    case 'drop-newest':
      return 'loses what comes last (slow-peer: drop-newest)';
    case 'conflate':
      return `gets only the last event of each ${endpoint['conflate-by'] ?? 'key'} (slow-peer: conflate)`;
  }
}
