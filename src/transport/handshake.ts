import { headerValueFault } from '../config/handshake.ts';
import type { Answer, Condition, Step, WebSocketClientOptions } from '../config/options.ts';
import type { Scope } from '../config/scope.ts';
import {
  compileAnswer,
  compileRequest,
  compileTemplate,
  type OpenKinds,
  prefillTemplate,
  resolveTemplate,
  type Template,
} from '../config/template.ts';
import { webSocketUrl } from '../config/url.ts';
import type { DialRequest } from '../environment.ts';
import { describeFileFault } from '../errors.ts';
import { environmentProxy, proxyUrl } from './proxy.ts';

/** What one attempt sends: resolved anew each time, so that a rotated token is used by the next one. */
export interface PreparedHandshake {
  readonly request: DialRequest;
  /** The cursor that the request carries, if it carries one. */
  readonly cursor?: string;
  /** What the connection begins with, in order. */
  readonly script: readonly PreparedStep[];
  readonly answers: readonly PreparedAnswer[];
}

/** A step in which nothing is left open but what earlier steps extract, and the time. */
export interface PreparedStep extends Omit<Step, 'send'> {
  readonly send?: Template;
}

/** What is sent back, and for which frames: all conditions must hold. */
export interface PreparedAnswer {
  readonly when: readonly Condition[];
  /** Its fields are those of the frame. */
  readonly send: Template;
}

/** `cursor`: in which header and query parameter the cursor of the scope is sent, while it has one. */
export type HandshakeOptions = Pick<
  WebSocketClientOptions,
  'url' | 'headers' | 'query' | 'subprotocols' | 'auth' | 'tls' | 'proxy' | 'requests' | 'respond' | 'max-payload'
> & {
  readonly cursor?:
    | { readonly 'header-name'?: string | undefined; readonly 'query-parameter'?: string | undefined }
    | undefined;
};

/**
 * Resolves every template of the handshake, and in requests and answers all that is known before they are sent.
 * @throws TemplateError for a value that is missing, UrlError for a url that cannot be dialled once it is resolved,
 * TypeError for a certificate, a key or a proxy that cannot be used.
 */
export async function prepareHandshake(options: HandshakeOptions, scope: Scope): Promise<PreparedHandshake> {
  let carried: string | undefined;
  const cursor = () => {
    carried = scope.cursor();
    return carried;
  };
  const request = await prepareRequest(options, { ...scope, cursor });
  return {
    request,
    ...(carried === undefined ? {} : { cursor: carried }),
    script: await prepareScript(options.requests, scope),
    answers: await Promise.all(options.respond.map((answer) => prepareAnswer(answer, scope))),
  };
}

async function prepareRequest(options: HandshakeOptions, scope: Scope): Promise<DialRequest> {
  const fill = (text: string) => resolveTemplate(compileTemplate(text, { event: false }), scope);
  const url = await resolveUrl(options, fill, scope);
  const proxy = await resolveProxy(url, options.proxy, fill, scope);
  return {
    url: url.href,
    headers: await resolveHeaders(options, fill, scope),
    subprotocols: options.subprotocols,
    maxPayload: options['max-payload'],
    ...(await resolveTls(options.tls, fill, scope)),
    ...(proxy === undefined ? {} : { proxy }),
  };
}

async function prepareScript(steps: readonly Step[], scope: Scope): Promise<PreparedStep[]> {
  const names = new Set<string>();
  const prepared: PreparedStep[] = [];
  for (const { send, ...step } of steps) {
    const template = send === undefined ? undefined : await prefillTemplate(compileRequest(send, names), scope);
    prepared.push({ ...step, ...(template ? { send: template } : {}) });
    for (const name of Object.keys(step.extract)) names.add(name);
  }
  return prepared;
}

/** An answer says the cursor and the time of its own moment, which may come long after the handshake. */
const LATER: OpenKinds = new Set(['field', 'msg', 'stat', 'time', 'cursor']);

async function prepareAnswer({ when, send }: Answer, scope: Scope): Promise<PreparedAnswer> {
  return { when, send: await prefillTemplate(compileAnswer(send), scope, LATER) };
}

type Fill = (text: string) => Promise<string>;
type Texts = Readonly<Record<string, string>>;

