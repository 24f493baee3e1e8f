import { createHash, timingSafeEqual } from 'node:crypto';
import type { EndpointOptions } from '../config/options.ts';
import type { Scope } from '../config/scope.ts';
import { compileTemplate, resolveTemplate } from '../config/template.ts';
import type { UpgradeRequest } from '../environment.ts';

/** Whether a peer presents what `server.auth` asks for. Throwing and rejecting are refusals. */
export type Gate = (request: UpgradeRequest) => boolean | Promise<boolean>;

/**
 * Credentials are resolved anew for each peer, so that a rotated token holds at once; without `auth` all pass. One that
 * cannot be resolved lets nobody in, and the others still do; who then passes with none is refused with its error.
 */
export function createGate(auth: EndpointOptions['auth'], scope: Scope): Gate {
  if (auth === undefined) return () => true;
  if (typeof auth === 'function') return auth;
  const bearers = (auth['bearer-tokens'] ?? []).map((token) => {
    const fill = filling(token, scope);
    return async () => `Bearer ${await fill()}`;
  });
  const basics = (auth.basic ?? []).map(({ username, password }) => {
    const [name, word] = [filling(username, scope), filling(password, scope)];
    return async () => basicHeader(await name(), await word());
  });
  return async ({ headers }) => {
    const given = headers.authorization;
    if (typeof given !== 'string') return false;
    const accepted = await Promise.allSettled([...bearers, ...basics].map((header) => header()));
    // All are compared, so that the time tells nothing of which one was near.
    const same = accepted.map((each) => each.status === 'fulfilled' && isSame(each.value, normalised(given)));
    const unresolved = accepted.find((each) => each.status === 'rejected');
    if (unresolved && !same.includes(true)) throw unresolved.reason;
    return same.includes(true);
  };
}

/** A request without an origin does not come from a browser's page. `allowed`: in lower case; undefined: any. */
export function allowsOrigin({ headers }: UpgradeRequest, allowed: readonly string[] | undefined): boolean {
  const origin = headers.origin ?? headers['sec-websocket-origin'];
  if (allowed === undefined || origin === undefined) return true;
  return typeof origin === 'string' && allowed.includes(origin.toLowerCase());
}

/** What a refused peer is told to present; each scheme names a realm (RFC 6750, section 3; RFC 7617, section 2). */
export function challenge(auth: EndpointOptions['auth']): string {
  const schemes: string[] = [];
  if (typeof auth !== 'object' || auth['bearer-tokens']) schemes.push('Bearer');
  if (typeof auth === 'object' && auth.basic) schemes.push('Basic');
  return schemes.map((scheme) => `${scheme} realm="peers"`).join(', ');
}

function filling(text: string, scope: Scope): () => Promise<string> {
  const template = compileTemplate(text, { event: false });
  return () => resolveTemplate(template, scope);
}

function basicHeader(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** The name of a scheme is case-insensitive (RFC 9110, section 11.1). */
function normalised(header: string): string {
  return header.replace(
    /^(bearer|basic) +/i,
    (_, scheme: string) => `${scheme[0]?.toUpperCase()}${scheme.slice(1).toLowerCase()} `,
  );
}

/** In constant time: digests have one length whatever was given. */
function isSame(left: string, right: string): boolean {
  return timingSafeEqual(digest(left), digest(right));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
