import { jsonText } from '../../json/lossless.ts';
import { LosslessNumber } from '../../json/lossless-number.ts';
import { RecordError } from './error.ts';

/** How much of a value an error shows, in characters. */
const SHOWN = 80;

/** A value that does not fit, on its way out: everything around it adds where it stands. */
export class Misfit extends Error {
  readonly #type: string;
  readonly #path: (string | number)[] = [];
  readonly #fields: string[] = [];

  /** `type` is what the schema has there. */
  constructor(problem: string, type: string) {
    super(problem);
    this.#type = type;
  }

  /** It stands under this key, as the value of this field; '': it has no field of its own, as an element. */
  within(key: string | number, field: string): void {
    this.#path.unshift(key);
    if (field !== '') this.#fields.unshift(field);
  }

  /** What those who use the schema are told. */
  recordError(): RecordError {
    return new RecordError(this.#text, this.#pointer, this.#field);
  }

  /** The same of a value in the schema itself. */
  get asDefault(): string {
    return this.#pointer === '' ? this.#text : `${this.#text} at ${this.#pointer}`;
  }

  get #text(): string {
    const field = this.#field;
    return `${this.message} (${field === '' ? '' : `field ${field}, `}${this.#type})`;
  }

  get #field(): string {
    return this.#fields.join('.');
  }

  /** RFC 6901. */
  get #pointer(): string {
    return this.#path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  }
}

/**
 * `"abc" is not a number`
 * @throws Misfit
 */
export function refuse(value: unknown, problem: string, type: string): never {
  throw new Misfit(`${shown(value)} ${problem}`, type);
}

/** The error of a part, which now knows where the part is. */
export function placed(error: unknown, key: string | number, field = ''): unknown {
  if (error instanceof Misfit) error.within(key, field);
  return error;
}

/** JSON of a value, as far as it is shown: what is cut off is not even looked at. */
function shown(value: unknown): string {
  const text = preview(value, SHOWN);
  return text.length > SHOWN ? `${text.slice(0, SHOWN - 1)}…` : text;
}

function preview(value: unknown, room: number): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, Math.max(room, 0)));
  if (typeof value !== 'object' || value === null || value instanceof LosslessNumber) {
    return jsonText(value) ?? String(value);
  }
  const isList = Array.isArray(value);
  let text = isList ? '[' : '{';
  for (const key in value) {
    if (text.length > room) break;
    if (text.length > 1) text += ',';
    if (!isList) text += `${preview(key, room)}:`;
    text += preview(Reflect.get(value, key), room - text.length);
  }
  return `${text}${isList ? ']' : '}'}`;
}
