import type { Chunk } from './chunk.ts';
import { type Attributes, type Decode, type Encoding, type Fault, Message } from './message.ts';

/** What is said once for many messages. */
export interface ColumnsHeader {
  readonly source: string;
  readonly through: number;
  readonly count: number;
  readonly kinds: readonly MessageKind[];
  readonly attributes: readonly Attributes[];
}

/** What messages have in common besides their numbers and payloads. */
interface MessageKind {
  readonly source: string;
  readonly epoch: string;
  readonly encoding: Encoding;
  readonly form: Form;
  /** Place in the header's `attributes`. */
  readonly attributes: number;
  readonly record: boolean;
  readonly fault?: Fault | undefined;
}

/** How a payload is written: as its bytes, or a string as UTF-8, or as UTF-16 where UTF-8 would change it. */
type Form = 'bytes' | 'utf8' | 'utf16le';

/** Half of a surrogate pair alone: UTF-8 has no bytes for it. */
const LONE_SURROGATE = /[\ud800-\udfff]/u;

/** A row of numbers per message, in bytes: where its payload ends, its kind, its sequence, when it was received. */
const ROW = { end: 0, kind: 4, sequence: 8, receivedAt: 16, bytes: 24 };

/** A chunk's messages as they are written: a header, then a body of rows and payloads. */
export class ChunkColumns {
  readonly header: ColumnsHeader;
  /** Size of the body. */
  readonly bytes: number;
  readonly #messages: readonly Message[];
  readonly #places: Uint32Array;
  readonly #ends: Uint32Array;

  constructor({ source, through, messages }: Chunk) {
    const count = messages.length;
    const table = new KindTable();
    this.#messages = messages;
    this.#places = Uint32Array.from(messages, (message) => table.placeOf(message));
    this.#ends = new Uint32Array(count);
    let end = count * ROW.bytes;
    for (const [at, { payload }] of messages.entries()) {
      const form = table.kinds[this.#places[at] ?? 0]?.form;
      end += typeof payload === 'string' ? Buffer.byteLength(payload, encodingOf(form)) : payload.length;
      this.#ends[at] = end;
    }
    this.bytes = end;
    this.header = { source, through, count, kinds: table.kinds, attributes: table.attributes };
  }

  write(body: Buffer): void {
    const rows = new DataView(body.buffer, body.byteOffset, body.length);
    let start = this.#messages.length * ROW.bytes;
    for (const [at, { payload, sequence, receivedAt }] of this.#messages.entries()) {
      const row = at * ROW.bytes;
      const end = this.#ends[at] ?? start;
      const place = this.#places[at] ?? 0;
      rows.setUint32(row + ROW.end, end, true);
      rows.setUint32(row + ROW.kind, place, true);
      rows.setFloat64(row + ROW.sequence, sequence, true);
      rows.setFloat64(row + ROW.receivedAt, receivedAt, true);
      if (typeof payload === 'string') body.write(payload, start, encodingOf(this.header.kinds[place]?.form));
      else payload.copy(body, start);
      start = end;
    }
  }
}

export function readColumns(
  header: ColumnsHeader,
  body: Buffer,
  decode: (source: string) => Decode | undefined,
): Chunk {
  const { source, through, count } = header;
  const read = readers(header, decode);
  const rows = new DataView(body.buffer, body.byteOffset, body.length);
  let start = count * ROW.bytes;
  const messages = Array.from({ length: count }, (_, at) => {
    const row = at * ROW.bytes;
    const payload = body.subarray(start, rows.getUint32(row + ROW.end, true));
    start += payload.length;
    const reader = read[rows.getUint32(row + ROW.kind, true)];
    if (!reader) throw new RangeError('a message is of no kind');
    return reader(rows.getFloat64(row + ROW.sequence, true), rows.getFloat64(row + ROW.receivedAt, true), payload);
  });
  return { source, through, messages };
}

type MessageReader = (sequence: number, receivedAt: number, payload: Buffer) => Message;

/** One for each kind. */
function readers(
  { kinds, attributes }: ColumnsHeader,
  decode: (source: string) => Decode | undefined,
): readonly MessageReader[] {
  const decoders = new Map<string, Decode | undefined>();
  for (const { source, record } of kinds) {
    if (record && !decoders.has(source)) decoders.set(source, decode(source));
  }
  return kinds.map(({ source, epoch, encoding, form, attributes: place, record, fault }) => {
    const decoder = record ? decoders.get(source) : undefined;
    return (sequence, receivedAt, bytes) => {
      const payload = form === 'bytes' ? bytes : bytes.toString(form);
      const message = new Message(source, epoch, sequence, receivedAt, payload, encoding, attributes[place], decoder);
      return fault ? message.withFault(fault) : message;
    };
  });
}

/** The kinds of a chunk's messages, each once; a fault has a kind of its own. */
class KindTable {
  readonly kinds: MessageKind[] = [];
  readonly attributes: Attributes[] = [];
  readonly #places = new Map<string, number>();
  readonly #attributePlaces = new Map<Attributes, number>();
  #last: Message | undefined;
  #lastPlace = 0;

  placeOf(message: Message): number {
    if (!this.#last || !isAlike(this.#last, message)) this.#lastPlace = this.#find(message);
    this.#last = message;
    return this.#lastPlace;
  }

  #find(message: Message): number {
    const { source, epoch, encoding, isRecord: record, fault } = message;
    const kind = { source, epoch, encoding, form: formOf(message), attributes: this.#attributesOf(message), record };
    if (fault) return this.#add({ ...kind, fault: { code: fault.code, message: fault.message, path: fault.path } });
    const key = JSON.stringify(kind);
    const place = this.#places.get(key) ?? this.#add(kind);
    this.#places.set(key, place);
    return place;
  }

  #attributesOf({ attributes }: Message): number {
    const place = this.#attributePlaces.get(attributes) ?? this.attributes.push(attributes) - 1;
    this.#attributePlaces.set(attributes, place);
    return place;
  }

  #add(kind: MessageKind): number {
    return this.kinds.push(kind) - 1;
  }
}

/** The usual case, decided without a look at the table. */
function isAlike(one: Message, other: Message): boolean {
  return (
    one.attributes === other.attributes &&
    one.source === other.source &&
    one.epoch === other.epoch &&
    one.encoding === other.encoding &&
    one.isRecord === other.isRecord &&
    one.fault === undefined &&
    other.fault === undefined &&
    formOf(one) === formOf(other)
  );
}

function formOf({ payload }: Message): Form {
  if (typeof payload !== 'string') return 'bytes';
  return LONE_SURROGATE.test(payload) ? 'utf16le' : 'utf8';
}

function encodingOf(form: Form | undefined): 'utf8' | 'utf16le' {
  return form === 'utf16le' ? 'utf16le' : 'utf8';
}
