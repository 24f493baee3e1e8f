import type { Logger } from '../../src/environment.ts';
import type { Reject } from '../../src/messages/failure.ts';
import type { Message } from '../../src/messages/message.ts';
import { createFailureStream, type FailureStream } from '../../src/streams/failure-stream.ts';
import { createLedger } from '../../src/streams/ledger.ts';
import { createSinkStream, type SinkStream, type SinkStreamOptions } from '../../src/streams/sink-stream.ts';
import { createSourceStream, type SourceStream, type SourceStreamOptions } from '../../src/streams/source-stream.ts';
import { createStepClock } from '../../src/testing/step-clock.ts';
import { NO_BOUND } from './buffer-bench.ts';
import { event, shown, upTo } from './events.ts';

/** A logger that keeps what it is told: `warn: the sentence`. */
export function logbook(): Logger & { readonly lines: string[]; readonly fields: object[] } {
  const lines: string[] = [];
  const fields: object[] = [];
  const write = (level: string) => (structured: object, message: string) => {
    fields.push(structured);
    lines.push(`${level}: ${message}`);
  };
  return { lines, fields, debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

/** A clock, a log and a ledger, and the sources and sinks that share them. */
export function streamBench() {
  const clock = createStepClock(5000);
  const ledger = createLedger();
  const logger = logbook();
  const now = () => clock.now();
  return {
    clock,
    ledger,
    logger,

    /** A source that hands on at once, unless told otherwise. */
    source(name: string, options: Partial<SourceStreamOptions> = {}): SourceStream {
      ledger.addSource(name);
      return createSourceStream({
        name,
        epoch: 'e1',
        encoding: 'text',
        emitInterval: 0,
        waiting: NO_BOUND,
        ledger,
        clock,
        now,
        logger,
        ...options,
      });
    },

    /** What fails in the source or sink of this name. */
    failures(origin: string): FailureStream {
      return createFailureStream({ origin, epoch: 'f1', waiting: NO_BOUND, ledger, clock, now, logger });
    },

    /** A sink with a blocking buffer without bounds, unless told otherwise. */
    sink(name: string, inputs: SourceStream[], options: Partial<SinkStreamOptions> = {}): SinkStream {
      const buffer = { waiting: NO_BOUND, whenFull: 'block', inFlight: NO_BOUND } as const;
      return createSinkStream({ name, inputs, buffer, ledger, clock, logger, ...options });
    },
  };
}

/** Gives a source one turn of so many events. */
export function receive(source: SourceStream, events: number, data: Buffer | string = 'x'): void {
  source.receive(Array.from({ length: events }, () => ({ data })));
}

/** What comes out of a source or a sink, and whether it has completed. */
export function reading(stream: Pick<SinkStream, 'chunks$'>) {
  const chunks: string[] = [];
  let completed = false;
  const subscription = stream.chunks$.subscribe({
    next: (chunk) => chunks.push(shown(chunk)),
    complete: () => {
      completed = true;
    },
  });
  return {
    chunks,
    get completed() {
      return completed;
    },
    stop: () => subscription.unsubscribe(),
  };
}

/** The edges of a source's hold, as they come. */
export function holds(source: SourceStream): boolean[] {
  const edges: boolean[] = [];
  source.held$.subscribe((held) => edges.push(held));
  return edges;
}

/** How often something was announced. */
export function countOf(announced$: SinkStream['demand$']) {
  const counter = { times: 0 };
  announced$.subscribe(() => {
    counter.times += 1;
  });
  return counter;
}

/** Settles the last `events` up to `through`, of which the first `rejected` cannot be delivered. */
export function settleEvents(sink: SinkStream, source: string, through: number, events = 1, rejected = 0): void {
  const messages = Array.from({ length: events }, (_, at) => event(source, through - events + 1 + at));
  const rejects = messages.slice(0, rejected).map(rejectOf);
  sink.settle([{ through: upTo(source, through), messages, reason: 'turn' }], rejects);
}

export function rejectOf(message: Message): Reject {
  return { message, error: { code: 'payload', message: `${message.source}${message.sequence} is odd` } };
}
