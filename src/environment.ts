import type { Readable, Writable } from 'node:stream';

/**
 * Everything that hawser takes from the outside world, as one object. Nothing else reads a clock, chance, the
 * network or the disk, so a test that swaps this object controls all of them.
 */
export interface Environment {
  readonly clock: Clock;
  /** Wall clock, in milliseconds since the epoch. Written down (timestamps), never waited on or compared. */
  readonly now: () => number;
  /** A number in [0, 1): jitter, nothing secret. */
  readonly random: () => number;
  readonly dial: Dial;
  readonly listen: Listen;
  readonly files: Files;
  readonly openStore: OpenStore;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdio: Stdio;
  readonly logger: Logger;
}

/** Monotonic time and timers. Delays are milliseconds; one above 2^31 − 1 is cut to that. */
export interface Clock {
  /** Milliseconds from an arbitrary origin; never jumps with the wall clock. */
  now(): number;
  setTimeout(run: () => void, delay: number): unknown;
  clearTimeout(timer: unknown): void;
}

export interface Files {
  readText(path: string): Promise<string>;
  readBytes(path: string): Promise<Buffer>;
  /** A stream over the file's bytes. Errors arrive as the stream's `error` event. */
  read(path: string): Readable;
  /** A stream that appends to the file, which is created when missing. */
  append(path: string): Writable;
  /** Puts `text` in the place of the file, at once and durably: a crash leaves the old text or the new one. */
  replace(path: string, text: string): Promise<void>;
  /** Names of what is in a folder; none when there is no such folder. */
  list(path: string): Promise<string[]>;
  /** Opens a small file that is overwritten in place, created when missing. */
  overwrite(path: string): Promise<OverwrittenFile>;
  /**
   * Keeps a path for this process alone, until the answer is called or the process dies. Rejects with a `StateError`
   * that names the holder when somebody keeps it already, this process included.
   */
  lock(path: string): Promise<() => Promise<void>>;
}

/**
 * A file of a few bytes that changes often. What was written survives the death of the process; after the death of the
 * system it holds that, something earlier, or a mixture of both.
 */
export interface OverwrittenFile {
  /** Puts `text` in the place of what is there; always of the same length. One write at a time. */
  write(text: string): Promise<void>;
  close(): Promise<void>;
}

/** An ordered store of keys and values in a folder of its own. */
export interface Store {
  /**
   * Entries in the order of their keys, from the first key that is not below `from`, up to the last one below `to`:
   * as many as together have `bytes` bytes of values, one at least.
   */
  read(from: string, to: string, bytes: number): Promise<StoreEntry[]>;
  /**
   * All of it or nothing, in the order of calls. What was written survives the death of the process, with `sync` that
   * of the system.
   */
  write(changes: readonly StoreChange[], sync: boolean): Promise<void>;
  close(): Promise<void>;
}

export interface StoreEntry {
  readonly key: string;
  readonly value: Buffer;
}

/** Without a value the key is removed. */
export interface StoreChange {
  readonly key: string;
  readonly value?: Buffer;
}

/**
 * Opens the store in a folder; `create` makes a missing one. Rejects with a `StateError` that says what is wrong with
 * it: it is missing, is open elsewhere, or is not whole.
 */
export type OpenStore = (folder: string, options: { readonly create: boolean }) => Promise<Store>;

