import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { LogLine, Running } from '../end-to-end/running.ts';
import { Watch } from '../end-to-end/watch.ts';
import { UPGRADE } from '../transport/raw-peer.ts';

/** Any free port of this machine. */
export const ANY = '127.0.0.1:0';

/** Where a component of a running pipeline listens. */
export function addressOf(running: Running, name: string): { readonly address: string; readonly port: number } {
  const { sources, sinks } = running.pipeline.status;
  const address = [...sources, ...sinks].find((each) => each.name === name)?.endpoint?.address ?? '';
  return { address, port: Number(/:(\d+)(?:\/.*)?$/.exec(address)?.[1]) };
}

/** The head of an upgrade request, with more header lines. */
export function upgradeTo(target: string, ...lines: string[]): string {
  return `${[`GET ${target} HTTP/1.1`, ...UPGRADE.slice(1), ...lines].join('\r\n')}\r\n\r\n`;
}

/** A connection that a test writes to by hand. */
export async function dialRaw(port: number, host = '127.0.0.1'): Promise<Socket> {
  const stream = connect(port, host);
  onTestFinished(() => void stream.destroy());
  stream.on('error', () => {});
  await new Promise((resolve, reject) => stream.once('connect', resolve).once('error', reject));
  return stream;
}

/** Sends `bytes`, and answers with all that came until the other side ended the connection. */
export async function exchange(port: number, bytes: string | Buffer): Promise<string> {
  const stream = await dialRaw(port);
  return new Promise((resolve) => {
    let answer = '';
    stream.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
    });
    stream.on('close', () => resolve(answer));
    stream.write(bytes);
  });
}

/** A logger whose lines can be waited for. */
export class Log {
  readonly lines: LogLine[] = [];
  readonly #watch = new Watch();
  readonly logger = {
    debug: this.#at('debug'),
    info: this.#at('info'),
    warn: this.#at('warn'),
    error: this.#at('error'),
  };

  /** A line of this level has these words. */
  says(level: LogLine['level'], words: string): Promise<void> {
    return this.#watch.until(() => this.lines.some((line) => line.level === level && line.message.includes(words)));
  }

  #at(level: LogLine['level']) {
    return (_: object, message: string): void => {
      this.lines.push({ level, message });
      this.#watch.changed();
    };
  }
}

/** A ws client that writes down what it hears. */
export class Listener {
  readonly socket: WebSocket;
  readonly texts: string[] = [];
  /** The code of its close; undefined while it is up. */
  closed: number | undefined;
  readonly #watch = new Watch();

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => {
      this.texts.push(String(data));
      this.#watch.changed();
    });
    socket.on('close', (code) => {
      this.closed = code;
      this.#watch.changed();
    });
    socket.on('error', () => {});
  }

  until(holds: () => boolean): Promise<void> {
    return this.#watch.until(holds);
  }
}

/** A ws client that is connected until the test has finished. */
export async function join(url: string, options: ConstructorParameters<typeof WebSocket>[2] = {}): Promise<Listener> {
  const socket = new WebSocket(url, options);
  const listener = new Listener(socket);
  onTestFinished(() => socket.terminate());
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return listener;
}
