import type { Clock, Logger } from '../environment.ts';
import { encodeFailure, type Failure } from '../messages/failure.ts';
import type { Bound } from './chunk-queue.ts';
import type { Ledger } from './ledger.ts';
import { createSourceStream, type SourceStream } from './source-stream.ts';

export interface FailureStreamOptions {
  /** Name of the source or sink of which these are the failures. */
  readonly origin: string;
  readonly epoch: string;
  readonly waiting: Bound;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly now: () => number;
  readonly logger: Pick<Logger, 'error'>;
}

/** What a component could not handle, as a source of its own that sinks may take. Its origin ends it. */
export interface FailureStream {
  /** Named `<origin>.failures`; its events are JSON. */
  readonly stream: SourceStream;
  /** Hands a failure on. `settled` runs once every taker has settled it, at once when there is none. */
  fail(failure: Failure, settled: () => void): void;
}

/** Enters its stream into the ledger. */
export function createFailureStream({ origin, ...options }: FailureStreamOptions): FailureStream {
  const name = `${origin}.failures`;
  const { ledger } = options;
  /** Not settled by every taker, the oldest first. */
  const pending: { readonly sequence: number; readonly settled: () => void }[] = [];
  ledger.addSource(name);
  const stream = createSourceStream({ ...options, name, encoding: 'json', emitInterval: 0 });

  ledger.settlements$.subscribe(({ source, through }) => {
    if (source !== name) return;
    while (pending[0] && pending[0].sequence <= through) pending.shift()?.settled();
  });

  return {
    stream,
    fail(failure, settled) {
      // Before it is handed on: who takes it may settle it at once.
      pending.push({ sequence: stream.received + 1, settled });
      stream.receive([{ data: encodeFailure(failure) }]);
    },
  };
}