export interface Stdio {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** The part of a pino logger that hawser uses: structured fields first, then the sentence. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** One WebSocket data frame, whole: fragments are joined below this level. */
export interface Frame {
  /** Received: always a Buffer. It may be a view of a larger read, so copy it when it outlives the turn alone. */
  readonly data: Buffer | string;
  readonly binary: boolean;
}

/** Text frames with their payloads side by side in one piece of memory: what is passed on without being looked at. */
export interface PackedFrames {
  readonly memory: Buffer;
  /** Where each payload ends, and before that where the first one starts. */
  readonly ends: Uint32Array;
}

/** Frames as they go over the wire, without masks: made once for any number of accepted sockets. */
export interface EncodedFrames {
  /** Whole frames. It is shared: nobody may change it or use it again. */
  readonly encoded: Buffer;
}

export interface ReceivedFrame extends Frame {
  readonly data: Buffer;
}

/** A WebSocket connection, seen as frames. Both the real network and the in-memory one provide it. */
export interface FrameSocket {
  /** Bytes handed to `write` and `ping` that the operating system has not taken yet. */
  readonly queuedBytes: number;
  /** Bytes that the operating system has taken, since the socket opened. Grows while a slow peer still reads. */
  readonly takenBytes: number;
  /**
   * Queues frames; all that is queued within one turn leaves in one write. `taken` runs when the system took them.
   * Encoded frames are for accepted sockets: a dialled one, which must mask its frames, throws a TypeError.
   */
  write(frames: readonly Frame[] | PackedFrames | EncodedFrames, taken?: () => void): void;
  /**
   * Queues a ping behind what is queued already. `taken` as for `write`. A payload above 125 bytes (RFC 6455, section
   * 5.5) throws a RangeError.
   */
  ping(payload: string, taken?: () => void): void;
  /** Stops reading: no frames and no pongs arrive, pings are not answered. What this turn had read still arrives. */
  pause(): void;
  resume(): void;
  /**
   * Starts the close handshake behind what is queued. `lost` follows when the peer has answered, which a paused socket
   * does not read; there is no timeout at this level. A code that may not be sent (1005) sends a frame without one.
   */
  close(code: number, reason: string): void;
  /** Ends the connection at once. No event follows, `lost` neither. */
  terminate(): void;
}

/** What a frame socket tells its owner. `lost` comes at most once and is the last; nothing follows `terminate()`. */
export interface SocketEvents {
  /** TCP, and TLS where asked for, are up; the upgrade request is on its way. Dialled sockets only. */
  connected(): void;
  /** The upgrade is done. Accepted sockets are open already and do not tell. */
  open(protocol: string): void;
  /** All frames of one read turn, in order. */
  frames(frames: readonly ReceivedFrame[]): void;
  pong(payload: string): void;
  /** `queuedBytes` was above `DRAIN_MARK` and is below it again. */
  drained(): void;
  lost(loss: Loss): void;
}

/** A frame socket's queue asks its owner to wait above this many bytes. */
export const DRAIN_MARK = 1024 * 1024;

/** Why a connection ended or an attempt failed. Plain JSON; holds no secret. */
export type Loss =
  /** The peer closed. 1005: a close frame without a code. 1006: the stream ended without a close frame. */
  | { readonly kind: 'close'; readonly code: number; readonly reason: string }
  /** The upgrade was answered by something other than 101. `retryAfter` in milliseconds. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: number; readonly location?: string }
  /**
   * TCP or DNS; `code` as Node names it (ECONNREFUSED, ENOTFOUND, ECONNRESET). Of a proxy, which the message then names,
   * also PROXY_407 and the like for what it answered, and PROXY_ANSWER for no answer in HTTP.
   */
  | { readonly kind: 'network'; readonly code: string; readonly message: string }
  /** The peer's certificate was refused; `code` as Node names it (CERT_HAS_EXPIRED). */
  | { readonly kind: 'tls'; readonly code: string; readonly message: string }
  /** The peer broke RFC 6455 and we closed: 1002 protocol, 1007 invalid UTF-8, 1009 too big. */
  | { readonly kind: 'violation'; readonly code: 1002 | 1007 | 1009; readonly message: string }
  /** The request could not even be made: a header's value is not legal, or a key is none, say. */
  | { readonly kind: 'request'; readonly message: string }
  /** The server's choice of subprotocol, or its upgrade answer, is not one that we may accept. */
  | { readonly kind: 'handshake'; readonly message: string };

/** What a close frame of ours says. */
export interface Farewell {
  readonly code: number;
  readonly reason: string;
}

export interface DialRequest {
  /** ws:// or wss:// with the query string complete. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly subprotocols: readonly string[];
  /** PEM text of the certificates to trust instead of the system's roots. */
  readonly certificateAuthority?: string;
  /** PEM text that this side presents; always with `key`. */
  readonly certificate?: string;
  readonly key?: string;
  /** Takes any certificate of the peer. */
  readonly insecure?: boolean;
  /** An http:// or https:// proxy that is asked to CONNECT; may hold a user and a password. */
  readonly proxy?: string;
  /** Largest message accepted, in bytes; a larger one is a 1009 violation. */
  readonly maxPayload: number;
}

/** Starts to open a connection. Never throws for what the network does: that is `lost`. */
export type Dial = (request: DialRequest, events: SocketEvents) => FrameSocket;

export interface Handshake {
  /** Path and query as the peer sent them. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The subprotocol that was chosen, or ''. */
  readonly protocol: string;
  readonly remoteAddress: string;
}

export interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What an upgrade is accepted with, instead of what the listener's request says. */
export interface Terms {
  readonly subprotocols?: readonly string[];
  readonly maxPayload?: number;
}

/** PEM texts. */
export interface ServerCertificate {
  readonly certificate: string;
  readonly key: string;
}

export interface ListenRequest {
  readonly host: string;
  /** 0: any free port; the real one is in the listener's address. */
  readonly port: number;
  /** Spoken by this side; the first of the peer's offers that stands here is chosen. None: none. */
  readonly subprotocols?: readonly string[];
  readonly maxPayload: number;
  /** Serves wss. */
  readonly tls?: ServerCertificate;
  /**
   * Asked before the upgrade; a refusal is answered with its status, throwing and rejecting with 500, and no answer
   * within the time of a handshake with 503. Who is admitted may be gone before it is accepted.
   */
  readonly admit?: (handshake: UpgradeRequest) => Admission | Promise<Admission>;
}

/** What a peer asks for, before it is answered. */
export type UpgradeRequest = Omit<Handshake, 'protocol'>;

export type Admission = Refusal | Terms | undefined;

export interface Listener {
  readonly host: string;
  readonly port: number;
  /** Connections that were ended at once, because too many others had not got through their handshake yet. */
  readonly refusedConnections: number;
  /**
   * What peers that connect from now on are shown. Only with `tls`. Throws a `NetworkError` for what cannot be used,
   * and goes on with the last one.
   */
  renew(tls: ServerCertificate): void;
  /** Stops accepting and ends what is still connected. */
  close(): Promise<void>;
}

/** Called once per accepted peer; answers with who hears of it. */
export type Accept = (socket: FrameSocket, handshake: Handshake) => SocketEvents;

/** Binds and listens. Rejects with a `NetworkError` that names the address, when it is taken or its `tls` is no good. */
export type Listen = (request: ListenRequest, accept: Accept) => Promise<Listener>;
