import { TemplateError } from '../config/error.ts';
import type { EventScope } from '../config/scope.ts';
import { fillTemplate, type Template } from '../config/template.ts';
import type { Message } from './message.ts';
import { readValue } from './payload.ts';
import { PayloadError } from './payload-error.ts';
import { readPath } from './pointer.ts';

/** What a batch looks like as one payload (options `batch.header` to `batch.wrap-as-json`). */
export interface BatchLayout {
  readonly header?: Template | undefined;
  readonly footer?: Template | undefined;
  /** The events are one JSON array, without line breaks between; else lines. */
  readonly wrapAsJson: boolean;
  /** JSON objects get a field `_document`. */
  readonly marker: boolean;
}

/** Where header and footer find what is not of the event. */
export type BatchScope = Pick<EventScope, 'cursor' | 'env' | 'time'>;

/** Header and footer of one batch, filled in. */
export interface Frills {
  readonly header: string;
  readonly footer: string;
}

/**
 * Fills in header and footer from a batch's first event. `number`: of the batch in its sink, `${stat|_BATCH_NUMBER}`.
 * @throws PayloadError with the code `template` when there is no value for something in them.
 */
export function fillFrills(layout: BatchLayout, first: Message, number: number, scope: BatchScope): Frills {
  const eventScope: EventScope = {
    lookUp: (path) => readPath(fieldsOf(first), path),
    attribute: (name) => (Object.hasOwn(first.attributes, name) ? first.attributes[name] : undefined),
    stat: (name) => (name === '_BATCH_NUMBER' ? number : undefined),
    cursor: () => scope.cursor(),
    env: (name) => scope.env(name),
    time: () => scope.time(),
  };
  return { header: fill(layout.header, eventScope), footer: fill(layout.footer, eventScope) };
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

function fill(template: Template | undefined, scope: EventScope): string {
  if (!template) return '';
  try {
    return fillTemplate(template, scope);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new PayloadError(error.message, { code: 'template', cause: error });
  }
}

/** As text an event may be written that is not JSON; it has no fields. */
function fieldsOf(message: Message): unknown {
  try {
    return readValue(message);
  } catch {
    return undefined;
  }
}

/** A header as it may be written, with or without its line end, has exactly one. */
function linesBefore(header: string): string {
  return header === '' ? '' : `${header.replace(/[\r\n]+$/, '')}\n`;
}

function linesAfter(footer: string): string {
  return footer === '' ? '' : `\n${footer.replace(/^[\r\n]+/, '')}`;
}
