import { endWith, filter, firstValueFrom, ignoreElements, type Observable, Subject, takeUntil } from 'rxjs';
import { UsageError } from '../errors.ts';
import { type Attributes, encodeValue } from '../messages/message.ts';
import type { Received, SourceStream } from '../streams/source-stream.ts';
import type { Intake } from './intake.ts';

/** What an app pushes: text as it is, bytes as binary, anything else as JSON text. */
export type PushedEvent = unknown;

/** An app's hand on a `function` source. */
export interface Push {
  /**
   * Hands one event on. Resolves at once while there is room, else when a sink has made some, or when the pipeline has
   * started; wait for it, or what is pushed meanwhile is not bounded.
   * @throws UsageError once the source has ended.
   */
  push(event: PushedEvent, attributes?: Attributes): Promise<void>;
  /** Nothing more will be pushed: the pipeline delivers what it has and ends. */
  end(): void;
}

export interface FunctionSource extends Push {
  readonly intake: Intake;
}

/** Events come from the app. What it holds belongs to the pipeline and survives a restart of the actor. */
export function functionSource(stream: SourceStream): FunctionSource {
  return new PushedEvents(stream);
}

class PushedEvents implements FunctionSource {
  readonly #stream: SourceStream;
  readonly #started$ = new Subject<void>();
  readonly #ended$ = new Subject<void>();
  /** Pushed before the pipeline has come so far; undefined once it has. */
  #early: Received[] | undefined = [];
  #ended = false;

  constructor(stream: SourceStream) {
    this.#stream = stream;
  }

  async push(event: PushedEvent, attributes?: Attributes): Promise<void> {
    const stream = this.#stream;
    const ended = `source ${stream.name} has ended: nothing can be pushed any more`;
    if (this.#ended || stream.ended) throw new UsageError(ended);
    const received = { ...encode(event), ...(attributes ? { attributes } : {}) };
    if (this.#early) {
      this.#early.push(received);
      await next(this.#started$, stream.held$.pipe(ignoreElements(), endWith(undefined)));
      if (this.#early) throw new UsageError(ended);
    } else stream.receive([received]);
    if (stream.held) await next(stream.held$.pipe(filter((held) => !held)), this.#ended$);
  }

  end(): void {
    this.#ended = true;
    this.#ended$.next();
  }

  readonly intake: Intake = (scope) => {
    const subscription = this.#ended$.subscribe(scope.guard(() => scope.ended()));
    scope.onEnd(() => subscription.unsubscribe());
    // Only now is it known which numbers a buffer on disk has given already.
    const early = this.#early ?? [];
    this.#early = undefined;
    if (early.length > 0) scope.stream.receive(early);
    this.#started$.next();
    if (this.#ended) scope.ended();
  };
}

/** The next time that `awaited$` emits, or `until$` does. */
async function next(awaited$: Observable<unknown>, until$: Observable<unknown>): Promise<void> {
  await firstValueFrom(awaited$.pipe(takeUntil(until$)), { defaultValue: undefined });
}

function encode(event: PushedEvent): Received {
  const [data, encoding] = encodeValue(event);
  return { data, encoding };
}
