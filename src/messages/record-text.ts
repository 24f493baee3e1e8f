import { endOfString, jsonItems } from './json-items.ts';

/**
 * A JSON object's text with one field more, at its end or in the place of the one that has its name. `value` is JSON
 * text. What else is in it stays as it is written: a number that is parsed and written again may lose digits.
 */
export function withField(object: string, name: string, value: string): string {
  const key = JSON.stringify(name);
  const field = `${key}:${value}`;
  if (mayHave(object, key)) return withOwnField(object, name, field);
  const fields = object.trim().slice(1, -1).trim();
  return `{${fields}${fields === '' ? '' : ','}${field}}`;
}

/** A key may be written with escapes that it does not need. */
function mayHave(object: string, key: string): boolean {
  return object.includes(key) || object.includes('\\u') || (key.includes('/') && object.includes('\\/'));
}

function withOwnField(object: string, name: string, field: string): string {
  const members = jsonItems(Buffer.from(object));
  const first = members.findIndex((member) => keyOf(member) === name);
  const kept = members.flatMap((member, at) => {
    if (at === first) return [field];
    return keyOf(member) === name ? [] : [member.toString()];
  });
  return `{${(first < 0 ? [...kept, field] : kept).join(',')}}`;
}

function keyOf(member: Buffer): unknown {
  return JSON.parse(member.toString('utf8', 0, endOfString(member, 0)));
}