async function resolveUrl(options: HandshakeOptions, fill: Fill, scope: Scope): Promise<URL> {
  const url = new URL(webSocketUrl(await fill(options.url)));
  url.search = mergeQuery(url.search, {
    ...(await resolveMap(options.query, fill)),
    ...(await resolveMap(options.auth?.query, fill)),
    ...cursorUnder(options.cursor?.['query-parameter'], scope),
  });
  return url;
}

/** The url's own query stays as it is written, since a signature may cover it; of one name the later wins. */
function mergeQuery(own: string, added: Texts): string {
  const kept = own
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '' && !Object.hasOwn(added, nameOf(pair)));
  const pairs = Object.entries(added).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  return [...kept, ...pairs].join('&');
}

function nameOf(pair: string): string {
  return [...new URLSearchParams(pair).keys()][0] ?? '';
}

/** Of one name, in whatever case, the later wins. */
async function resolveHeaders({ headers, auth, cursor }: HandshakeOptions, fill: Fill, scope: Scope): Promise<Texts> {
  const maps = [
    await resolveMap(headers, fill),
    await resolveMap(auth?.headers, fill),
    await authorization(auth, fill),
    cursorHeader(cursor?.['header-name'], scope),
  ];
  const merged = new Map<string, readonly [name: string, value: string]>();
  for (const entry of maps.flatMap((map) => Object.entries(map))) merged.set(entry[0].toLowerCase(), entry);
  return Object.fromEntries(merged.values());
}

function cursorHeader(name: string | undefined, scope: Scope): Texts {
  const found = cursorUnder(name, scope);
  const fault = headerValueFault(Object.values(found));
  if (fault !== undefined) throw new TypeError(`cursor.header-name: the cursor ${fault}; send it as query-parameter`);
  return found;
}

function cursorUnder(name: string | undefined, scope: Scope): Texts {
  const value = name === undefined ? undefined : scope.cursor();
  return name === undefined || value === undefined ? {} : { [name]: value };
}

async function resolveMap(map: Texts = {}, fill: Fill): Promise<Texts> {
  const entries = Object.entries(map).map(async ([name, value]) => [name, await fill(value)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

async function authorization(auth: HandshakeOptions['auth'], fill: Fill): Promise<Texts> {
  const token = auth?.['bearer-token'];
  if (token !== undefined) return { Authorization: `Bearer ${await fill(token)}` };
  if (!auth?.basic) return {};
  const credentials = `${await fill(auth.basic.username)}:${await fill(auth.basic.password)}`;
  return { Authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}

/** The option, else what the environment says; asked anew each time, as everything else. */
async function resolveProxy(
  url: URL,
  proxy: string | undefined,
  fill: Fill,
  scope: Scope,
): Promise<string | undefined> {
  return proxy === undefined ? environmentProxy(url, scope.env) : proxyUrl(await fill(proxy), 'proxy');
}

type Tls = NonNullable<HandshakeOptions['tls']>;

async function resolveTls(tls: Tls | undefined, fill: Fill, scope: Scope): Promise<Partial<DialRequest>> {
  if (tls === undefined) return {};
  const certificateAuthority = await readPem('ca-certificate', tls, fill, scope);
  const certificate = await readPem('client-certificate', tls, fill, scope);
  const key = await readPem('client-key', tls, fill, scope);
  return {
    ...(certificateAuthority === undefined ? {} : { certificateAuthority }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
    ...(tls['insecure-skip-verify'] ? { insecure: true } : {}),
  };
}

type PemOption = 'ca-certificate' | 'client-certificate' | 'client-key';

/** PEM text is taken as it stands, anything else is the path of a file. */
async function readPem(option: PemOption, tls: Tls, fill: Fill, scope: Scope): Promise<string | undefined> {
  const template = tls[option];
  if (template === undefined) return undefined;
  const textOrPath = await fill(template);
  if (isPem(textOrPath)) return textOrPath;
  const text = await readText(option, textOrPath, scope);
  if (!isPem(text)) throw new TypeError(`tls.${option}: ${textOrPath} holds no PEM text`);
  return text;
}

async function readText(option: PemOption, path: string, scope: Scope): Promise<string> {
  try {
    return await scope.readText(path);
  } catch (error) {
    throw new TypeError(`tls.${option}: ${path} cannot be read: ${describeFileFault(error)}`, { cause: error });
  }
}

function isPem(text: string): boolean {
  return text.includes('-----BEGIN');
}
