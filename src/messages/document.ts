import type { Attributes, Message } from './message.ts';
import { withField } from './record-text.ts';

/** The place of an event in its document, as attributes: its id, its index from 0, and whether it is the last. */
export function documentAttributes(id: string, index: number, end: boolean): Attributes {
  return { 'document.id': id, 'document.index': String(index), 'document.end': String(end) };
}

export function endsDocument({ attributes }: Message): boolean {
  return attributes['document.end'] === 'true';
}

/** JSON text with a field `_document`, when it is an object and its event is of a document; else as it is. */
export function markDocument(message: Message, json: Buffer | string): Buffer | string {
  const { attributes } = message;
  const id = attributes['document.id'];
  if (id === undefined) return json;
  const text = typeof json === 'string' ? json : json.toString('utf8');
  if (!text.trimStart().startsWith('{')) return json;
  const marker = { id, index: Number(attributes['document.index']), end: endsDocument(message) };
  return withField(text, '_document', JSON.stringify(marker));
}
