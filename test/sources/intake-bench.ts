import type { Intake } from '../../src/sources/intake.ts';
import type { SourceStream, SourceStreamOptions } from '../../src/streams/source-stream.ts';
import { streamBench } from '../streams/stream-bench.ts';

/** Lets streams and promises do what they have to do; no time is waited. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** A source, what it has handed on, and actors that run its intake. */
export function intakeBench(options: Partial<SourceStreamOptions> = {}) {
  const { logger, source: create } = streamBench();
  const source = create('feed', options);
  const texts: string[] = [];
  const turns: number[] = [];
  const outcomes: string[] = [];
  source.chunks$.subscribe(({ messages }) => {
    turns.push(messages.length);
    texts.push(...messages.map(({ text }) => text));
  });
  return { source, logger, texts, turns, outcomes, run: (intake: Intake) => runIntake(intake, source, outcomes) };
}

/** Runs an intake as its actor does, and gives how to stop it. What it reports is pushed to `outcomes`. */
function runIntake(intake: Intake, stream: SourceStream, outcomes: string[]): () => void {
  const disposers: (() => void)[] = [];
  let ended = false;
  intake({
    stream,
    ended: () => outcomes.push('ended'),
    failed: (cause) => outcomes.push(`failed: ${cause instanceof Error ? cause.message : cause}`),
    guard:
      (handler) =>
      (...args) => {
        if (!ended) handler(...args);
      },
    onEnd: (dispose) => disposers.push(dispose),
  });
  return () => {
    ended = true;
    for (const dispose of disposers.reverse()) dispose();
  };
}
