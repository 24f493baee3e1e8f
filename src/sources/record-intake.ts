import type { RecordOptions } from '../config/records.ts';
import type { Clock, Logger, ReceivedFrame } from '../environment.ts';
import type { Attributes } from '../messages/message.ts';
import type { RecordSchema } from '../messages/schema/record-schema.ts';
import type { Received } from '../streams/arrival.ts';
import { SampledLog } from '../streams/sampled-log.ts';
import type { SourceStream } from '../streams/source-stream.ts';
import { receiveFrames } from './frames.ts';
import { GapWatch } from './gap-watch.ts';
import type { RecordCounts, Tally } from './record-counts.ts';
import { type MessageFault, RecordReader } from './record-reader.ts';
import { UnusableMessageError } from './unusable-message.ts';

export { eventTimeStamp } from './added-fields.ts';
export type { RecordCounts } from './record-counts.ts';

export interface RecordIntakeSetup {
  /** `on-error` left out: the source goes on. */
  readonly options: Partial<RecordOptions>;
  readonly schema?: RecordSchema | undefined;
  readonly stream: Pick<
    SourceStream,
    'name' | 'encoding' | 'receive' | 'fail' | 'failed' | 'ended' | 'pruned' | 'held$'
  >;
  readonly now: () => number;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Pick<Logger, 'warn'>;
  /** The peer was given a cursor, so a peer of ours may tell first that it cannot go on from there. */
  readonly hasCursor: boolean;
}

/** What makes events of the messages of a source. It outlives the source's actor. */
export interface RecordIntake {
  /**
   * Takes all frames of one read turn; `attributes` are those of all of their events.
   * @throws UnusableMessageError after the turn, for the first message of it that cannot be used (`on-error: fail`).
   */
  receive(frames: readonly ReceivedFrame[], attributes?: Attributes): void;
  /** What comes from here on is of a new connection. */
  connected(): void;
  readonly counts: RecordCounts;
}

export function createRecordIntake(setup: RecordIntakeSetup): RecordIntake {
  return new ReadingIntake(setup);
}

/** Whether a source has anything to do with its messages before they are events. */
export function needsIntake(options: Partial<RecordOptions>, hasCursor = false): boolean {
  return hasCursor || (options['ignore-text'] ?? []).length > 0 || needsReading(options);
}

/** Whether its messages have to be read for that, and so have to be JSON. */
function needsReading(options: Partial<RecordOptions>): boolean {
  const { schema, select = [], sequence } = options;
  const fields = options['received-field'] ?? options['event-time-field'];
  return Boolean(schema || sequence || select.length > 0 || options['split-arrays'] || fields !== undefined);
}

/** What is logged of a path, in characters: the keys of a map may be of any length. */
const LONGEST_PATH = 1024;

class ReadingIntake implements RecordIntake {
  readonly #setup: RecordIntakeSetup;
  readonly #ignored: readonly Buffer[];
  readonly #gaps: GapWatch;
  /** Without one messages are passed on unread. */
  readonly #reader: RecordReader | undefined;
  readonly #failures: SampledLog;
  readonly #tally: Tally = { selected: 0, passedOver: 0, ignored: 0 };
  /** Nothing has come of this connection. */
  #fresh = true;

  constructor(setup: RecordIntakeSetup) {
    const { options, schema, stream, clock, logger } = setup;
    const warn = (fields: object, message: string) => logger.warn(fields, message);
    const gapLog = new SampledLog(clock, warn);
    this.#setup = setup;
    this.#ignored = (options['ignore-text'] ?? []).map((text) => Buffer.from(text));
    this.#gaps = new GapWatch(stream.name, options.sequence, gapLog);
    this.#failures = new SampledLog(clock, warn);
    const reads = schema !== undefined || needsReading(options);
    this.#reader = reads ? new RecordReader({ options, schema, gaps: this.#gaps, tally: this.#tally }) : undefined;
    stream.held$.subscribe({
      complete: () => {
        gapLog.end();
        this.#failures.end();
      },
    });
  }

  receive(frames: readonly ReceivedFrame[], attributes?: Attributes): void {
    const { stream } = this.#setup;
    if (stream.ended) return;
    const wanted = this.#wanted(frames);
    if (this.#reader) this.#read(this.#reader, wanted, attributes);
    else receiveFrames(stream, wanted, attributes);
  }

  connected(): void {
    this.#fresh = true;
  }

  get counts(): RecordCounts {
    return { ...this.#tally, ...this.#gaps.counts, pruned: this.#setup.stream.pruned };
  }

  #wanted(frames: readonly ReceivedFrame[]): readonly ReceivedFrame[] {
    const { hasCursor } = this.#setup;
    const mayBeNotice = hasCursor && this.#fresh;
    if (!mayBeNotice && this.#ignored.length === 0) return frames;
    return frames.filter((frame) => {
      const first = this.#fresh;
      this.#fresh = false;
      return !(first && hasCursor && this.#gaps.takeNotice(frame)) && !this.#isIgnored(frame);
    });
  }

  #isIgnored({ data, binary }: ReceivedFrame): boolean {
    const ignored = !binary && this.#ignored.some((text) => text.equals(data));
    if (ignored) this.#tally.ignored += 1;
    return ignored;
  }

  /** What fails does so in its place, between what came before it and what came after. */
  #read(reader: RecordReader, frames: readonly ReceivedFrame[], attributes: Attributes | undefined): void {
    const { stream, now } = this.#setup;
    const receivedAt = now();
    let received: Received[] = [];
    let unusable: UnusableMessageError | undefined;
    for (const frame of frames) {
      const read = reader.read(frame, receivedAt);
      if (!('code' in read)) {
        for (const event of read) received.push(event);
        continue;
      }
      stream.receive(received, attributes);
      received = [];
      const thrown = this.#fail(frame, read);
      unusable ??= thrown;
    }
    stream.receive(received, attributes);
    if (unusable) throw unusable;
  }

  /** What is thrown for it, if anything is. */
  #fail(frame: ReceivedFrame, fault: MessageFault): UnusableMessageError | undefined {
    const { stream, options } = this.#setup;
    const taken = stream.failed;
    stream.fail(frame, fault);
    // What nobody takes is logged as rejected already.
    const isLogged = stream.failed === taken;
    if (options['on-error'] === 'fail') return new UnusableMessageError(stream.name, fault, frame.data);
    if (isLogged) return undefined;
    const { code, message, path = '', field } = fault;
    const where = { path: path.slice(0, LONGEST_PATH), ...(field === undefined ? {} : { field }) };
    this.#failures.log({ source: stream.name, code, ...where }, `a message cannot be used: ${message}`);
    return undefined;
  }
}
