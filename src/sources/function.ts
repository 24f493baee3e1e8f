import { filter, firstValueFrom, Subject, takeUntil } from 'rxjs';
import { UsageError } from '../errors.ts';
import { type Attributes, encodeValue } from '../messages/message.ts';
import type { Received, SourceStream } from '../streams/source-stream.ts';
import type { Intake } from './intake.ts';

/** What an app pushes: text as it is, bytes as binary, anything else as JSON text. */
export type PushedEvent = unknown;

/** An app's hand on a `function` source. */
export interface Push {
  /**
   * Hands one event on. Resolves at once while there is room, else when a sink has made some; wait for it, or what is
   * pushed meanwhile is not bounded.
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
  const ended$ = new Subject<void>();
  let ended = false;
  return {
    async push(event, attributes) {
      if (ended || stream.ended)
        throw new UsageError(`source ${stream.name} has ended: nothing can be pushed any more`);
      stream.receive([{ ...encode(event), ...(attributes ? { attributes } : {}) }]);
      if (!stream.held) return;
      const free$ = stream.held$.pipe(
        filter((held) => !held),
        takeUntil(ended$),
      );
      await firstValueFrom(free$, { defaultValue: false });
    },
    end() {
      ended = true;
      ended$.next();
    },
    intake: (scope) => {
      const subscription = ended$.subscribe(scope.guard(() => scope.ended()));
      scope.onEnd(() => subscription.unsubscribe());
      if (ended) scope.ended();
    },
  };
}

function encode(event: PushedEvent): Received {
  const [data, encoding] = encodeValue(event);
  return { data, encoding };
}
