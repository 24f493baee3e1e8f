import { jsonText } from '../json/lossless.ts';
import { Message } from '../messages/message.ts';

/** The number that a producer gave a message. */
export interface Mark {
  readonly producer: string;
  readonly number: number;
}

/** Names that stand in any JSON text as they are, however often it is quoted. */
const NAME = /^[\w.:-]+$/;

/** Quotes may be escaped, once or more often: a message may be a text within another message. */
const MARK = /"producer\\*"\s*:\s*\\*"([\w.:-]+)\\*"\s*,\s*\\*"number\\*"\s*:\s*(?:\\*")?(\d+)(?![\d.])/g;

export function isProducerName(name: string): boolean {
  return NAME.test(name);
}

/** JSON text of a message. `fields` stand behind its number. */
export function writeMark({ producer, number }: Mark, fields: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify(Object.assign({ producer, number }, fields, { producer, number }));
}

/** The texts that something delivered consists of: one, or those of the elements of a list or batch. */
export function textsOf(delivery: unknown): string[] {
  if (typeof delivery === 'string') return [delivery];
  if (delivery instanceof Message) return [delivery.text];
  if (ArrayBuffer.isView(delivery)) {
    return [Buffer.from(delivery.buffer, delivery.byteOffset, delivery.byteLength).toString('utf8')];
  }
  if (delivery instanceof ArrayBuffer) return [Buffer.from(delivery).toString('utf8')];
  if (Array.isArray(delivery)) return delivery.flatMap(textsOf);
  if (typeof delivery === 'object' && delivery !== null) {
    if ('messages' in delivery && Array.isArray(delivery.messages)) return delivery.messages.flatMap(textsOf);
    if ('payload' in delivery && ArrayBuffer.isView(delivery.payload)) return textsOf(delivery.payload);
  }
  return [jsonText(delivery) ?? String(delivery)];
}

/** The marks in a text, in order, wherever they stand in it. */
export function readMarks(text: string): Mark[] {
  return Array.from(text.matchAll(MARK), ([, producer = '', number]) => ({ producer, number: Number(number) }));
}
