import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../../environment.ts';
import { messageOf } from '../../errors.ts';
import { type Admitted, type Door, judge, type RequestParts } from './access.ts';
import { PAGE_POLICY } from './assets.ts';
import type { PageContent } from './content.ts';
import type { RefusalLog } from './refusal-log.ts';
import { answerText } from './routes.ts';

export interface PageRequestsOptions {
  readonly door: Door;
  readonly content: PageContent;
  readonly log: RefusalLog;
  readonly logger: Pick<Logger, 'warn'>;
}

/** Bytes of a request's body that are let in; nobody looks at them. */
const BODY = 1024;

/** Of every answer; a file of the page may bring a policy of its own. */
const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': PAGE_POLICY,
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

/** Judges each request and answers it. */
export class PageRequests {
  readonly #options: PageRequestsOptions;

  constructor(options: PageRequestsOptions) {
    this.#options = options;
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    // Whoever leaves while it is answered is no fault of ours.
    response.on('error', () => {});
    const verdict = judge(partsOf(request), this.#options.door);
    if (verdict.admitted) {
      this.#boundBody(request);
      void this.#answerAdmitted(verdict, request, response);
      return;
    }
    if (verdict.reason !== undefined) this.#options.log.note(verdict.reason);
    response.setHeader('connection', 'close');
    answerText(response, verdict.status, verdict.text);
  }

  async #answerAdmitted(verdict: Admitted, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { door, content } = this.#options;
    const route = content.routes.get(verdict.path);
    if (Number(request.headers['content-length'] ?? 0) > BODY) this.#refuseBody(response);
    else if (verdict.path === '') response.writeHead(308, { location: `/${door.token}/`, 'content-length': 0 }).end();
    else if (route === undefined) answerText(response, 404, 'there is no such file\n');
    else if (!route.methods.includes(request.method ?? '')) {
      response.setHeader('allow', route.methods.join(', '));
      answerText(response, 405, `${route.methods.join(' or ')} only\n`);
    } else {
      try {
        await route.answer({ request, response, query: new URLSearchParams(verdict.query) });
      } catch (error) {
        this.#failed(error, verdict.path, response);
      }
    }
  }

  #failed(error: unknown, path: string, response: ServerResponse): void {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE') return;
    this.#options.logger.warn({ path, err: error }, `inspector: ${path} cannot be answered`);
    if (response.headersSent) response.destroy();
    else answerText(response, 500, `${path} cannot be answered: ${messageOf(error)}\n`);
  }

  #refuseBody(response: ServerResponse): void {
    this.#options.log.note('body');
    response.setHeader('connection', 'close');
    answerText(response, 413, `the body is larger than ${BODY} bytes, and nobody would look at it\n`);
  }

  /** A length that is not said beforehand is found out as it comes. */
  #boundBody(request: IncomingMessage): void {
    let read = 0;
    const count = (chunk: Buffer) => {
      read += chunk.length;
      if (read <= BODY) return;
      request.off('data', count);
      this.#options.log.note('body');
      request.socket.destroy();
    };
    request.on('data', count);
  }
}

function partsOf({ url, headers, headersDistinct, socket }: IncomingMessage): RequestParts {
  return {
    target: url ?? '',
    // Node keeps the first of several, and another program on the way may keep the last.
    host: headersDistinct.host?.join(),
    origin: headers.origin,
    fetchSite: headersDistinct['sec-fetch-site']?.join(),
    remoteAddress: socket.remoteAddress,
  };
}
