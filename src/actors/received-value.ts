import { isUtf8 } from 'node:buffer';
import type { ReceivedFrame } from '../environment.ts';
import { parseJson } from '../json/lossless.ts';

/** What one frame says, read when somebody first asks. */
export class ReceivedValue {
  readonly data: Buffer;
  readonly #binary: boolean;
  #read: { readonly value: unknown } | undefined;

  constructor({ data, binary }: ReceivedFrame) {
    this.data = data;
    this.#binary = binary;
  }

  /** JSON with its numbers as they were written, else the text. Undefined: a binary frame that is no JSON. */
  get value(): unknown {
    this.#read ??= { value: read(this.data, this.#binary) };
    return this.#read.value;
  }
}

function read(data: Buffer, binary: boolean): unknown {
  if (binary && !isUtf8(data)) return undefined;
  const text = data.toString('utf8');
  try {
    return parseJson(text, 'text');
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return binary ? undefined : text;
  }
}
