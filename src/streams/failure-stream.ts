import type { Clock, Logger } from '../environment.ts';
import { encodeFailure } from '../messages/failure.ts';
import type { Bound } from './chunk-queue.ts';
import type { FailureTaker } from './failure-exit.ts';
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

/** What a component could not handle, as a source of its own that sinks may take. */
export interface FailureStream extends FailureTaker {
  /** Named `<origin>.failures`; its events are JSON. */
  readonly stream: SourceStream;
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
    held$: stream.held$,
    get ended() {
      return stream.ended;
    },
    end: () => stream.end(),
    fail(failure, settled) {
      // Before it is handed on: who takes it may settle it at once.
      pending.push({ sequence: stream.start + stream.received + 1, settled });
      stream.receive([{ data: encodeFailure(failure) }]);
    },
  };
}

/** For components that share their failures, a taker each: the failures end once all of these have ended. */
export function sharedTaker(failures: FailureTaker): () => FailureTaker {
  const open = new Set<FailureTaker>();
  return () => {
    const taker: FailureTaker = {
      fail: (failure, settled) => failures.fail(failure, settled),
      held$: failures.held$,
      get ended() {
        return failures.ended;
      },
      end() {
        if (open.delete(taker) && open.size === 0) failures.end();
      },
    };
    open.add(taker);
    return taker;
  };
}
