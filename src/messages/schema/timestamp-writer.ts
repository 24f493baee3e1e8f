import { refuse } from './misfit.ts';
import type { WriteScalar } from './scalars.ts';
import { readTimestamp, writeTimestamp } from './timestamp.ts';

/** Behind `2026-01-31T14:42:02.` */
const MILLISECONDS = /^\d{3}Z$/;
const BEFORE_MILLISECONDS = 20;
const LENGTH = 24;

/**
 * What writes timestamps, as JSON. One that is already written as it shall be, and is of the same second as the one
 * before, as most of a feed's are, is not read at all: that is a tenth of a whole record.
 */
export function timestampWriter(): WriteScalar {
  let second = '';
  return (value) => {
    if (typeof value === 'string' && value.length === LENGTH && second !== '' && value.startsWith(second)) {
      if (MILLISECONDS.test(value.slice(BEFORE_MILLISECONDS))) return `"${value}"`;
    }
    const text = writeTimestamp(readTimestamp(value) ?? refuse(value, 'is not a timestamp', 'timestamp'));
    second = text.slice(0, BEFORE_MILLISECONDS);
    return `"${text}"`;
  };
}
