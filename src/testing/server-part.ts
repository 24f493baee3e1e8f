import { validateHeaderName, validateHeaderValue } from 'node:http';
import { nearestName } from '../config/nearest.ts';
import { parseSize } from '../config/sizes.ts';
import type { Refusal } from '../environment.ts';
import { UsageError } from '../errors.ts';
import { type ClosePayload, closePayload } from '../transport/close-frame.ts';
import type { ServerBehaviour, ServerFault } from './server-behaviour.ts';

/** A behaviour as it is played. */
export type ServerPart = { readonly kind: 'hang' } | { readonly kind: 'refuse'; readonly refusal: Refusal } | OpenPart;

export interface OpenPart {
  readonly kind: 'open';
  readonly send: readonly (string | Uint8Array)[];
  /** Bytes per second. */
  readonly rate: number | undefined;
  /** Messages that it takes before its end. */
  readonly after: number;
  readonly end: ServerFault | ClosePayload | undefined;
}

const FAULTS: readonly ServerFault[] = ['go-silent', 'half-a-frame', 'reset'];
const WORDS = ['accept', 'hang-in-upgrade', ...FAULTS];
const REFUSING = ['refuse', 'retryAfter', 'headers'];
const ACCEPTING = ['send', 'readSlowly', 'afterReceived', 'close', 'reason', 'fault'];
const CLOSE_CODE = 'a close code: 1000 to 1003, 1007 to 1014, 3000 to 4999, or 1005 for a close without one';

/** Throws a `UsageError` that names the first wrong place and what is expected there. */
export function readBehaviours(behaviours: readonly ServerBehaviour[]): readonly ServerPart[] {
  if (!Array.isArray(behaviours) || behaviours.length === 0) {
    throw new UsageError("behaviours: expected a list with at least one, such as ['accept']");
  }
  return behaviours.map((behaviour: unknown, index) => read(behaviour, `behaviours[${index}]`));
}

/** Whether it may bring messages of its client. */
export function takesMessages(part: ServerPart): boolean {
  return part.kind === 'open' && (part.end === undefined || part.after > 0);
}

type Fields = Readonly<Record<string, unknown>>;

function read(behaviour: unknown, at: string): ServerPart {
  if (typeof behaviour === 'string') return readWord(behaviour, at);
  if (typeof behaviour !== 'object' || behaviour === null || Array.isArray(behaviour)) {
    throw wrong(
      at,
      behaviour,
      `a behaviour: ${WORDS.join(', ')}, or a map with refuse, or with any of ${ACCEPTING.join(', ')}`,
    );
  }
  const fields: Fields = Object.fromEntries(Object.entries(behaviour).filter(([, value]) => value !== undefined));
  const known = 'refuse' in fields ? REFUSING : ACCEPTING;
  for (const key of Object.keys(fields)) {
    if (known.includes(key)) continue;
    throw new UsageError(`${at}.${key}: is not known here${belonging(key, known)}`);
  }
  return 'refuse' in fields ? readRefusing(fields, at) : readAccepting(fields, at);
}

function belonging(key: string, known: readonly string[]): string {
  if (REFUSING.includes(key)) return '; it stands beside refuse';
  return ACCEPTING.includes(key) ? '; a refusal has none' : hint(key, known);
}

function readWord(word: string, at: string): ServerPart {
  if (word === 'hang-in-upgrade') return { kind: 'hang' };
  if (!WORDS.includes(word)) {
    throw new UsageError(`${at}: ${JSON.stringify(word)} is no behaviour${hint(word, WORDS)}`);
  }
  return readAccepting(word === 'accept' ? {} : { fault: word }, at);
}

function readRefusing({ refuse, retryAfter, headers = {} }: Fields, at: string): ServerPart {
  if (!isWhole(refuse, 200, 599)) throw wrong(`${at}.refuse`, refuse, 'a status from 200 to 599');
  if (retryAfter !== undefined && !isWhole(retryAfter, 0)) {
    throw wrong(`${at}.retryAfter`, retryAfter, 'a whole number of seconds, 0 or more');
  }
  const delay = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  return {
    kind: 'refuse',
    refusal: { status: refuse, headers: { ...delay, ...readHeaders(headers, `${at}.headers`) } },
  };
}

function readHeaders(headers: unknown, at: string): Record<string, string> {
  if (typeof headers !== 'object' || headers === null) throw wrong(at, headers, 'a map of header names to texts');
  const read: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== 'string' || !isHeader(name, value))
      throw wrong(`${at}.${name}`, value, 'a header that HTTP can carry');
    read[name] = value;
  }
  return read;
}

function isHeader(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

function readAccepting(fields: Fields, at: string): OpenPart {
  const { send = [], readSlowly, afterReceived } = fields;
  if (!Array.isArray(send)) throw wrong(`${at}.send`, send, 'a list of texts and bytes');
  for (const [index, item] of send.entries()) {
    if (typeof item === 'string' || item instanceof Uint8Array) continue;
    throw wrong(`${at}.send[${index}]`, item, 'a text or bytes (a Uint8Array)');
  }
  const end = readEnd(fields, at);
  if (afterReceived !== undefined && !isWhole(afterReceived, 0)) {
    throw wrong(`${at}.afterReceived`, afterReceived, 'a number of messages, 0 or more');
  }
  if (afterReceived !== undefined && end === undefined) {
    throw new UsageError(`${at}.afterReceived: says when, expected close or fault beside it`);
  }
  return {
    kind: 'open',
    send: [...send],
    rate: readRate(readSlowly, `${at}.readSlowly`),
    after: afterReceived ?? 0,
    end,
  };
}

function readRate(value: unknown, at: string): number | undefined {
  if (value === undefined) return undefined;
  const size = typeof value === 'string' ? /^(.+)\/s$/.exec(value.trim())?.[1] : undefined;
  try {
    if (size !== undefined) return parseSize(size);
  } catch {
    // Said below, as a rate.
  }
  throw wrong(at, value, 'a rate such as 512/s, 10KiB/s or 1MiB/s');
}

function readEnd({ close, reason, fault }: Fields, at: string): OpenPart['end'] {
  if (close !== undefined && fault !== undefined) throw new UsageError(`${at}: expected close or fault, not both`);
  if (reason !== undefined && close === undefined) throw new UsageError(`${at}.reason: expected close beside it`);
  if (close !== undefined) return readClose(close, reason ?? '', at);
  const known = FAULTS.find((each) => each === fault);
  if (fault !== undefined && known === undefined) throw wrong(`${at}.fault`, fault, `one of ${FAULTS.join(', ')}`);
  return known;
}

function readClose(code: unknown, reason: unknown, at: string): ClosePayload {
  if (!isWhole(code, 1000, 4999) || closePayload(code, '').code !== code) throw wrong(`${at}.close`, code, CLOSE_CODE);
  if (typeof reason !== 'string' || closePayload(code, reason).reason !== reason) {
    throw wrong(
      `${at}.reason`,
      reason,
      code === 1005 ? 'empty: a close without a code has none' : 'a text of at most 123 bytes',
    );
  }
  return { code, reason };
}

function isWhole(value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}

function hint(word: string, known: readonly string[]): string {
  const nearest = nearestName(word, known);
  return nearest === undefined ? `; expected one of ${known.join(', ')}` : `; did you mean "${nearest}"?`;
}

function wrong(at: string, value: unknown, expected: string): UsageError {
  const shown =
    typeof value === 'object' ? (value === null ? 'null' : 'an object') : (JSON.stringify(value) ?? String(value));
  return new UsageError(`${at}: ${shown} is not ${expected}`);
}
