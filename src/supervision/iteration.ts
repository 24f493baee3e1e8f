import type { Environment } from '../environment.ts';
import type { Message } from '../messages/message.ts';
import { DEFAULT_BOUND } from '../streams/chunk-queue.ts';
import type { Ledger } from '../streams/ledger.ts';
import { createSinkStream } from '../streams/sink-stream.ts';
import type { SourceStream } from '../streams/source-stream.ts';

let loops = 0;

/**
 * A `for await` loop as a sink: it takes part in the ledger, holds its source back when it is slow, and an event is
 * settled when the loop asks for the next.
 */
export async function* iterate(
  source: SourceStream,
  ledger: Ledger,
  environment: Pick<Environment, 'clock' | 'logger'>,
): AsyncGenerator<Message, void, void> {
  loops += 1;
  const stream = createSinkStream({
    name: `${source.name}/loop-${loops}`,
    inputs: [source],
    buffer: { waiting: DEFAULT_BOUND, whenFull: 'block', inFlight: { events: 1, bytes: DEFAULT_BOUND.bytes } },
    ledger,
    clock: environment.clock,
    logger: environment.logger,
  });
  let wake: (() => void) | undefined;
  let next: Message | undefined;
  let through = 0;
  // Without a transform nothing here can crash.
  const taking = stream.open(() => {});
  taking.add(
    stream.chunks$.subscribe((chunk) => {
      next = chunk.messages[0];
      through = chunk.through;
      if (!next) stream.settle([{ through: new Map([[source.name, through]]), messages: [], reason: 'turn' }]);
      wake?.();
    }),
  );
  taking.add(stream.progress$.subscribe(() => wake?.()));
  try {
    while (!stream.drained) {
      if (!next) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      const message = next;
      const settled = through;
      yield message;
      next = undefined;
      stream.settle([{ through: new Map([[source.name, settled]]), messages: [message], reason: 'turn' }]);
    }
  } finally {
    taking.unsubscribe();
    stream.leave();
  }
}
