import type { Subscription } from 'rxjs';
import type { Cursor } from '../store/cursor.ts';
import { createCursorTrail, cursorValue } from '../streams/cursor-trail.ts';
import type { Ledger } from '../streams/ledger.ts';
import type { SourceStream } from '../streams/source-stream.ts';

export interface SourceCursor {
  readonly cursor: Pick<Cursor, 'advance'>;
  /** Dot path into the event. */
  readonly field?: string | undefined;
  /** JSON pointer into the event. */
  readonly pointer?: string | undefined;
}

/** Advances a cursor with what every sink has settled, never before. An event without one leaves it unchanged. */
export function keepSourceCursor(
  stream: SourceStream,
  ledger: Ledger,
  { cursor, ...place }: SourceCursor,
): Subscription {
  const { name, chunks$ } = stream;
  const trail = createCursorTrail({ source: name, chunks$, settlements$: ledger.settlements$ });
  return trail.settled$.subscribe((message) => {
    const value = cursorValue(message, place);
    if (value !== undefined) cursor.advance(value);
  });
}
