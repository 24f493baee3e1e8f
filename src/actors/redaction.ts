import type { ConnectionCause } from '../../machines/connection.ts';
import type { WebSocketClientOptions } from '../config/options.ts';
import type { Template } from '../config/template.ts';
import { shownUrl } from '../config/url.ts';
import type { PreparedHandshake } from '../transport/handshake.ts';

/** Values shorter than this are too common to be looked for in texts. */
const SHORTEST = 4;

/** Keeps what was resolved for a handshake out of causes, logs and statuses, also when a peer echoes it. */
export interface Redaction {
  add(value: string): void;
  redact(text: string): string;
  /** Forgets the values of the last attempt. */
  clear(): void;
}

export function createRedaction(): Redaction {
  /** Each with its forms, which take time when it is long. */
  const values = new Map<string, readonly string[]>();
  return {
    add(value) {
      if (value.length >= SHORTEST && !values.has(value)) values.set(value, formsOf(value));
    },
    redact(text) {
      let shown = text;
      // The longest first: a value may be a part of another one.
      for (const [, forms] of [...values].sort(([a], [b]) => b.length - a.length)) {
        for (const form of forms) shown = shown.replaceAll(form, '(hidden)');
      }
      return shown;
    },
    clear() {
      values.clear();
    },
  };
}

/** As it stands in text, a URL and JSON. In UTF-8 half a surrogate pair becomes a sign that a URL can hold. */
function formsOf(value: string): string[] {
  const inUrl = encodeURIComponent(Buffer.from(value).toString());
  const inJson = JSON.stringify(value).slice(1, -1);
  const lower = inUrl.replaceAll(/%../g, (code) => code.toLowerCase());
  return [...new Set([value, inUrl, lower, inJson, inJson.replaceAll(BEYOND_ASCII, escaped)])];
}

const BEYOND_ASCII = /[^ -~]/g;

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A cause as it may be shown. */
export function redactCause({ redact }: Pick<Redaction, 'redact'>, cause: ConnectionCause): ConnectionCause {
  if ('message' in cause) return { ...cause, message: redact(cause.message) };
  if (cause.kind === 'close') return { ...cause, reason: redact(cause.reason) };
  if (cause.kind !== 'status' || cause.location === undefined) return cause;
  return { ...cause, location: redact(shownUrl(cause.location)) };
}

/** Adds what an attempt sends: what stands in the config without a template is as secret as what comes from one. */
export function hideHandshake(
  redaction: Pick<Redaction, 'add'>,
  { request, script, answers }: PreparedHandshake,
  { auth, 'app-heartbeat': pulse }: Pick<WebSocketClientOptions, 'auth' | 'app-heartbeat'>,
): void {
  const url = new URL(request.url);
  for (const value of [...Object.values(request.headers), ...url.searchParams.values()]) {
    redaction.add(value);
    for (const part of credentialParts(value)) redaction.add(part);
  }
  const sent = [...script, ...answers].flatMap(({ send }) => (send ? [literal(send)] : []));
  const texts = [...sent, ...(pulse?.requests ?? [])].flatMap(credentials);
  for (const value of [...keyLines(request.key), auth?.basic?.password ?? '', ...texts]) redaction.add(value);
  hidePassword(redaction, url);
  if (request.proxy !== undefined) hideProxy(redaction, new URL(request.proxy));
}

/** Behind a scheme (`Token abc`), and of each cookie its value. */
function credentialParts(value: string): string[] {
  return [value.replace(/^\S+ +/, ''), ...value.split(';').map((pair) => pair.replace(/^[^=]*=/, '').trim())];
}

/** Line by line too: who quotes a key may cut or escape its line ends. */
function keyLines(key = ''): string[] {
  return [key, ...key.split(/\r?\n/).filter((line) => !line.startsWith('-----'))];
}

/** A user without a password may be a token. */
function hideProxy(redaction: Pick<Redaction, 'add'>, proxy: URL): void {
  const { username, password } = proxy;
  hidePassword(redaction, proxy);
  if (password === '') redaction.add(unescaped(username));
  redaction.add(Buffer.from(`${unescaped(username)}:${unescaped(password)}`).toString('base64'));
}

function hidePassword(redaction: Pick<Redaction, 'add'>, { password }: URL): void {
  redaction.add(password);
  redaction.add(unescaped(password));
}

/** A percent sign that escapes nothing is one. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function literal({ parts }: Template): string {
  return parts.map((part) => (typeof part === 'string' ? part : '')).join('');
}

/** What an application's request carries under a name such as token, secret, key or password. */
export function credentials(request: string): string[] {
  return [...request.matchAll(MEMBER)].flatMap(([, name = '', value = '']) =>
    TELLING.test(name) ? [unquoted(value)] : [],
  );
}

/** The name is judged apart: a peer may have filled the text, and one search for both takes quadratic time. */
const MEMBER = /"([^"]*)"(?=\s*:\s*"((?:[^"\\]|\\.)*)")/g;
const TELLING = /token|secret|key|pass|auth|sign/i;

/** Without the escapes of JSON: they are not in every text that repeats it. */
function unquoted(value: string): string {
  try {
    return String(JSON.parse(`"${value}"`));
  } catch {
    return value;
  }
}
