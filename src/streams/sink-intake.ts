import { Subject, Subscription } from 'rxjs';
import { type Chunk, chunkCount } from '../messages/chunk.ts';
import type { SourceStream } from './source-stream.ts';
import type { Transform } from './transforms.ts';

export interface SinkIntakeOptions {
  readonly name: string;
  readonly inputs: readonly SourceStream[];
  /** Chunks for which it answers false become ranges without messages. */
  readonly take: ((chunk: Chunk) => boolean) | undefined;
  readonly transform: Transform | undefined;
  /** Given what has survived the transform. */
  readonly append: (chunk: Chunk) => void;
  /** No more will come. */
  readonly ended: () => void;
  /** Something waits in front of the transform, or no longer. */
  readonly changed: () => void;
}

/**
 * The way of chunks from a sink's sources through its transform. A chunk waits in front until the transform has
 * survived it; one on which it threw is tried again.
 */
export class SinkIntake {
  readonly #options: SinkIntakeOptions;
  readonly #waiting: Chunk[] = [];
  readonly #taking = new Subscription();
  #input: Subject<Chunk> | undefined;
  #openInputs: number;
  #opened = false;

  constructor(options: SinkIntakeOptions) {
    this.#options = options;
    this.#openInputs = options.inputs.length;
  }

  /** Takes from the inputs from now on. */
  connect(): void {
    for (const source of this.#options.inputs) {
      this.#taking.add(
        source.chunks$.subscribe({ next: (chunk) => this.#take(chunk), complete: () => this.#inputEnded() }),
      );
    }
  }

  /** Nothing waits. */
  get empty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Events that wait. */
  get events(): number {
    return this.#waiting.reduce((sum, chunk) => sum + chunkCount(chunk), 0);
  }

  open(crash: (error: unknown) => void): Subscription {
    const { name, transform, append, ended } = this.#options;
    const input = new Subject<Chunk>();
    const subscription = (transform ? input.pipe(transform) : input).subscribe({
      next: append,
      error: (error) => this.#shut(input, () => crash(error)),
      complete: () => {
        if (this.#openInputs === 0) ended();
        else this.#shut(input, () => crash(new Error(`the transform of ${name} ended before its sources did`)));
      },
    });
    subscription.add(() => this.#shut(input));
    this.#input = input;
    this.#opened = true;
    this.#retake();
    return subscription;
  }

  end(): void {
    this.#openInputs = 0;
    this.#input?.complete();
  }

  leave(): void {
    this.#taking.unsubscribe();
  }

  #take(chunk: Chunk): void {
    const { take } = this.#options;
    const taken = chunkCount(chunk) > 0 && (!take || take(chunk));
    this.#waiting.push(taken ? chunk : { source: chunk.source, through: chunk.through, messages: [] });
    if (this.#waiting.length === 1) this.#retake();
    this.#options.changed();
  }

  /** Feeds what waits in front of the transform. A chunk leaves the list only when the transform survived it. */
  #retake(): void {
    const input = this.#input;
    // A sink that has given up may have a buffer on disk, which still takes what needs no transform.
    if (!input && this.#opened && !this.#options.transform) {
      for (let chunk = this.#waiting.shift(); chunk; chunk = this.#waiting.shift()) this.#options.append(chunk);
    }
    while (input && input === this.#input) {
      const chunk = this.#waiting[0];
      if (!chunk) break;
      // Ranges too: a transform may take its time, and one that overtook its events would settle them.
      input.next(this.#options.transform ? plainChunk(chunk) : chunk);
      if (input !== this.#input) return;
      this.#waiting.shift();
    }
    this.#options.changed();
    if (this.#openInputs === 0) input?.complete();
  }

  #inputEnded(): void {
    this.#openInputs = Math.max(0, this.#openInputs - 1);
    if (this.#openInputs === 0 && this.#waiting.length === 0) this.#input?.complete();
  }

  #shut(input: Subject<Chunk>, then?: () => void): void {
    if (this.#input !== input) return;
    this.#input = undefined;
    then?.();
  }
}

/** An app's transform may spread a chunk, and a packed one has its messages behind a getter. */
function plainChunk({ source, through, messages }: Chunk): Chunk {
  return { source, through, messages };
}
