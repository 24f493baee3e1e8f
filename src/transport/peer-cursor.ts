import type { PeerCursorOptions } from '../config/options.ts';
import type { Handshake } from '../environment.ts';

/** The cursor that a peer comes with: in its header, else in its query. */
export function peerCursor({ headers, target }: Handshake, options: PeerCursorOptions = {}): string | undefined {
  const { 'header-name': name, 'query-parameter': parameter } = options;
  const header = name === undefined ? undefined : headers[name.toLowerCase()];
  if (typeof header === 'string') return header;
  const query = target.indexOf('?');
  if (parameter === undefined || query < 0) return undefined;
  return new URLSearchParams(target.slice(query + 1)).get(parameter) ?? undefined;
}
