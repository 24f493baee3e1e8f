import { createFrameEncoder } from '../../src/messages/batch-encoder.ts';
import type { BatchLayout } from '../../src/messages/batch-layout.ts';
import { type WebSocketSinkOptions, webSocketSink } from '../../src/sinks/web-socket.ts';
import type { TrafficEdges } from '../../src/transport/traffic.ts';
import { actorGuard, type SinkSetup, sinkBench } from './outlet-bench.ts';
import { RecordedWire } from './recorded-wire.ts';

export type WebSocketSetup = SinkSetup & { readonly options?: Partial<WebSocketSinkOptions> };

/** The events of a batch as lines of one frame. */
const LINES: BatchLayout = { wrapAsJson: false, marker: false };

export const PONG = { ack: 'pong', interval: 50 } as const;
export const WRITTEN = { ack: 'written' } as const;
export const REPLY = { ack: 'reply', pointer: '/re', 'event-pointer': '/id' } as const;

/** The traffic of a web-socket sink, an event per frame and acknowledged by pong, unless told otherwise. */
export function webSocketBench({ options = {}, ...setup }: WebSocketSetup = {}) {
  const bench = sinkBench(setup);
  const complaints: string[] = [];
  const edges: string[] = [];
  const told: TrafficEdges = {
    unacknowledged: (message) => complaints.push(message),
    blocked: () => edges.push('blocked'),
    unblocked: () => edges.push('unblocked'),
    rejected: () => edges.push('rejected'),
  };
  const { payload = 'text', framePerBatch = false } = options;
  const scope = { cursor: () => undefined, env: () => undefined, time: () => 0 };
  const layout = framePerBatch ? LINES : undefined;
  const traffic = webSocketSink({
    stream: bench.stream,
    payload,
    encode: createFrameEncoder(payload, { layout, scope }),
    framePerBatch,
    batched: bench.batched,
    level: PONG,
    window: { events: 1000, bytes: 2 ** 24 },
    retry: { timeout: 30_000 },
    heartbeatTimeout: undefined,
    edges: told,
    clock: bench.clock,
    ...options,
  });
  return {
    ...bench,
    traffic,
    complaints,
    edges,
    /** A connection that is live. `crashes` has what its handlers throw. */
    connect() {
      const wire = new RecordedWire();
      const { guard, crashes, end } = actorGuard();
      traffic.live(wire, guard);
      return {
        wire,
        crashes,
        answer: (payload = wire.lastPing) => traffic.pong(payload),
        /** The peer sends these messages. */
        reply: (...texts: string[]) =>
          traffic.frames(texts.map((text) => ({ data: Buffer.from(text), binary: false }))),
        /** `closeCode`: of the peer's close frame, when there was one. */
        lose(closeCode?: number) {
          traffic.lost(closeCode);
          end();
        },
      };
    },
  };
}
