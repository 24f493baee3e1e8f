import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { type Asset, assetsFault, pageAssets } from './assets.ts';
import type { PageFeeds } from './feeds.ts';
import type { RefusalLog } from './refusal-log.ts';

/** A request that was admitted, and its answer. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
}

export interface Route {
  readonly methods: readonly string[];
  answer(exchange: Exchange): void | Promise<void>;
}

/** By what follows the token: `/session`. */
export type Routes = ReadonlyMap<string, Route>;

/** What is told of the page's server to the page, as `session`. */
export interface Session {
  readonly mode: 'live' | 'playback';
  /** Whether the page may ask for reconnects and for the stop. */
  readonly control: boolean;
  /** Of hawser. */
  readonly version: string;
  /** What is looked at, in a few words. */
  readonly title: string;
  /** Playback only: when the first event of the recording was told, ISO 8601. */
  readonly recordedFrom?: string;
}

/** The files of the page, of the package in this directory. */
export function assetRoutes(root: string): Routes {
  const routes = new Map([...pageAssets(root)].map(([path, asset]) => [path, assetRoute(asset)]));
  const fault = assetsFault(root);
  if (fault !== undefined)
    routes.set(
      '/',
      get(({ response }) => answerText(response, 500, fault)),
    );
  return routes;
}

export function sessionRoute(session: Session): Route {
  return get(({ response }) => answerWith(response, 'application/json', Buffer.from(JSON.stringify(session))));
}

export function feedRoute(feeds: PageFeeds, log: RefusalLog): Route {
  return get(({ request, response }) => {
    if (request.method === 'HEAD') response.writeHead(200, { 'content-type': 'text/event-stream' }).end();
    else if (!feeds.full) feeds.open(response);
    else {
      log.note('feeds');
      answerText(response, 503, 'as many pages are open as may be: close one of them, then load this one again\n');
    }
  });
}

/** The text of a recording, as long as it is now: it may still be written. */
export function recordingRoute(path: string): Route {
  return get(async ({ request, response }) => {
    const { size } = await stat(path);
    response.writeHead(200, { 'content-type': 'application/x-ndjson; charset=utf-8', 'content-length': size });
    if (request.method === 'HEAD' || size === 0) response.end();
    else await pipeline(createReadStream(path, { end: size - 1 }), response);
  });
}

export function post(answer: Route['answer']): Route {
  return { methods: ['POST'], answer };
}

/** `text` ends with a line break, or is empty. */
export function answerText(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  answerWith(response, 'text/plain; charset=utf-8', Buffer.from(text));
}

function get(answer: Route['answer']): Route {
  return { methods: ['GET', 'HEAD'], answer };
}

function assetRoute({ path, contentType, policy }: Asset): Route {
  return get(async ({ response }) => {
    const bytes = await readFile(path);
    response.setHeader('content-security-policy', policy);
    answerWith(response, contentType, bytes);
  });
}

/** Node leaves out the body where HEAD was asked. */
function answerWith(response: ServerResponse, contentType: string, body: Buffer): void {
  response.setHeader('content-type', contentType);
  response.setHeader('content-length', body.length);
  response.end(body);
}
