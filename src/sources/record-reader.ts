import { isUtf8 } from 'node:buffer';
import type { RecordOptions } from '../config/records.ts';
import type { ReceivedFrame } from '../environment.ts';
import { LosslessNumber, parseJson } from '../json/lossless.ts';
import { compileSelect, type Holds } from '../messages/condition.ts';
import type { Fault } from '../messages/failure.ts';
import { jsonItems } from '../messages/json-items.ts';
import type { Attributes, Decode } from '../messages/message.ts';
import { RecordError } from '../messages/schema/error.ts';
import type { RecordSchema } from '../messages/schema/record-schema.ts';
import type { Part, Received } from '../streams/arrival.ts';
import { AddedFields } from './added-fields.ts';
import { BINARY, NOT_UTF8 } from './frames.ts';
import type { GapWatch } from './gap-watch.ts';
import type { Tally } from './record-counts.ts';

/** Why a message cannot become events, and of which field of the schema. */
export interface MessageFault extends Fault {
  readonly field?: string;
}

export interface RecordReaderOptions {
  readonly options: Partial<RecordOptions>;
  readonly schema?: RecordSchema | undefined;
  readonly gaps: GapWatch;
  readonly tally: Tally;
}

/** What a message holds: all of it, or one of its elements. */
interface Item {
  /** Undefined: it is the whole message. */
  readonly index: number | undefined;
  /** What the schema takes. */
  readonly value: unknown;
  /** The same with all digits, for what is asked of it. */
  readonly exact: unknown;
}

interface Selected extends Item {
  /** Events that are missing before it. */
  readonly gap: bigint | undefined;
}

/** More digits than a double holds: without need for them a schema does not read them. */
const LONG = /\d{16}/;

/** Makes the events of one message after the other. */
export class RecordReader {
  readonly #options: RecordReaderOptions;
  readonly #select: Holds | undefined;
  readonly #fields: AddedFields;
  readonly #decode: Decode | undefined;
  /** Whether anything is asked of a value besides what the schema needs. */
  readonly #asks: boolean;

  constructor(options: RecordReaderOptions) {
    const { select = [], sequence, 'event-time': eventTime } = options.options;
    const { schema } = options;
    this.#options = options;
    this.#asks = Boolean(select.length > 0 || sequence || eventTime);
    this.#select = select.length > 0 ? compileSelect(select) : undefined;
    this.#fields = new AddedFields(options.options);
    this.#decode = schema && ((text) => schema.read(text));
  }

  /** The events of a message, none when nothing of it is wanted, or why it cannot be used: all of it or nothing. */
  read(frame: ReceivedFrame, receivedAt: number): readonly Received[] | MessageFault {
    if (frame.binary && !isUtf8(frame.data)) return NOT_UTF8;
    try {
      return this.#events(frame, receivedAt);
    } catch (error) {
      return faultOf(error);
    }
  }

  #events(frame: ReceivedFrame, receivedAt: number): readonly Received[] {
    const items = this.#items(frame.data.toString('utf8'));
    const selected = this.#selected(items);
    const texts = selected[0]?.index === undefined || this.#options.schema ? undefined : jsonItems(frame.data);
    return selected.map((item, at) => {
      const data = texts?.[item.index ?? 0] ?? frame.data;
      const part = item.index === undefined ? undefined : { index: at, last: at === selected.length - 1 };
      return this.#event(item, { data, part, attributes: attributesOf(frame, item), receivedAt });
    });
  }

  /** @throws SyntaxError */
  #items(text: string): readonly Item[] {
    const { schema, options, tally } = this.#options;
    const value = schema ? schema.parse(text) : parseJson(text);
    if (value === null) {
      tally.ignored += 1;
      return [];
    }
    if (schema && !isStructure(value)) throw new RecordError('it is neither an object nor an array', '', '');
    const exact = schema && this.#asks && LONG.test(text) ? parseJson(text) : value;
    if (!options['split-arrays'] || !Array.isArray(value)) return [{ index: undefined, value, exact }];
    if (value.length === 0) tally.ignored += 1;
    return value.map((element, index) => ({
      index,
      value: element,
      exact: Array.isArray(exact) ? exact[index] : element,
    }));
  }

  /** What is selected is followed before anything of it can fail: what came is not missing. */
  #selected(items: readonly Item[]): readonly Selected[] {
    const { gaps } = this.#options;
    const selected: Selected[] = [];
    for (const { index, value, exact } of items) {
      if (this.#isWanted(exact)) selected.push({ index, value, exact, gap: gaps.follow(exact) });
    }
    return selected;
  }

  #isWanted(exact: unknown): boolean {
    const { tally } = this.#options;
    if (exact === null) {
      tally.ignored += 1;
      return false;
    }
    if (!this.#select) return true;
    const selected = this.#select(exact);
    if (selected) tally.selected += 1;
    else tally.passedOver += 1;
    return selected;
  }

  #event(item: Item, from: Verbatim): Received {
    try {
      return this.#record(item, from);
    } catch (error) {
      if (!(error instanceof RecordError) || item.index === undefined) throw error;
      throw new RecordError(error.message, `/${item.index}${error.path}`, error.field);
    }
  }

  /** Without schema and fields it stays as it came. */
  #record(item: Item, { data, part, attributes, receivedAt }: Verbatim): Received {
    const { schema } = this.#options;
    if (!schema && !this.#fields.any) return { data, part, attributes };
    const record = schema ? schema.write(item.value) : data.toString('utf8');
    const text = this.#fields.any ? this.#fields.add(record, item.exact, receivedAt) : record;
    return { data: text, part, attributes, encoding: schema && 'json', decode: this.#decode };
  }
}

/** What of an event does not depend on its value. */
interface Verbatim {
  readonly data: Buffer;
  readonly part: Part | undefined;
  readonly attributes: Attributes | undefined;
  readonly receivedAt: number;
}

function attributesOf({ binary }: ReceivedFrame, { gap }: Selected): Attributes | undefined {
  if (gap === undefined) return binary ? BINARY : undefined;
  return { ...(binary ? BINARY : {}), gap: gap.toString() };
}

function isStructure(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !(value instanceof LosslessNumber);
}

function faultOf(error: unknown): MessageFault {
  if (error instanceof RecordError) {
    const { code, message, path, field } = error;
    return { code, message, path, field };
  }
  if (error instanceof SyntaxError) return { code: 'json', message: `not JSON: ${error.message}`, path: '' };
  // Of a few megabytes of empty objects a schema with many fields makes more than a text can hold.
  if (error instanceof RangeError) return { code: 'record', message: `too large: ${error.message}`, path: '' };
  throw error;
}
