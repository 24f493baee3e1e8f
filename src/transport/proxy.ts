/** Reads a variable of the environment. */
export type ReadVariable = (name: string) => string | undefined;

/**
 * The proxy that the environment names for a ws or wss url: `http_proxy` for ws, `https_proxy` for wss, else
 * `all_proxy`, unless `no_proxy` lists the host. Lower case wins over upper case; empty means not set.
 * @throws TypeError for a value that is no http or https url. The message does not hold it: it may have a password.
 */
export function environmentProxy(url: URL, env: ReadVariable): string | undefined {
  const names = [url.protocol === 'wss:' ? 'https_proxy' : 'http_proxy', 'all_proxy'].flatMap(bothCases);
  const name = names.find((each) => Boolean(env(each)));
  if (name === undefined) return undefined;
  const exceptions = bothCases('no_proxy').map(env).find(Boolean) ?? '';
  return isExcepted(url, exceptions) ? undefined : proxyUrl(env(name) ?? '', name);
}

/**
 * A proxy as it is dialled; without a scheme it is an http one. `origin` names what it was read from.
 * @throws TypeError as `environmentProxy`.
 */
export function proxyUrl(text: string, origin: string): string {
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url.href;
  throw new TypeError(`${origin} is not the http:// or https:// url of a proxy`);
}

function bothCases(name: string): string[] {
  return [name, name.toUpperCase()];
}

/** Whether `host`, `.suffix`, `*.suffix` or `*`, each with or without a port, of a list names the url's host. */
function isExcepted(url: URL, list: string): boolean {
  const host = withoutBrackets(url.hostname.toLowerCase());
  const port = url.port || (url.protocol === 'wss:' ? '443' : '80');
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      const [name, only] = splitPort(entry);
      return (only === undefined || only === port) && isNamed(host, name);
    });
}

function isNamed(host: string, name: string): boolean {
  if (name === '*') return true;
  const suffix = name.startsWith('*.') ? name.slice(1) : name;
  return suffix.startsWith('.') ? host.endsWith(suffix) : host === suffix;
}

/** `::1` is an address without a port, `[::1]:80` has one. */
function splitPort(entry: string): [name: string, port: string | undefined] {
  const [, name, port] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
  return name === undefined ? [withoutBrackets(entry), undefined] : [withoutBrackets(name), port];
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}
