import type { Clock, Logger } from '../environment.ts';
import type { Batch } from '../messages/batch.ts';
import { encodeEvents } from '../messages/encoded-events.ts';
import type { Reject } from '../messages/failure.ts';
import type { Message } from '../messages/message.ts';
import { readValue } from '../messages/payload.ts';
import type { Outlet } from './outlet.ts';

/** An app's own sink. What it returns is awaited: resolving settles the batch, rejecting tries it again. */
export type Deliver = (batch: Batch) => unknown;

/** Milliseconds before a rejected batch is tried again: doubled each time, from the first to the second. */
const RETRY_DELAY = { initial: 500, max: 30_000 };

/** Calls the app's function with one batch at a time, in order. */
export function functionSink(deliver: Deliver, clock: Clock, logger: Logger): Outlet {
  /** The call that runs. It outlives a crash of the actor, and the next one waits for it: one at a time. */
  let running: Promise<void> | undefined;

  function run(batch: Batch): Promise<void> {
    const outcome = call(deliver, batch);
    const done = () => {
      if (running === outcome) running = undefined;
    };
    running = outcome;
    outcome.then(done, done);
    return outcome;
  }

  return ({ stream, batched, guard, onEnd }) => {
    const queue: Batch[] = [];
    let timer: unknown;
    let busy = false;

    const advance = guard(() => {
      const batch = queue[0];
      if (busy || !batch) return;
      busy = true;
      const { encoded, rejects } = encodeEvents(batch, readable);
      const settled = () => settle(batch, rejects);
      if (encoded.length === 0) settled();
      else
        attempt(
          rejects.length === 0 ? batch : { through: batch.through, messages: encoded, reason: batch.reason },
          guard(settled),
          0,
        );
    });

    function attempt(batch: Batch, settled: () => void, tries: number): void {
      const rejected = guard((error: unknown) => {
        const delay = Math.min(RETRY_DELAY.max, RETRY_DELAY.initial * 2 ** tries);
        logger.warn({ sink: stream.name, err: error }, `the sink's function rejected, trying again in ${delay} ms`);
        timer = clock.setTimeout(() => attempt(batch, settled, tries + 1), delay);
      });
      const start = guard(() => void run(batch).then(settled, rejected));
      if (running) running.then(start, start);
      else start();
    }

    function settle(batch: Batch, rejects: readonly Reject[]): void {
      queue.shift();
      busy = false;
      stream.settle([batch], rejects);
      advance();
    }

    stream.release();
    const reading = stream.chunks$.pipe(batched).subscribe(
      guard((batch: Batch) => {
        queue.push(batch);
        advance();
      }),
    );
    onEnd(() => {
      reading.unsubscribe();
      clock.clearTimeout(timer);
    });
  };
}

/** An app reads values: an event that is not JSON would be tried for ever. */
function readable(message: Message): Message {
  if (message.encoding === 'json' && !message.isSureJson) readValue(message);
  return message;
}

/** A function that throws at once is one that rejects. */
async function call(deliver: Deliver, batch: Batch): Promise<void> {
  await deliver(batch);
}
