import { isRecord } from './tree.ts';

/** Something in `requests` that cannot be a frame; `path` is relative to `requests`. */
export interface RequestFault {
  readonly path: readonly number[];
  readonly reason: string;
}

/**
 * The text frames that `requests` stands for. A map: its compact JSON. A list: each element, maps and lists as JSON,
 * text, numbers and booleans as they are. Anything else on top: one raw text. Null is a fault.
 */
export function requestTexts(value: unknown): { texts: string[]; faults: RequestFault[] } {
  const elements = Array.isArray(value) ? value : [value];
  const texts: string[] = [];
  const faults: RequestFault[] = [];
  elements.forEach((element, index) => {
    const text = frameText(element);
    if (text !== undefined) texts.push(text);
    else faults.push({ path: Array.isArray(value) ? [index] : [], reason: 'is not a request, expected JSON or text' });
  });
  return { texts, faults };
}

/** JSON without spaces that keeps every digit of a big integer; undefined for what JSON cannot hold. */
export function compactJson(value: unknown): string | undefined {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return joined(value.map(compactJson), '[', ']');
  if (!isRecord(value)) return typeof value === 'number' && !Number.isFinite(value) ? undefined : JSON.stringify(value);
  const members = Object.entries(value).map(([key, item]) => {
    const text = compactJson(item);
    return text === undefined ? undefined : `${JSON.stringify(key)}:${text}`;
  });
  return joined(members, '{', '}');
}

function frameText(element: unknown): string | undefined {
  if (element === null) return undefined;
  return typeof element === 'string' ? element : compactJson(element);
}

function joined(parts: readonly (string | undefined)[], open: string, close: string): string | undefined {
  return parts.includes(undefined) ? undefined : `${open}${parts.join(',')}${close}`;
}
