/** How a payload is read when somebody asks for its value. */
export type Encoding = 'text' | 'json';

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
  #value: Value | typeof UNREAD = UNREAD;

  constructor(
    source: string,
    epoch: string,
    sequence: number,
    receivedAt: number,
    payload: Buffer | string,
    encoding: Encoding = 'text',
    attributes: Attributes = NO_ATTRIBUTES,
  ) {
    this.source = source;
    this.epoch = epoch;
    this.sequence = sequence;
    this.receivedAt = receivedAt;
    this.payload = payload;
    this.encoding = encoding;
    this.attributes = attributes;
  }

  /**
   * The payload, decoded: the text, or with `payload: json` the parsed value.
   * @throws SyntaxError when the encoding is json and the payload is not.
   */
  get value(): Value {
    if (this.#value === UNREAD) this.#value = this.#decode();
    return this.#value;
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

  /** The same event with another payload: strings and Buffers as they are, anything else as JSON text. */
  with<Next>(value: Next): Message<Next> {
    const raw = typeof value === 'string' || Buffer.isBuffer(value);
    const next = new Message<Next>(
      this.source,
      this.epoch,
      this.sequence,
      this.receivedAt,
      raw ? value : (JSON.stringify(value) ?? 'null'),
      raw ? 'text' : 'json',
      this.attributes,
    );
    if (!Buffer.isBuffer(value)) next.#value = value;
    return next;
  }

  /** The same event with a payload of its own, when this one is a view of a larger read that it would keep alive. */
  detached(): Message<Value> {
    const { payload } = this;
    if (typeof payload === 'string' || payload.length === payload.buffer.byteLength) return this;
    const copy = Buffer.allocUnsafeSlow(payload.length);
    payload.copy(copy);
    const { source, epoch, sequence, receivedAt, encoding, attributes } = this;
    const own = new Message<Value>(source, epoch, sequence, receivedAt, copy, encoding, attributes);
    own.#value = this.#value;
    return own;
  }

  #decode(): Value {
    // The one place where a payload gets its type: what the app declared is what the peer is trusted to send.
    return decoders[this.encoding](this.text) as Value;
  }
}

const decoders: Record<Encoding, (text: string) => unknown> = {
  text: (text) => text,
  json: (text) => JSON.parse(text),
};
