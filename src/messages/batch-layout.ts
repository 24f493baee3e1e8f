import type { Template } from '../config/template.ts';
import { eventScope, fillFromEvent, type SinkScope } from './event-scope.ts';
import type { Message } from './message.ts';

/** What a batch looks like as one payload (options `batch.header` to `batch.wrap-as-json`). */
export interface BatchLayout {
  readonly header?: Template | undefined;
  readonly footer?: Template | undefined;
  /** The events are one JSON array, without line breaks between; else lines. */
  readonly wrapAsJson: boolean;
  /** JSON objects get a field `_document`. */
  readonly marker: boolean;
}

/** Header and footer of one batch, filled in. */
export interface Frills {
  readonly header: string;
  readonly footer: string;
}

/**
 * Fills in header and footer from a batch's first event. `number`: of the batch in its sink, `${stat|_BATCH_NUMBER}`.
 * @throws PayloadError with the code `template` when there is no value for something in them.
 */
export function fillFrills(layout: BatchLayout, first: Message, number: number, scope: SinkScope): Frills {
  const event = eventScope(first, scope, number);
  const fill = (template: Template | undefined) => (template ? fillFromEvent(template, event) : '');
  return { header: fill(layout.header), footer: fill(layout.footer) };
}

/** The events of a batch as one text, between its header and its footer. */
export function joinText(
  payloads: readonly (Buffer | string)[],
  { header, footer }: Frills,
  { wrapAsJson }: BatchLayout,
): string {
  if (wrapAsJson) return `${header}[${payloads.join(',')}]${footer}`;
  return linesBefore(header) + payloads.join('\n') + linesAfter(footer);
}

/** The same of bytes. */
export function joinBytes(payloads: readonly (Buffer | string)[], { header, footer }: Frills): Buffer {
  const newline = Buffer.from('\n');
  const bytes = payloads.map((payload) => (typeof payload === 'string' ? Buffer.from(payload) : payload));
  const events = bytes.flatMap((payload, at) => (at === 0 ? [payload] : [newline, payload]));
  return Buffer.concat([Buffer.from(linesBefore(header)), ...events, Buffer.from(linesAfter(footer))]);
}

/** A header as it may be written, with or without its line end, has exactly one. */
function linesBefore(header: string): string {
  return header === '' ? '' : `${header.replace(/[\r\n]+$/, '')}\n`;
}

function linesAfter(footer: string): string {
  return footer === '' ? '' : `\n${footer.replace(/^[\r\n]+/, '')}`;
}
