import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { ClosePayload } from '../transport/close-frame.ts';
import { Arrivals } from './arrivals.ts';
import type { ServerFault } from './server-behaviour.ts';
import type { OpenPart } from './server-part.ts';

/** A text message, or the bytes of a binary one. */
export type ServerMessage = string | Buffer;

/** One connection of a scripted server, also a refused one. */
export interface ScriptedConnection {
  /** From 0, in the order of the upgrade requests. */
  readonly index: number;
  /** Path and query of the upgrade request. */
  readonly target: string;
  /** Headers of the upgrade request; names are lower case. */
  readonly headers: IncomingHttpHeaders;
  /** What it has taken so far, in order; it goes on growing. */
  readonly received: readonly ServerMessage[];
  /**
   * Its next message that no call of this method was given, in the order of the calls. Rejects with a `UsageError`
   * when it takes no further one.
   */
  message(): Promise<ServerMessage>;
  /**
   * Resolves when its TCP connection has ended, with what the client's close frame said, or 1006 where there was none.
   * A connection that has gone silent may not notice before the server's `close()`.
   */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

/** Half of the frame of the text message `never whole`. */
const HALF_A_FRAME = Buffer.concat([Buffer.from([0x81, 11]), Buffer.from('never')]);

/** A connection that plays its part. */
export class PlayedConnection implements ScriptedConnection {
  readonly index: number;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly closed: Promise<ClosePayload>;
  /** Called with each message, and when there will be none any more. */
  heard: (message?: ServerMessage) => void = () => {};
  readonly #socket: Socket;
  readonly #messages = new Arrivals<ServerMessage>();
  #resolveClosed: (end: ClosePayload) => void = () => {};

  constructor(index: number, { url = '/', headers, socket }: IncomingMessage) {
    this.index = index;
    this.target = url;
    this.headers = headers;
    this.#socket = socket;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
  }

  get received(): readonly ServerMessage[] {
    return this.#messages.all;
  }

  /** It may still bring messages. */
  get listens(): boolean {
    return !this.#messages.ended;
  }

  message(): Promise<ServerMessage> {
    return this.#messages.next();
  }

  /** Records nothing any more. `why` ends a sentence. */
  mute(why: string): void {
    if (!this.listens) return;
    this.#messages.end((index) => `connection ${this.index} brings no message ${index + 1}: ${why}`);
    this.heard();
  }

  /** Its upgrade is not accepted; `why` ends a sentence. */
  turnAway(why: string): void {
    this.mute(why);
    // Read, so that it is noticed when the client gives up; Node leaves the other direction open then.
    this.#socket.once('end', () => this.#socket.end()).resume();
    this.#socket.once('close', () => this.#gone(1006, ''));
  }

  /** Plays an open connection; `stream` is what its socket reads and writes. */
  play(socket: WebSocket, stream: Duplex, part: OpenPart): void {
    socket.on('error', () => {});
    socket.on('close', (code, reason) => this.#gone(code, reason.toString()));
    socket.on('ping', (payload) => {
      if (this.listens) socket.pong(payload);
    });
    socket.on('message', (data, binary) => {
      if (!this.listens || !Buffer.isBuffer(data)) return;
      const message = binary ? data : data.toString();
      this.#messages.add(message);
      this.heard(message);
      if (this.received.length === part.after) this.#end(socket, stream, part.end);
    });
    for (const message of part.send) socket.send(message);
    if (part.after === 0) this.#end(socket, stream, part.end);
  }

  #end(socket: WebSocket, stream: Duplex, end: OpenPart['end']): void {
    if (end === undefined) return;
    this.mute(typeof end === 'string' ? ENDS[end] : `it was closed with ${end.code}`);
    if (end === 'go-silent') socket.pause();
    else if (end === 'half-a-frame') stream.end(HALF_A_FRAME);
    // What was sent before is with the system by then.
    else if (end === 'reset') stream.write('', () => this.#socket.resetAndDestroy());
    else if (end.code === 1005) socket.close();
    else socket.close(end.code, end.reason);
  }

  #gone(code: number, reason: string): void {
    this.mute('it has ended');
    this.#resolveClosed({ code, reason });
  }
}

const ENDS: Readonly<Record<ServerFault, string>> = {
  'go-silent': 'it has gone silent',
  'half-a-frame': 'it was ended in the middle of a frame',
  reset: 'it was reset',
};
