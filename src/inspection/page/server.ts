import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { Logger } from '../../environment.ts';
import { packageRoot } from '../../package.ts';
import { type PageSubject, pageContent } from './content.ts';
import type { FeedLimits } from './feeds.ts';
import { closeWithin, listenOnLoopback } from './http.ts';
import { type RefusalCounts, RefusalLog } from './refusal-log.ts';
import { PageRequests } from './requests.ts';

export type { Control } from './control.ts';

export interface PageServerOptions extends PageSubject {
  /** On 127.0.0.1; 0: any free one. */
  readonly port: number;
  readonly logger: Pick<Logger, 'warn'>;
}

export interface PageServer {
  /** `http://127.0.0.1:41234/<token>/`. Who has it may look, and ask for what the control gives. */
  readonly url: string;
  /** What was refused or cut off so far. */
  readonly counts: RefusalCounts;
  /** Tells the pages that nothing more will come; takes a second where one of them does not read that. */
  close(): Promise<void>;
}

export interface PageServerLimits extends FeedLimits {
  readonly connections: number;
  /** Milliseconds for a whole request. */
  readonly request: number;
  /** Milliseconds that pages are given for what they have not read when the server closes. */
  readonly closing: number;
}

export const PAGE_SERVER_LIMITS: PageServerLimits = {
  feeds: 8,
  unsent: 8 * 1024 * 1024,
  gathering: 100,
  gathered: 1000,
  heartbeat: 15_000,
  connections: 64,
  request: 5000,
  closing: 1000,
};

/** Milliseconds that a connection stays open for another request. */
const KEEP_ALIVE = 2000;

/**
 * Serves the inspector's page on 127.0.0.1, under a token that is made anew each time.
 * @throws NetworkError when the port cannot be listened on, UsageError when the recording cannot be played.
 */
export function openPageServer(options: PageServerOptions): Promise<PageServer> {
  return openPageServerWithin(PAGE_SERVER_LIMITS, options);
}

/** The same with other limits, and the files of the package in another directory. */
export async function openPageServerWithin(
  limits: PageServerLimits,
  options: PageServerOptions,
  root: string = packageRoot(),
): Promise<PageServer> {
  const log = new RefusalLog(options.logger);
  const content = await pageContent({ subject: options, limits, log, root });
  const server = createHttp(limits);
  server.on('drop', () => log.note('connections'));
  const port = await listenOnLoopback(server, options.port);
  const door = { port, token: randomBytes(18).toString('base64url') };
  const requests = new PageRequests({ door, content, log, logger: options.logger });
  server.on('request', (request, response) => requests.answer(request, response));
  let closed: Promise<void> | undefined;
  return {
    url: `http://127.0.0.1:${port}/${door.token}/`,
    get counts() {
      return log.counts;
    },
    close: () => {
      content.feeds?.close();
      closed ??= closeWithin(server, limits.closing);
      return closed;
    },
  };
}

function createHttp({ connections, request }: PageServerLimits): Server {
  const server = createServer({
    headersTimeout: request,
    requestTimeout: request,
    connectionsCheckingInterval: request / 5,
    keepAliveTimeout: KEEP_ALIVE,
  });
  server.maxConnections = connections;
  return server;
}
