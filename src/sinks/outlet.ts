import type { OperatorFunction } from 'rxjs';
import type { Batch } from '../messages/batch.ts';
import type { Chunk } from '../messages/chunk.ts';
import type { SinkStream } from '../streams/sink-stream.ts';
import type { Guard } from '../transport/traffic.ts';

/** What a sink that is no connection needs while it runs. */
export interface OutletScope {
  readonly stream: SinkStream;
  /** Makes batches of the stream's chunks, as the option `batch` says. */
  readonly batched: OperatorFunction<Chunk, Batch>;
  /** The outlet cannot go on, and a restart would not help. */
  readonly failed: (cause: unknown) => void;
  readonly guard: Guard;
  readonly crash: (error: unknown) => void;
  readonly onEnd: (dispose: () => void) => void;
}

/** One kind of sink: starts to deliver, and registers how to stop. */
export type Outlet = (scope: OutletScope) => void;
