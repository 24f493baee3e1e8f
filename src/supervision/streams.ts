import { waitingBound } from '../config/buffer.ts';
import type { PipelineOptions, SinkOptions, SourceOptions } from '../config/options.ts';
import type { Environment } from '../environment.ts';
import { UsageError } from '../errors.ts';
import { type Chunk, chunkAttributes } from '../messages/chunk.ts';
import { eventTimeStamp } from '../sources/record-intake.ts';
import { DEFAULT_BOUND } from '../streams/chunk-queue.ts';
import type { Backlog } from '../streams/disk-buffer.ts';
import type { DocumentKind } from '../streams/documents.ts';
import type { FailureTaker } from '../streams/failure-exit.ts';
import { createFailureStream, sharedTaker } from '../streams/failure-stream.ts';
import { createLedger } from '../streams/ledger.ts';
import { createSinkStream, type SinkStream } from '../streams/sink-stream.ts';
import { createSourceStream, type SourceStream } from '../streams/source-stream.ts';
import type { Transform } from '../streams/transforms.ts';
import { failureOrigins, originOf } from './failures.ts';

interface Failures {
  readonly stream: SourceStream;
  /** For each component whose failures they are. */
  readonly join: () => FailureTaker;
}

/** The data plane of a pipeline: its ledger and all streams. They outlive the actors that use them. */
export class PipelineStreams {
  readonly ledger = createLedger();
  readonly #environment: Environment;
  readonly #sources = new Map<string, SourceStream>();
  readonly #failures = new Map<string, Failures>();
  readonly #epoch: string;

  constructor(sources: PipelineOptions['sources'], environment: Environment) {
    this.#environment = environment;
    const { now, random } = environment;
    this.#epoch = now().toString(36) + Math.floor(random() * 36 ** 4).toString(36);
    this.addSources(sources);
  }

  /** Those that it does not have yet: a sink that is added may bring a source of its own. */
  addSources(sources: readonly SourceOptions[]): void {
    for (const source of sources) {
      if (!this.#sources.has(source.name)) this.#sources.set(source.name, this.#createSource(source));
    }
  }

  /** What all sinks together ask of the sources: whose failures they take, and where they tell documents apart. */
  equip(sources: readonly SourceOptions[], sinks: readonly SinkOptions[]): void {
    for (const origin of failureOrigins(sinks)) this.#failures.set(origin, this.#createFailures(origin));
    const documented = new Set(sinks.filter(wantsDocuments).flatMap(({ inputs }) => inputs));
    for (const options of sources) {
      const { name } = options;
      this.source(name).equip({
        failures: this.#failures.get(name.replace(/\.relay$/, ''))?.join(),
        documents: documented.has(name) ? documentsOf(options) : undefined,
      });
    }
    for (const { stream } of this.#failures.values()) {
      if (documented.has(stream.name)) stream.equip({ documents: 'message' });
    }
  }

  source(name: string): SourceStream {
    const found = this.#sources.get(name);
    if (!found) throw new UsageError(`the pipeline has no source named ${name}`);
    return found;
  }

  /** Streams of failures are ended by their origins. */
  endSources(): void {
    for (const source of this.#sources.values()) source.end();
  }

  /** What is kept on disk has numbers of theirs: new events get higher ones. Those that are there no more are left out. */
  resume(sources: ReadonlyMap<string, number>): void {
    const streams = [...this.#sources.values(), ...[...this.#failures.values()].map(({ stream }) => stream)];
    for (const stream of streams) stream.resume(Math.max(stream.start, sources.get(stream.name) ?? 0));
  }

  createSink(options: SinkOptions, transform: Transform | undefined, backlog: Backlog | undefined): SinkStream {
    const { buffer, kind, relay } = options;
    const { clock, logger } = this.#environment;
    const client = kind === 'web-socket' && options.options.mode === 'client' ? options.options : undefined;
    const side = relay ? ofSide(relay.side) : undefined;
    return createSinkStream({
      name: options.name,
      inputs: options.inputs.map((input) => this.#input(input)),
      ...(transform ? { transform } : {}),
      ...side,
      buffer: {
        waiting: waitingBound(buffer),
        whenFull: buffer['when-full'],
        inFlight: client ? client['max-in-flight'] : DEFAULT_BOUND,
      },
      backlog,
      ledger: this.ledger,
      failures: this.#failures.get(originOfParts(options))?.join(),
      clock,
      logger,
    });
  }

  #input(name: string): SourceStream {
    const origin = originOf(name);
    if (origin === undefined) return this.source(name);
    const failures = this.#failures.get(origin);
    if (!failures) throw new UsageError(`the pipeline has no component named ${origin}`);
    return failures.stream;
  }

  #createSource(options: SourceOptions): SourceStream {
    const { clock, now, logger } = this.#environment;
    const { name } = options;
    this.ledger.addSource(name);
    return createSourceStream({
      name,
      epoch: this.#epoch,
      encoding: options.kind === 'function' ? 'text' : options.options.payload,
      ...handOnOf(options),
      waiting: DEFAULT_BOUND,
      ledger: this.ledger,
      clock,
      now,
      logger,
    });
  }

  #createFailures(origin: string): Failures {
    const { clock, now, logger } = this.#environment;
    const { ledger } = this;
    const options = { origin, epoch: this.#epoch, waiting: DEFAULT_BOUND, ledger, clock, now, logger };
    const failures = createFailureStream(options);
    return { stream: failures.stream, join: sharedTaker(failures) };
  }
}

/** When and how a source hands on. */
function handOnOf({ kind, options }: SourceOptions) {
  if (kind !== 'web-socket') return { emitInterval: 0, latestOnly: false };
  const emitInterval = options['emit-interval'];
  if (options.mode === 'relay') return { emitInterval, latestOnly: false };
  const stamp = eventTimeStamp(options);
  return { emitInterval, latestOnly: options['latest-only'], ...(stamp ? { stamp } : {}) };
}

/** What the parts of a relay cannot deliver are the relay's failures. */
function originOfParts({ name, relay }: SinkOptions): string {
  return relay ? relay.source.replace(/\.relay$/, '') : name;
}

function wantsDocuments({ batch }: SinkOptions): boolean {
  return batch !== undefined && (batch.mode === 'document' || batch['use-document-marker']);
}

/** A file and the standard input are one document each, of any other source each message is one. */
function documentsOf({ kind }: SourceOptions): DocumentKind {
  return kind === 'file' || kind === 'stdin' ? 'stream' : 'message';
}

/** Events that a relay received on one side: a chunk is of one side. */
function ofSide(side: string) {
  return { take: (chunk: Chunk) => chunkAttributes(chunk)?.side === side };
}
