import type { DialRequest, Loss, SocketEvents, UpgradeRequest } from '../environment.ts';
import type { MemorySocket } from './memory-socket.ts';

/** A connection or an attempt; `server` is there once it is accepted. */
export interface Link {
  readonly address: string;
  readonly client: MemorySocket;
  server?: MemorySocket;
}

/** A dial on its way. */
export interface Attempt {
  readonly link: Link;
  readonly url: URL;
  readonly request: DialRequest;
  readonly events: SocketEvents;
}

/** The address, `host:port`, that a URL means. */
export function addressOf(url: URL): string {
  const secure = url.protocol === 'wss:' || url.protocol === 'https:';
  return `${url.hostname}:${url.port || (secure ? 443 : 80)}`;
}

/** What a listener hears of a dial before it answers. */
export function handshakeOf(url: URL, request: DialRequest): UpgradeRequest {
  const offered = request.subprotocols.join(',');
  return {
    target: `${url.pathname}${url.search}`,
    headers: {
      ...lowerCase(request.headers),
      host: url.host,
      ...(offered === '' ? {} : { 'sec-websocket-protocol': offered }),
    },
    remoteAddress: '127.0.0.1',
  };
}

/** Headers with their names as Node's parser gives them. */
export function lowerCase(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** Losses that a server's answer to the upgrade means, so that TCP was up before. */
export function isAnswer(loss: Loss): boolean {
  return loss.kind === 'status' || loss.kind === 'handshake';
}

/** The connection broke before it was open. */
export function resetLoss(): Loss {
  return { kind: 'network', code: 'ECONNRESET', message: 'socket hang up' };
}
