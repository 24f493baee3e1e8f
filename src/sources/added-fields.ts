import type { RecordOptions } from '../config/records.ts';
import { compilePointer } from '../messages/pointer.ts';
import { withField } from '../messages/record-text.ts';
import { RecordError } from '../messages/schema/error.ts';
import { readTimestamp, writeTimestamp } from '../messages/schema/timestamp.ts';

/** The times that a source adds to its records: when a record came, and when what it tells of happened. */
export class AddedFields {
  readonly #received: string | undefined;
  readonly #eventTime: string | undefined;
  readonly #pointer: string | undefined;
  readonly #findEventTime: ((value: unknown) => unknown) | undefined;

  constructor(options: Partial<RecordOptions>) {
    this.#received = options['received-field'];
    this.#eventTime = options['event-time-field'];
    this.#pointer = options['event-time']?.pointer;
    this.#findEventTime = this.#pointer === undefined ? undefined : compilePointer(this.#pointer);
  }

  /** Whether there is anything that a record has to have room for. */
  get any(): boolean {
    return this.#received !== undefined || this.#eventTime !== undefined;
  }

  /**
   * The text of a record with these fields. `value` is what the record was made of. The time of the hand-on is not known
   * yet, and is added by then.
   * @throws RecordError when it is no object, or has an event time that is none.
   */
  add(record: string, value: unknown, receivedAt: number): string {
    const field = this.#received ?? this.#eventTime ?? '';
    if (!record.trimStart().startsWith('{'))
      throw new RecordError(`it is no object, so it cannot have the field ${field}`, '', field);
    let text = record;
    if (this.#received !== undefined) text = withField(text, this.#received, timeText(receivedAt));
    if (this.#eventTime === undefined || !this.#findEventTime) return text;
    return withField(text, this.#eventTime, this.#eventTimeOf(this.#findEventTime(value)));
  }

  #eventTimeOf(found: unknown): string {
    if (found === undefined || found === null) return 'null';
    const at = readTimestamp(found);
    if (at !== undefined) return timeText(at);
    throw new RecordError('the event time is not a timestamp', this.#pointer ?? '', this.#eventTime ?? '');
  }
}

/**
 * What writes the time of its hand-on into an event's payload: for `event-time-field` without `event-time`. Events that
 * have no room for it have failed before.
 */
export function eventTimeStamp(options: Partial<RecordOptions>): ((text: string, at: number) => string) | undefined {
  const { 'event-time-field': field, 'event-time': eventTime } = options;
  if (field === undefined || eventTime) return undefined;
  return (text, at) => withField(text, field, timeText(at));
}

function timeText(ms: number): string {
  return `"${writeTimestamp(ms)}"`;
}
