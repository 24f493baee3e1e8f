import type { SourceStream } from '../streams/source-stream.ts';
import type { Guard } from '../transport/traffic.ts';

/** What a source that is no connection needs while it runs. */
export interface IntakeScope {
  readonly stream: SourceStream;
  /** The source has nothing more to give. */
  readonly ended: () => void;
  /** The source cannot go on, and a restart would not help. */
  readonly failed: (cause: unknown) => void;
  readonly guard: Guard;
  readonly onEnd: (dispose: () => void) => void;
}

/** One kind of source: starts to read, and registers how to stop. */
export type Intake = (scope: IntakeScope) => void;
