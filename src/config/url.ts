import { UrlError } from './error.ts';

/** What a message calls a url that can be dialled. */
export const WEB_SOCKET_URL = 'a ws:// or wss:// url';

/**
 * What is wrong with a url that may hold `${…}`, as a sentence that follows it; undefined when nothing is. Before a
 * template is filled in, only what stands before it can be judged.
 */
export function urlFault(url: string, schemes: readonly string[] = SCHEMES): string | undefined {
  const templated = url.includes('${');
  const literal = url.replaceAll(/\$\{[^}]*\}/g, '');
  const scheme = /^([^:/?#$]*):/.exec(url)?.[1];
  if (scheme === undefined ? !/^\$\{/.test(url) : !schemes.includes(scheme.toLowerCase())) return NOT_A_URL;
  if (literal.includes('#')) return 'has a fragment (#…), which a WebSocket url must not have';
  return authorityFault(url) ?? (templated || isDialable(url) ? undefined : NOT_A_URL);
}

/** The url with `http` and `https` read as `ws` and `wss`. Throws a `UrlError` when it cannot be dialled. */
export function webSocketUrl(url: string): string {
  const fault = urlFault(url);
  if (fault !== undefined || url.includes('${')) throw new UrlError(`the url ${fault ?? NOT_A_URL}`);
  return withWebSocketScheme(url);
}

/** The same text with a leading `http:` or `https:` read as `ws:` or `wss:`. */
export function withWebSocketScheme(url: string): string {
  return url.replace(/^http(s?):/i, (_, secure: string) => `ws${secure.toLowerCase()}:`);
}

/** The url as it may be shown: credentials and the values of its query are hidden. */
export function shownUrl(url: string): string {
  // A password may hold signs that a url must not have: in what cannot be dialled it reaches to the last @.
  const userinfo = isDialable(url) && !url.includes('#') ? /(:\/\/)[^/?#]*@/ : /(\/\/).*@/s;
  return url.replace(userinfo, '$1(hidden)@').replace(/\?.*$/s, (query) => query.replaceAll(/=[^&]*/g, '=(hidden)'));
}

/** What a message calls the url of a proxy. */
export const PROXY_URL = 'an http:// or https:// url';

/** What is wrong with the url of a proxy that may hold `${…}`, as a sentence; undefined when nothing is. */
export function proxyFault(url: string): string | undefined {
  const scheme = /^([^:/?#$]*):\/\//.exec(url)?.[1];
  const known = scheme === undefined ? /^\$\{/.test(url) : PROXY_SCHEMES.includes(scheme.toLowerCase());
  if (!known) return `is not ${PROXY_URL}`;
  return authorityFault(url) ?? (url.includes('${') || isDialable(url) ? undefined : `is not ${PROXY_URL}`);
}

const PROXY_SCHEMES = ['http', 'https'];
const SCHEMES = ['ws', 'wss', 'http', 'https'];
const MAX_PORT = 65_535;
const NOT_A_URL = `is not ${WEB_SOCKET_URL}`;

/** What is wrong with host and port; a template may bring a slash along, so nothing is said of one that holds it. */
function authorityFault(url: string): string | undefined {
  const authority = /^[a-z]+:\/\/([^/?#]*)/i.exec(url)?.[1]?.replace(/^.*@/s, '');
  if (authority === undefined || authority.includes('${')) return undefined;
  const port = /:(\d*)$/.exec(authority);
  if (authority === '' || port?.index === 0) return 'has no host';
  return Number(port?.[1] ?? 0) > MAX_PORT ? `has a port above ${MAX_PORT}` : undefined;
}

function isDialable(url: string): boolean {
  return /^[a-z]+:\/\//i.test(url) && URL.canParse(url) && new URL(url).hostname !== '';
}
