import type { RecordOptions } from '../config/records.ts';
import type { ReceivedFrame } from '../environment.ts';
import type { SampledLog } from '../streams/sampled-log.ts';
import { SequenceWatch } from './sequence-watch.ts';

/** What is logged of a cursor, in characters. */
const LONGEST_CURSOR = 200;

/** Finds what did not come: by the numbers of what came, and by what a peer of ours tells. */
export class GapWatch {
  readonly #source: string;
  readonly #log: SampledLog;
  readonly #sequence: SequenceWatch | undefined;
  #gaps = 0;
  #missing = 0;

  constructor(source: string, sequence: RecordOptions['sequence'], log: SampledLog) {
    this.#source = source;
    this.#sequence = sequence && new SequenceWatch(sequence);
    this.#log = log;
  }

  get counts(): { readonly gaps: number; readonly missing: number; readonly forgotten: number } {
    return { gaps: this.#gaps, missing: this.#missing, forgotten: this.#sequence?.forgotten ?? 0 };
  }

  /** Takes the next event, as it was read with all digits; how many are missing before it, if any are. */
  follow(event: unknown): bigint | undefined {
    const jump = this.#sequence?.follow(event);
    if (!jump) return undefined;
    const { after, to, missing } = jump;
    this.#gaps += 1;
    this.#missing += Number(missing);
    this.#log.log({ source: this.#source }, `the sequence jumped from ${after} to ${to}: ${missing} missing`);
    return missing;
  }

  /** Takes the first message of a connection, if it tells that the peer could not go on from the cursor. */
  takeNotice({ data, binary }: ReceivedFrame): boolean {
    const gap = binary || !data.includes('"gap"') ? undefined : gapOf(data.toString('utf8'));
    if (!gap) return false;
    this.#gaps += 1;
    this.#log.log(
      { source: this.#source, ...gap },
      'the peer cannot go on from the cursor: what came in between is missing',
    );
    return true;
  }
}

interface Gap {
  /** The cursor that the peer was given. */
  readonly after: string | undefined;
  /** The cursor of the first event that it still has. */
  readonly from: string | undefined;
}

/** `{"gap":{"after":"41","from":"57"}}`, which hawser sends with `replay.on-gap: notify`. */
function gapOf(text: string): Gap | undefined {
  const value = parsed(text);
  if (!isObject(value) || !('gap' in value) || Object.keys(value).length > 1) return undefined;
  const { gap } = value;
  if (!isObject(gap)) return undefined;
  return { after: cursorIn(gap, 'after'), from: cursorIn(gap, 'from') };
}

/** Any peer may send it, so only what may be logged is taken. */
function cursorIn(gap: object, name: keyof Gap): string | undefined {
  const cursor: unknown = Reflect.get(gap, name);
  return typeof cursor === 'string' ? cursor.slice(0, LONGEST_CURSOR) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
