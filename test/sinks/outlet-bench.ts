import type { OperatorFunction } from 'rxjs';
import type { Batch } from '../../src/messages/batch.ts';
import type { Chunk } from '../../src/messages/chunk.ts';
import type { Outlet } from '../../src/sinks/outlet.ts';
import { turnBatches } from '../../src/streams/batcher.ts';
import type { BufferOptions } from '../../src/streams/buffer.ts';
import type { FailureStream } from '../../src/streams/failure-stream.ts';
import type { Transform } from '../../src/streams/transforms.ts';
import type { Guard } from '../../src/transport/traffic.ts';
import { NO_BOUND } from '../streams/buffer-bench.ts';
import { streamBench } from '../streams/stream-bench.ts';

export { logbook } from '../streams/stream-bench.ts';

/** The guard of an actor that lives until `end`, and keeps what its handlers throw. */
export function actorGuard() {
  const crashes: unknown[] = [];
  let ended = false;
  const guard: Guard =
    (handler) =>
    (...args) => {
      if (ended) return;
      try {
        handler(...args);
      } catch (error) {
        crashes.push(error);
      }
    };
  return {
    guard,
    crashes,
    end: () => {
      ended = true;
    },
  };
}

export interface SinkSetup {
  readonly buffer?: Partial<BufferOptions>;
  readonly transform?: Transform;
  readonly batched?: OperatorFunction<Chunk, Batch>;
  /** Takes what fails; without it it is counted as rejected. */
  readonly failures?: FailureStream;
}

/** A source of json events `feed`, and an open sink `out` that takes them. */
export function sinkBench({ buffer, transform, batched = turnBatches(), failures }: SinkSetup = {}) {
  const { clock, ledger, logger, source: create, sink } = streamBench();
  const source = create('feed', { encoding: 'json' });
  const stream = sink('out', [source], {
    buffer: { waiting: NO_BOUND, whenFull: 'block', inFlight: NO_BOUND, ...buffer },
    ...(transform ? { transform } : {}),
    failures,
  });
  stream.open(() => {});
  return {
    clock,
    source,
    stream,
    log: logger,
    batched,
    /** One turn with these payloads. */
    give: (...payloads: string[]) => source.receive(payloads.map((data) => ({ data }))),
    /** The highest sequence that is settled. */
    settled: () => ledger.settled('feed'),
  };
}

/** A sink bench, and actors that run an outlet for it. */
export function outletBench(setup: SinkSetup = {}) {
  const bench = sinkBench(setup);
  const failures: unknown[] = [];
  return {
    ...bench,
    failures,
    /** Runs an outlet as its actor does, and gives how to stop it. */
    run(outlet: Outlet): () => void {
      const { guard, crashes, end } = actorGuard();
      const disposers: (() => void)[] = [];
      outlet({
        stream: bench.stream,
        batched: bench.batched,
        failed: (cause) => failures.push(cause),
        guard,
        crash: (error) => crashes.push(error),
        onEnd: (dispose) => disposers.push(dispose),
      });
      return () => {
        end();
        for (const dispose of disposers.reverse()) dispose();
      };
    },
  };
}
