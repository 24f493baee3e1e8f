import { stringify } from 'lossless-json';

/** What a payload is read as when somebody asks for its value: text, what JSON says, a Buffer, or its base64 text. */
export type Encoding = 'text' | 'json' | 'binary' | 'binary-base64';

/** Why an event cannot go on: one word per kind, a sentence, and where in the event it was found. */
export interface Fault {
  readonly code: string;
  readonly message: string;
  readonly path?: string | undefined;
}

/** Makes a value of a payload's text, where the encoding does not say it all: in records a long may be a bigint. */
export type Decode = (text: string) => unknown;

export type Attributes = Readonly<Record<string, string>>;

const NO_ATTRIBUTES: Attributes = Object.freeze({});

/** Marks a value that nobody has asked for yet; `undefined` is a value that a transform may set. */
const UNREAD = Symbol('unread');

/**
 * One event on its way from a source to the sinks. The payload is kept as it came; `value` decodes it when first
 * asked, once, so a message that is only passed on is never parsed.
 */
export class Message<Value = unknown> {
  /** Name of the source. */
  readonly source: string;
  /** Changes when the source starts without its state; with `sequence` it identifies the event. */
  readonly epoch: string;
  /** Counts from 1 per source and epoch, without holes. */
  readonly sequence: number;
  /** Wall clock at the arrival of the last fragment, in milliseconds since the epoch. */
  readonly receivedAt: number;
  readonly payload: Buffer | string;
  readonly encoding: Encoding;
  readonly attributes: Attributes;
  readonly #decode: Decode | undefined;
  #value: Value | typeof UNREAD = UNREAD;
  #fault: Fault | undefined;

  constructor(
    source: string,
    epoch: string,
    sequence: number,
    receivedAt: number,
    payload: Buffer | string,
    encoding: Encoding = 'text',
    attributes: Attributes = NO_ATTRIBUTES,
    decode?: Decode,
  ) {
    this.source = source;
    this.epoch = epoch;
    this.sequence = sequence;
    this.receivedAt = receivedAt;
    this.payload = payload;
    this.encoding = encoding;
    this.attributes = attributes;
    this.#decode = decode;
  }

  /**
   * The payload, decoded: the text, with `payload: json` the parsed value, with `binary` a Buffer, with `binary-base64`
   * the base64 text of its bytes; of a record with a schema what the schema reads.
   * @throws SyntaxError when the encoding is json and the payload is not.
   */
  get value(): Value {
    if (this.#value === UNREAD) this.#value = this.#read();
    return this.#value;
  }

  /** Its payload is JSON, which nobody has to read to be sure: a schema has written it, or it has been read. */
  get isSureJson(): boolean {
    return this.encoding === 'json' && (this.#decode !== undefined || this.#value !== UNREAD);
  }

  /** Its value is made by what its source declares, a schema: not by the encoding alone. */
  get isRecord(): boolean {
    return this.#decode !== undefined;
  }

  get id(): string {
    return `${this.epoch}/${this.sequence}`;
  }

  /** Payload size in bytes; what buffers and windows count. */
  get bytes(): number {
    return typeof this.payload === 'string' ? Buffer.byteLength(this.payload) : this.payload.length;
  }

  /** The payload as text. */
  get text(): string {
    return typeof this.payload === 'string' ? this.payload : this.payload.toString('utf8');
  }

  /** The payload as bytes. */
  get buffer(): Buffer {
    return typeof this.payload === 'string' ? Buffer.from(this.payload) : this.payload;
  }

  /** The same event with another value: strings are text, Buffers bytes, anything else JSON text. */
  with<Next>(value: Next): Message<Next> {
    const { source, epoch, sequence, receivedAt, attributes } = this;
    const [payload, encoding] = encodeValue(value);
    const next = new Message<Next>(source, epoch, sequence, receivedAt, payload, encoding, attributes);
    next.#value = value;
    return next;
  }

  /** The same event with another payload, which is read as the one before. */
  rewritten(payload: string): Message<Value> {
    return this.#copy(payload);
  }

  /** Why it cannot be delivered, if it cannot. */
  get fault(): Fault | undefined {
    return this.#fault;
  }

  /** The same event, which cannot be delivered: its sink hands it to failures in its place. */
  withFault(fault: Fault): Message<Value> {
    const faulty = this.#copy(this.payload);
    faulty.#fault = fault;
    return faulty;
  }

  /** The same event with a payload of its own, when this one is a view of a larger read that it would keep alive. */
  detached(): Message<Value> {
    const { payload } = this;
    if (typeof payload === 'string' || payload.length === payload.buffer.byteLength) return this;
    const copy = Buffer.allocUnsafeSlow(payload.length);
    payload.copy(copy);
    const own = this.#copy(copy);
    own.#value = this.#value;
    return own;
  }

  #copy(payload: Buffer | string): Message<Value> {
    const { source, epoch, sequence, receivedAt, encoding, attributes } = this;
    const copy = new Message<Value>(source, epoch, sequence, receivedAt, payload, encoding, attributes, this.#decode);
    copy.#fault = this.#fault;
    return copy;
  }

  #read(): Value {
    // The one place where a payload gets its type: what the app declared is what the peer is trusted to send.
    return (this.#decode ? this.#decode(this.text) : decoders[this.encoding](this)) as Value;
  }
}

const decoders: Record<Encoding, (message: Message) => unknown> = {
  text: ({ text }) => text,
  json: ({ text }) => JSON.parse(text),
  binary: ({ buffer }) => buffer,
  'binary-base64': ({ buffer }) => buffer.toString('base64'),
};

/** How a value that the app gives becomes a payload. */
export function encodeValue(value: unknown): [payload: Buffer | string, encoding: Encoding] {
  if (typeof value === 'string') return [value, 'text'];
  if (Buffer.isBuffer(value)) return [value, 'binary'];
  if (value instanceof Uint8Array) return [Buffer.from(value), 'binary'];
  return [jsonOf(value) ?? 'null', 'json'];
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    return jsonWithBigints(value, error);
  }
}

/** A record may hold integers that JSON has no trouble with, only `JSON.stringify` has. */
function jsonWithBigints(value: unknown, fault: unknown): string | undefined {
  try {
    return stringify(value);
  } catch {
    // It was something else: a circle, say.
    throw fault;
  }
}
