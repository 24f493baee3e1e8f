import type { Condition } from '../config/records.ts';

/** Whether something could hold of a frame, by a look at its bytes: what is only passed on is not parsed for it. */
export type Suspects = (data: Buffer) => boolean;

/** Finds the last name of the condition's pointer. */
export function searchPlace(condition: Condition): Suspects {
  return including(placeOf(condition));
}

/** Finds the text that the value must equal, else the last name of the pointer. */
export function searchValue(condition: Condition): Suspects {
  const { pointer, equals } = condition;
  if (typeof equals !== 'string' || !isPlain(equals)) return searchPlace(condition);
  // A whole frame may be the bare text.
  return including(pointer === '' ? equals : `${equals}"`);
}

/** JSON may write any character as `\u` and its number. */
const ESCAPE = Buffer.from('\\u');
const BACKSLASH = 0x5c;

/** Without the quote before it: a search is several times faster when its first character is not everywhere. */
function including(text: string | undefined): Suspects {
  if (text === undefined) return () => true;
  const needle = Buffer.from(text);
  return (data) => data.includes(needle) || (data.includes(BACKSLASH) && data.includes(ESCAPE));
}

/** Undefined: nothing that must stand in the text. Indexes of lists do not. */
function placeOf({ pointer, exists }: Condition): string | undefined {
  if (exists === false) return undefined;
  const names = pointer.split('/').slice(1);
  const name = names.findLast((key) => !/^\d+$/.test(key));
  return name !== undefined && isPlain(name) && !name.includes('~') ? `${name}"` : undefined;
}

/** Stands in JSON as it is, but for `\u`. */
function isPlain(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return !/["\\/\x00-\x1f\p{Surrogate}]/u.test(text);
}
