import type { WebSocketClientOptions } from '../config/options.ts';
import type { Scope } from '../config/scope.ts';
import { compileRequest, compileTemplate, resolveTemplate } from '../config/template.ts';
import { webSocketUrl } from '../config/url.ts';
import type { DialRequest } from '../environment.ts';

/** What one attempt sends: resolved anew each time, so that a rotated token is used by the next one. */
export interface PreparedHandshake {
  readonly request: DialRequest;
  /** Text frames for the greeting, in order. */
  readonly greeting: readonly string[];
}

type HandshakeOptions = Pick<
  WebSocketClientOptions,
  'url' | 'headers' | 'query' | 'subprotocols' | 'auth' | 'tls' | 'requests' | 'max-payload'
>;

/**
 * Resolves every template of the handshake and the requests.
 * @throws TemplateError for a value that is missing, UrlError for a url that cannot be dialled once it is resolved.
 */
export async function prepareHandshake(options: HandshakeOptions, scope: Scope): Promise<PreparedHandshake> {
  const fill = (text: string) => resolveTemplate(compileTemplate(text, { event: false }), scope);
  const authority = options.tls?.['ca-certificate'];
  return {
    request: {
      url: await resolveUrl(options, fill),
      headers: { ...(await resolveMap(options.headers, fill)), ...(await authorization(options.auth, fill)) },
      subprotocols: options.subprotocols,
      maxPayload: options['max-payload'],
      ...(authority === undefined ? {} : { certificateAuthority: await readPem(await fill(authority), scope) }),
    },
    greeting: await Promise.all(options.requests.map((text) => resolveTemplate(compileRequest(text), scope))),
  };
}

type Fill = (text: string) => Promise<string>;

async function resolveUrl(options: HandshakeOptions, fill: Fill): Promise<string> {
  const url = new URL(webSocketUrl(await fill(options.url)));
  url.search = mergeQuery(url.search, await resolveMap(options.query, fill));
  return url.href;
}

/** The url's own query stays as it is written, since a signature may cover it; of one name the later wins. */
function mergeQuery(own: string, added: Readonly<Record<string, string>>): string {
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

async function resolveMap(map: Readonly<Record<string, string>>, fill: Fill): Promise<Record<string, string>> {
  const entries = Object.entries(map).map(async ([name, value]) => [name, await fill(value)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

async function authorization(auth: HandshakeOptions['auth'], fill: Fill): Promise<Record<string, string>> {
  const token = auth?.['bearer-token'];
  if (token !== undefined) return { Authorization: `Bearer ${await fill(token)}` };
  if (!auth?.basic) return {};
  const credentials = `${await fill(auth.basic.username)}:${await fill(auth.basic.password)}`;
  return { Authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}

async function readPem(textOrPath: string, scope: Scope): Promise<string> {
  if (textOrPath.includes('-----BEGIN')) return textOrPath;
  try {
    return await scope.readText(textOrPath);
  } catch (error) {
    throw new TypeError(`tls.ca-certificate: ${textOrPath} cannot be read`, { cause: error });
  }
}
