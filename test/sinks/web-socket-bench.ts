import { type WebSocketSinkOptions, webSocketSink } from '../../src/sinks/web-socket.ts';
import { actorGuard, type SinkSetup, sinkBench } from './outlet-bench.ts';
import { RecordedWire } from './recorded-wire.ts';

export type WebSocketSetup = SinkSetup & { readonly options?: Partial<WebSocketSinkOptions> };

/** The traffic of a web-socket sink, an event per frame and acknowledged by pong, unless told otherwise. */
export function webSocketBench({ options, ...setup }: WebSocketSetup = {}) {
  const bench = sinkBench(setup);
  const complaints: string[] = [];
  const traffic = webSocketSink({
    stream: bench.stream,
    payload: 'text',
    framePerBatch: false,
    batched: bench.batched,
    ack: 'pong',
    ackInterval: 50,
    window: { events: 1000, bytes: 2 ** 24 },
    heartbeatTimeout: undefined,
    ackTimeout: 30_000,
    unacknowledged: (message) => complaints.push(message),
    clock: bench.clock,
    logger: bench.log,
    ...options,
  });
  return {
    ...bench,
    traffic,
    complaints,
    /** A connection that is live. `crashes` has what its handlers throw. */
    connect() {
      const wire = new RecordedWire();
      const { guard, crashes, end } = actorGuard();
      traffic.live(wire, guard);
      return {
        wire,
        crashes,
        answer: (payload = wire.lastPing) => traffic.pong(payload),
        lose() {
          end();
          traffic.lost();
        },
      };
    },
  };
}
