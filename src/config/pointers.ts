import { z } from 'zod';

/** A JSON pointer (RFC 6901): `` for the whole, `/a/b`, with `~0` for ~ and `~1` for /. */
export function pointer() {
  return z
    .string()
    .regex(/^(?:\/(?:[^~/]|~[01])*)*$/, { error: `is not ${POINTER}` })
    .meta({ type: 'JSON pointer', expected: POINTER });
}

/** A path of names with dots between them. */
export function fieldPath() {
  return z
    .string()
    .regex(/^[^.]+(?:\.[^.]+)*$/, { error: `is not ${FIELD}` })
    .meta({ type: 'field', expected: FIELD });
}

const POINTER = 'a JSON pointer such as /data/id';
const FIELD = 'a field such as id or data.id';
