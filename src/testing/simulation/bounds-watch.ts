import { waitingBound } from '../../config/buffer.ts';
import type { SinkOptions } from '../../config/options.ts';
import { type Bound, DEFAULT_BOUND } from '../../streams/chunk-queue.ts';
import type { SinkStatus } from '../../supervision/status.ts';
import type { Findings } from './findings.ts';

/** Of a sink. */
interface Handle {
  readonly status: Pick<SinkStatus, 'name' | 'waiting' | 'inFlight'>;
}

interface Watched {
  readonly handle: Handle;
  readonly inputs: readonly string[];
  readonly waiting: Bound;
  readonly inFlight: Bound;
  /** What was in flight in the last life, and waits again on disk: until it was once within its bound. */
  left: Bound;
  /** How many events and bytes have to be handed on until it can be over its bounds. */
  room: Bound;
}

type Amount = { -readonly [Name in keyof Bound]: Bound[Name] };

/** Judges that what waits and what is in flight stays within its bounds. */
export class BoundsWatch {
  readonly #findings: Findings;
  #sinks: readonly Watched[] = [];
  /** What each source has handed on in this step, and the most that it has handed on in one. */
  readonly #steps = new Map<string, Amount>();
  readonly #turns = new Map<string, Amount>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /**
   * A process is about to start. After a power failure a buffer that is not synced (`durability: flush`) may take what
   * is gone for what waits, until it has read that far.
   */
  began(pipeline: { sink(name: string): Handle }, sinks: readonly SinkOptions[], powerFailed: boolean): void {
    this.#sinks = sinks.map((sink) => ({
      handle: pipeline.sink(sink.name),
      inputs: sink.inputs,
      waiting: powerFailed && sink.buffer.durability === 'flush' ? BOUNDLESS : waitingBound(sink.buffer),
      inFlight:
        sink.kind === 'web-socket' && sink.options.mode === 'client' ? sink.options['max-in-flight'] : DEFAULT_BOUND,
      left:
        sink.buffer.type === 'disk' && sink.kind === 'web-socket' && sink.options.mode === 'client'
          ? sink.options['max-in-flight']
          : NO_ROOM,
      room: NO_ROOM,
    }));
  }

  handedOn(source: string, bytes: number): void {
    const step = this.#steps.get(source) ?? { events: 0, bytes: 0 };
    step.events += 1;
    step.bytes += bytes;
    this.#steps.set(source, step);
  }

  /** Looks at what may be over its bound since it was looked at last. */
  stepEnded(): void {
    if (this.#steps.size === 0) return;
    const all = sumOf([...this.#steps.values()]);
    for (const [source, { events, bytes }] of this.#steps) {
      const turn = this.#turns.get(source) ?? NO_ROOM;
      this.#turns.set(source, { events: Math.max(events, turn.events), bytes: Math.max(bytes, turn.bytes) });
    }
    this.#steps.clear();
    for (const sink of this.#sinks) {
      sink.room = { events: sink.room.events - all.events, bytes: sink.room.bytes - all.bytes };
      if (sink.room.events <= 0 || sink.room.bytes <= 0) this.#look(sink);
    }
  }

  /** Of a process that runs. */
  look(): void {
    for (const sink of this.#sinks) this.#look(sink);
  }

  #look(sink: Watched): void {
    const { waiting, inFlight, name } = sink.handle.status;
    // A source that is held hands on what it had read, one turn of it.
    const turn = sumOf(sink.inputs.map((input) => this.#turns.get(input) ?? NO_ROOM));
    this.#findings.checks += 1;
    if (waiting.events <= sink.waiting.events && waiting.bytes <= sink.waiting.bytes) sink.left = NO_ROOM;
    this.#judge(`${name}.waiting`, waiting, sink.waiting, sumOf([turn, sink.left]));
    // The last one that is sent may go over the bytes, not over the events.
    this.#judge(`${name}.inFlight`, inFlight, sink.inFlight, { events: 0, bytes: turn.bytes });
    sink.room = {
      events: Math.min(sink.waiting.events - waiting.events, sink.inFlight.events - inFlight.events),
      bytes: Math.min(sink.waiting.bytes - waiting.bytes, sink.inFlight.bytes - inFlight.bytes),
    };
  }

  #judge(what: string, is: Bound, bound: Bound, turn: Bound): void {
    if (is.events < 0 || is.bytes < 0) {
      this.#findings.fail(what, '0 or more', `${is.events} events, ${is.bytes} bytes`);
    }
    if (is.events > bound.events + turn.events) {
      this.#findings.fail(`${what}.events`, `at most ${bound.events}, and one turn of each source`, String(is.events));
    }
    if (is.bytes > bound.bytes + turn.bytes) {
      this.#findings.fail(`${what}.bytes`, `at most ${bound.bytes}, and one turn of each source`, String(is.bytes));
    }
  }
}

const BOUNDLESS: Bound = { events: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY };
const NO_ROOM: Bound = { events: 0, bytes: 0 };

function sumOf(amounts: readonly Bound[]): Bound {
  const sum = { events: 0, bytes: 0 };
  for (const { events, bytes } of amounts) {
    sum.events += events;
    sum.bytes += bytes;
  }
  return sum;
}
