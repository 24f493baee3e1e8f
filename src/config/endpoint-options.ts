import type { z } from 'zod';
import type { Authenticate, server } from './server.ts';
import type { outputSink } from './web-socket.ts';

/** One bound address, with all paths served on it. */
export interface ListenerOptions {
  /** As written: `127.0.0.1:8080`, `[::1]:0`. */
  readonly bind: string;
  /** Without brackets. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Paths of PEM files. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  readonly endpoints: readonly EndpointOptions[];
}

/** What is served on one path of a listener; several components may use it. */
export interface EndpointOptions {
  /** Bind and path, as `127.0.0.1:8080/feed`; the bind alone when any path is served. */
  readonly id: string;
  /** Undefined: any path that no other endpoint of the listener has. */
  readonly path?: string | undefined;
  /** Undefined: no limit. */
  readonly 'max-connections'?: number | undefined;
  /** Milliseconds. Undefined: none. */
  readonly 'idle-timeout'?: number | undefined;
  /** In lower case. Undefined: any. */
  readonly 'allowed-origins'?: readonly string[] | undefined;
  /** Messages queued for each peer. */
  readonly 'send-buffer-capacity': number;
  /** Bytes queued for each peer. */
  readonly 'send-buffer-bytes': number;
  readonly 'slow-peer': 'disconnect' | 'drop-oldest' | 'drop-newest' | 'conflate';
  /** JSON pointer; there with `conflate` only. */
  readonly 'conflate-by'?: string | undefined;
  readonly auth?: PeerAuth | Authenticate | undefined;
  readonly subprotocols: readonly string[];
  /** Bytes. */
  readonly 'max-payload': number;
  /** Of the peers' side. */
  readonly heartbeat: HeartbeatOptions | false;
  /** Milliseconds. */
  readonly 'close-timeout': number;
  readonly cursor?: PeerCursorOptions | undefined;
  readonly replay?: ReplayOptions | undefined;
}

/** Handshake templates of what a peer may present; any one of them is enough. */
export type PeerAuth = Exclude<NonNullable<z.output<ReturnType<typeof server>>['auth']>, Authenticate>;
export type HeartbeatOptions = Exclude<z.output<typeof outputSink>['heartbeat'], false>;
/** Where a peer gives its cursor, and what the cursor of an event is. */
export type PeerCursorOptions = NonNullable<z.output<typeof outputSink>['cursor']>;
export type ReplayOptions = NonNullable<z.output<typeof outputSink>['replay']>;
