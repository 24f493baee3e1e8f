import type { Chunk } from '../../src/messages/chunk.ts';
import { type BufferOptions, MemoryBuffer } from '../../src/streams/buffer.ts';
import { shown, upTo } from './events.ts';

export const NO_BOUND = { events: 1e9, bytes: 1e9 };

export const ofEvents = (events: number) => ({ events, bytes: 1e9 });
export const ofBytes = (bytes: number) => ({ events: 1e9, bytes });

/** A blocking buffer without bounds, unless told otherwise, and what is seen of it. */
export function bufferBench(options: Partial<BufferOptions> = {}) {
  const edges: string[] = [];
  const buffer = new MemoryBuffer({
    waiting: NO_BOUND,
    whenFull: 'block',
    inFlight: NO_BOUND,
    onFull: (full) => edges.push(full ? 'full' : 'free'),
    ...options,
  });

  /** Reads on, and shows what comes; `take` sees each chunk too. */
  function read(take: (chunk: Chunk) => void = () => {}) {
    const chunks: string[] = [];
    let completed = false;
    const subscription = buffer.chunks$.subscribe({
      next: (chunk) => {
        chunks.push(shown(chunk));
        take(chunk);
      },
      complete: () => {
        completed = true;
      },
    });
    return {
      chunks,
      get completed() {
        return completed;
      },
      stop: () => subscription.unsubscribe(),
    };
  }

  return {
    buffer,
    edges,
    read,
    append: (...chunks: Chunk[]) => {
      for (const chunk of chunks) buffer.append(chunk);
    },
    settle: (source: string, sequence: number) => buffer.settle(upTo(source, sequence)),
  };
}
