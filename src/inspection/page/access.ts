import { timingSafeEqual } from 'node:crypto';

/** What of a request decides whether it is answered. */
export interface RequestParts {
  /** As in the request line: path and query. Nothing in it is decoded, so nothing can be hidden in it. */
  readonly target: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site`, which a browser sends and no script can forge. */
  readonly fetchSite: string | undefined;
  readonly remoteAddress: string | undefined;
}

export interface Door {
  readonly port: number;
  /** Of letters, digits, `-` and `_`. Who has it may look. */
  readonly token: string;
}

export type Verdict = Admitted | Refused;

export interface Admitted {
  readonly admitted: true;
  /** What follows the token: `/feed`; empty where not even a slash does. */
  readonly path: string;
  /** Without its question mark. */
  readonly query: string;
}

export interface Refused {
  readonly admitted: false;
  readonly status: 403 | 404;
  /** What a browser asks for unbidden is no attempt that anybody has to hear of. */
  readonly reason: RefusalReason | undefined;
  /** What the client is told. */
  readonly text: string;
}

export type RefusalReason = 'address' | 'host' | 'token' | 'origin' | 'site';

/**
 * Judges a request that has come to the door. Only this machine is served, only under its own name (a name that was
 * made to lead here, DNS rebinding, is another one), only to who knows the token, and not to the pages of other sites.
 */
export function judge(parts: RequestParts, door: Door): Verdict {
  const host = parts.host?.toLowerCase();
  if (!isLoopback(parts.remoteAddress)) return refused('address', 'only this machine is served\n');
  if (host === undefined || !ownHosts(door.port).includes(host)) return refused('host', hostText(door.port));
  if (!hasToken(parts.target, door.token)) return unknown(parts.target);
  const { origin, fetchSite } = parts;
  if (origin !== undefined && origin.toLowerCase() !== `http://${host}`) return refused('origin', ORIGIN_TEXT);
  if (fetchSite === 'cross-site') return refused('site', SITE_TEXT);
  const [path = '', ...query] = parts.target.slice(1 + door.token.length).split('?');
  return { admitted: true, path, query: query.join('?') };
}

/** Why it was refused, as the end of a sentence in the log. Holds nothing that the client has sent. */
export const REFUSAL_REASONS: Readonly<Record<RefusalReason, string>> = {
  address: 'it came from another machine',
  host: 'its Host header is not ours, as when a foreign name is made to lead to 127.0.0.1',
  token: 'it has no valid token, as a page that is left from an earlier run',
  origin: 'it came from a page of another origin',
  site: 'it came from another site',
};

const ORIGIN_TEXT = 'pages of another origin are not served\n';
const SITE_TEXT = 'a link from another site does not lead here: paste the URL into the address bar\n';

function hostText(port: number): string {
  const hosts = `127.0.0.1:${port} or localhost:${port}`;
  return `the Host header has to be ${hosts}: through a tunnel, use the same port on its other end\n`;
}

function refused(reason: RefusalReason, text: string): Refused {
  return { admitted: false, status: 403, reason, text };
}

/** Tells nothing: what would be there with a token is nobody's business. */
function unknown(target: string): Refused {
  return { admitted: false, status: 404, reason: target === '/favicon.ico' ? undefined : 'token', text: '' };
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(address);
}

/** Browsers leave out the port where it is that of HTTP. */
function ownHosts(port: number): string[] {
  const names = ['127.0.0.1', 'localhost'];
  return [...names.map((name) => `${name}:${port}`), ...(port === 80 ? names : [])];
}

/** In constant time, so that a token cannot be found out letter by letter. */
function hasToken(target: string, token: string): boolean {
  const own = Buffer.from(`/${token}`, 'latin1');
  const said = Buffer.from(target.slice(0, own.length), 'latin1');
  const next = target[own.length];
  return said.length === own.length && timingSafeEqual(said, own) && (next === undefined || '/?'.includes(next));
}
