import type { Writable } from 'node:stream';
import type { Batch } from '../messages/batch.ts';
import type { LineEncoder } from '../messages/batch-encoder.ts';
import type { Outlet } from './outlet.ts';

/** Writes batches as lines. A batch is settled when the system has taken its lines. */
export function writeLines(open: () => Writable, describe: string, encode: LineEncoder): Outlet {
  return ({ stream, batched, failed, guard, onEnd }) => {
    const output = open();

    function deliver(batch: Batch): void {
      const { text, rejects } = encode(batch);
      const settle = guard((error?: Error | null) => {
        if (!error) stream.settle([batch], rejects);
      });
      // Also an empty batch takes its turn in the queue: what came before it settles first.
      const room = output.write(text, settle);
      if (!room) stream.hold();
    }

    const onDrain = guard(() => stream.release());
    const onError = guard((error: Error) => failed(new Error(`${describe}: ${explain(error)}`, { cause: error })));
    // Any number of sinks may share the standard output.
    output.setMaxListeners(0);
    output.on('drain', onDrain);
    output.on('error', onError);
    output.off('error', ignore);
    stream.release();
    const reading = stream.chunks$.pipe(batched).subscribe(guard(deliver));

    onEnd(() => {
      reading.unsubscribe();
      output.off('drain', onDrain);
      output.off('error', onError);
      // An error that comes after the end has nobody else to hear it, and would end the process.
      output.on('error', ignore);
    });
  };
}

function ignore(): void {}

function explain(error: Error): string {
  return 'code' in error && error.code === 'EPIPE' ? 'its reader has closed it' : error.message;
}
