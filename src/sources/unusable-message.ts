import { HawserError } from '../errors.ts';
import { oneLine } from '../messages/json-text.ts';
import type { MessageFault } from './record-reader.ts';

/** How much of the message is shown, in bytes. */
const SHOWN = 1024;

/** A source got a message that cannot become events, and is told to fail then (`on-error: fail`). One line. */
export class UnusableMessageError extends HawserError {
  readonly code: string;
  /** Where in the message: a JSON pointer. */
  readonly path: string;
  /** Name in the schema, with dots; empty when it is not about a field. */
  readonly field: string;

  constructor(source: string, { code, message, path = '', field = '' }: MessageFault, data: Buffer) {
    const place = path === '' ? '' : ` at ${shown(Buffer.from(path))}`;
    super(oneLine(`source ${source} cannot use a message: ${message}${place}; the message is ${shown(data)}`));
    this.code = code;
    this.path = path;
    this.field = field;
  }
}

function shown(data: Buffer): string {
  if (data.length <= SHOWN) return data.length === 0 ? 'empty' : data.toString('utf8');
  let end = SHOWN;
  // A character's bytes stay together: the second and later ones begin with the bits 10.
  while (end > 0 && ((data[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return `${data.toString('utf8', 0, end)}… (${data.length} bytes)`;
}
