import { LosslessNumber } from '../json/lossless.ts';
import { unescapedKey } from '../json/pointer-key.ts';

/**
 * The part of a value that a JSON pointer (RFC 6901) names: `/a/b~1c/0`. Undefined when there is none, also for a
 * pointer that is not one, and for `-`, which names the element behind the last.
 */
export function readPointer(value: unknown, pointer: string): unknown {
  return compilePointer(pointer)(value);
}

/** The same for a pointer that is asked for again and again. */
export function compilePointer(pointer: string): (value: unknown) => unknown {
  if (pointer === '') return (value) => value;
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return () => undefined;
  const path = pointer.slice(1).split('/').map(unescapedKey);
  return (value) => readPath(value, path);
}

/** The part of a value that a path of field names names: `a.b`; an element of a list by its index. */
export function readField(value: unknown, dotPath: string): unknown {
  return readPath(value, dotPath.split('.'));
}

/** The part of a value that is reached by these keys and indexes, one after the other. */
export function readPath(value: unknown, path: readonly string[]): unknown {
  let found = value;
  for (const key of path) found = member(found, key);
  return found;
}

/** Only what the value itself holds: `constructor` is no field. A number has none, however many digits it has. */
function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || value instanceof LosslessNumber) return undefined;
  // RFC 6901, section 4: an index has no leading zeros.
  if (Array.isArray(value)) return /^(?:0|[1-9]\d*)$/.test(key) ? value[Number(key)] : undefined;
  return Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}
