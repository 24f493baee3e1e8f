import { execFileSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { type Browser, chromium, type Page } from 'playwright-core';
import { portOf } from '../transport/raw-peer.ts';
import { Watch } from './watch.ts';

/** What the page does. `tell` is ours; what it is told comes in order. */
const PAGE = `<!doctype html><title>peer</title><script>
  const sockets = [];
  const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
  function connect(url) {
    const index = sockets.length;
    const socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => tell(index, 'open', '');
    socket.onclose = ({ code }) => tell(index, 'close', String(code));
    socket.onmessage = ({ data }) =>
      typeof data === 'string' ? tell(index, 'text', data) : tell(index, 'binary', base64(data));
    sockets.push(socket);
  }
  function sendBytes(index, base64) {
    sockets[index].send(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)));
  }
</script>`;

/** Debian's, without a window. */
export function launchChromium(): Promise<Browser> {
  const executablePath = execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim();
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
}

/** A WebSocket of the page. */
export class PageSocket {
  /** Text as text, binary messages as bytes. */
  readonly received: (string | Buffer)[] = [];
  closeCode: number | undefined;
  readonly #page: Page;
  readonly #index: number;
  readonly #watch = new Watch();
  #open = false;

  constructor(page: Page, index: number) {
    this.#page = page;
    this.#index = index;
  }

  hear(what: string, data: string): void {
    if (what === 'open') this.#open = true;
    else if (what === 'close') this.closeCode = Number(data);
    else this.received.push(what === 'text' ? data : Buffer.from(data, 'base64'));
    this.#watch.changed();
  }

  /** @throws Error when it is closed instead. */
  async opens(): Promise<void> {
    await this.#watch.until(() => this.#open || this.closeCode !== undefined);
    if (!this.#open) throw new Error(`closed with ${this.closeCode}`);
  }

  receives(count: number): Promise<void> {
    return this.#watch.until(() => this.received.length >= count);
  }

  async closes(): Promise<number | undefined> {
    await this.#watch.until(() => this.closeCode !== undefined);
    return this.closeCode;
  }

  async send(...messages: (string | Buffer)[]): Promise<void> {
    const calls = messages.map((message) =>
      typeof message === 'string'
        ? `sockets[${this.#index}].send(${JSON.stringify(message)})`
        : `sendBytes(${this.#index}, '${message.toString('base64')}')`,
    );
    await this.#page.evaluate(calls.join(';'));
  }
}

/** Headless Chromium with one page, of a server on the loopback: so the page has an origin. */
export class BrowserPage {
  readonly origin: string;
  readonly #browser: Browser;
  readonly #page: Page;
  readonly #server: Server;
  readonly #sockets: PageSocket[] = [];

  static async start(): Promise<BrowserPage> {
    const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(PAGE));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const browser = await launchChromium();
    const started = new BrowserPage(browser, await browser.newPage(), server);
    await started.#load();
    return started;
  }

  constructor(browser: Browser, page: Page, server: Server) {
    this.#browser = browser;
    this.#page = page;
    this.#server = server;
    this.origin = `http://127.0.0.1:${portOf(server)}`;
  }

  async connect(url: string): Promise<PageSocket> {
    const socket = new PageSocket(this.#page, this.#sockets.length);
    this.#sockets.push(socket);
    await this.#page.evaluate(`connect(${JSON.stringify(url)})`);
    return socket;
  }

  /** The same, once it is open. */
  async open(url: string): Promise<PageSocket> {
    const socket = await this.connect(url);
    await socket.opens();
    return socket;
  }

  async close(): Promise<void> {
    await this.#browser.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #load(): Promise<void> {
    await this.#page.exposeFunction('tell', (index: number, what: string, data: string) =>
      this.#sockets[index]?.hear(what, data),
    );
    await this.#page.goto(this.origin);
  }
}
