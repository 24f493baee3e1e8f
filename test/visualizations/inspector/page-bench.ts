import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PAGE_POLICY, pageAssets } from '../../../src/inspection/page/assets.ts';
import type { WireEvent } from '../../../src/inspection/wire.ts';
import { portOf } from '../../transport/raw-peer.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const run = promisify(execFile);

/** The page, made from its sources: what is tested is never an older build. */
export class BuiltPage {
  readonly root: string;

  static async build(): Promise<BuiltPage> {
    const root = await mkdtemp(join(tmpdir(), 'hawser-page-'));
    const compiler = join(ROOT, 'node_modules/.bin/tsc');
    await run(compiler, ['--project', join(ROOT, 'visualizations/inspector'), '--outDir', join(root, 'dist')]);
    await symlink(join(ROOT, 'visualizations'), join(root, 'visualizations'));
    return new BuiltPage(root);
  }

  constructor(root: string) {
    this.root = root;
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true });
  }
}

export interface PageBenchOptions {
  /** What a newcomer to the feed is told. */
  readonly backlog?: () => readonly WireEvent[];
  /** The text of a recording, to be played instead. */
  readonly recording?: string;
  readonly control?: boolean;
  /** All feeds are taken by other pages. */
  readonly full?: boolean;
  /** Status of the answer to what is posted. Default 204. */
  readonly answer?: number;
}

/** Serves the page as hawser does, with a feed that tests tell. */
export class PageBench {
  /** What was posted: `reconnect?component=ticks%2Fexchange`. */
  readonly asked: string[] = [];
  readonly #assets: ReturnType<typeof pageAssets>;
  readonly #options: PageBenchOptions;
  readonly #server: Server;
  readonly #feeds = new Set<ServerResponse>();

  static async open({ root }: Pick<BuiltPage, 'root'>, options: PageBenchOptions): Promise<PageBench> {
    const bench = new PageBench(root, options);
    await new Promise<void>((resolve) => bench.#server.listen(0, '127.0.0.1', resolve));
    return bench;
  }

  constructor(root: string, options: PageBenchOptions) {
    this.#assets = pageAssets(root);
    this.#options = options;
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  get url(): string {
    return `http://127.0.0.1:${portOf(this.#server)}/`;
  }

  /** To all pages that are open. */
  tell(events: readonly WireEvent[]): void {
    for (const feed of this.#feeds) feed.write(told('events', events));
  }

  /** The supervisor has stopped. */
  end(): void {
    for (const feed of this.#feeds) feed.end('event: end\ndata: \n\n');
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer({ url = '', method }: IncomingMessage, response: ServerResponse): void {
    const { recording, control = false, answer = 204, backlog = () => [] } = this.#options;
    response.setHeader('content-security-policy', PAGE_POLICY);
    if (method === 'POST') {
      this.asked.push(url.slice(1));
      response.writeHead(answer).end();
    } else if (url === '/session') {
      const mode = recording === undefined ? 'live' : 'playback';
      response.end(JSON.stringify({ mode, control, version: '0.1.0', title: 'bench' }));
    } else if (url === '/recording') response.end(recording);
    else if (url === '/feed' && this.#options.full) response.writeHead(503).end();
    else if (url === '/feed') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(told('reset', backlog()));
      this.#feeds.add(response);
      response.on('close', () => this.#feeds.delete(response));
    } else this.#serve(url, response);
  }

  #serve(url: string, response: ServerResponse): void {
    const asset = this.#assets.get(url);
    if (!asset) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': asset.contentType });
    createReadStream(asset.path).pipe(response);
  }
}

function told(name: 'reset' | 'events', events: readonly WireEvent[]): string {
  return `event: ${name}\ndata: ${JSON.stringify(events)}\n\n`;
}
