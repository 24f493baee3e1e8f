import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Observable, Subject } from 'rxjs';
import { afterEach } from 'vitest';
import type { FeedSource } from '../../../src/inspection/page/feeds.ts';
import {
  openPageServerWithin,
  PAGE_SERVER_LIMITS,
  type PageServer,
  type PageServerLimits,
  type PageServerOptions,
} from '../../../src/inspection/page/server.ts';
import { WIRE_VERSION, type WireEvent } from '../../../src/inspection/wire.ts';
import { Watch } from '../../end-to-end/watch.ts';

const servers: PageServer[] = [];
const streams: Socket[] = [];
afterEach(async () => {
  for (const stream of streams.splice(0)) stream.destroy();
  for (const server of servers.splice(0)) await server.close();
});

/** A recorder that tells what the test says. */
export class TestRecorder implements FeedSource {
  readonly #kept: WireEvent[] = [];
  readonly #told = new Subject<WireEvent>();
  readonly #followers = new Watch();
  #following = 0;

  readonly events$ = new Observable<WireEvent>((subscriber) => {
    this.#following += 1;
    this.#followers.changed();
    subscriber.add(this.#told.subscribe(subscriber));
    return () => {
      this.#following -= 1;
      this.#followers.changed();
    };
  });

  /** Done before it gives its backlog. */
  look = () => {};

  backlog(): WireEvent[] {
    this.look();
    return [...this.#kept];
  }

  /** So many more events, each of this size or a little more. */
  tell(count = 1, size = 0): void {
    for (let told = 0; told < count; told += 1) {
      const event = wireEvent(this.#kept.length + 1, size);
      this.#kept.push(event);
      this.#told.next(event);
    }
  }

  close(): void {
    this.#told.complete();
  }

  isFollowed(): Promise<void> {
    return this.#followers.until(() => this.#following > 0);
  }

  isLeft(): Promise<void> {
    return this.#followers.until(() => this.#following === 0);
  }
}

export function wireEvent(id: number, size = 0): WireEvent {
  const reason = 'x'.repeat(size);
  return {
    type: '@hawser.gap',
    id: String(id),
    createdAt: String(1_000 + id),
    _version: WIRE_VERSION,
    events: 1,
    reason,
  };
}

export interface Page {
  readonly server: PageServer;
  readonly recorder: TestRecorder;
  readonly port: number;
  readonly token: string;
  /** Sentences that were logged. */
  readonly warnings: string[];
}

export async function openPage(
  options: Partial<PageServerOptions> = {},
  limits: Partial<PageServerLimits> = {},
  root?: string,
): Promise<Page> {
  const recorder = new TestRecorder();
  const warnings: string[] = [];
  const logger = { warn: (fields: object, sentence: string) => warnings.push(`${JSON.stringify(fields)} ${sentence}`) };
  const all = { port: 0, recorder, logger, ...options };
  const server = await openPageServerWithin({ ...PAGE_SERVER_LIMITS, ...limits }, all, root);
  servers.push(server);
  const { port, pathname } = new URL(server.url);
  return { server, recorder, port: Number(port), token: pathname.slice(1, -1), warnings };
}

export interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly localAddress?: string;
}

/** One request on a connection of its own, its path as it is written. */
export function ask(port: number, path: string, { body, ...options }: Ask = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, agent: false, ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode, headers } = response;
        resolve({ status: statusCode, headers, body: Buffer.concat(chunks).toString() });
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** A connection that sends bytes by hand. */
export async function openStream(port: number, text = ''): Promise<Socket> {
  const stream = connect(port, '127.0.0.1');
  streams.push(stream);
  stream.on('error', () => {});
  await new Promise((resolve) => stream.once('connect', resolve));
  stream.write(text);
  return stream;
}

/** All that comes until the connection ends. */
export async function textUntilEnd(stream: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk)).resume();
  await new Promise((resolve) => stream.once('close', resolve));
  return Buffer.concat(chunks).toString();
}
