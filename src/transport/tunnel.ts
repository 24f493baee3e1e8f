import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { checkServerIdentity, type PeerCertificate, rootCertificates } from 'node:tls';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { codeOf, messageOf } from './loss.ts';
import { RequestFault, TunnelError } from './request-fault.ts';

/** What the proxy is told about the target, as Node's agents have it. */
type Target = Parameters<HttpsProxyAgent<string>['connect']>[1];

/** The way to one server through a proxy that is asked to CONNECT. Whatever the proxy does wrong is a `TunnelError`. */
export class Tunnel extends HttpsProxyAgent<string> {
  readonly #secure: boolean;
  readonly #given = new AbortController();
  #status: number | undefined;

  /**
   * `secure`: TLS to the server, within the tunnel. `authority`: PEM text; the certificate of a proxy is good when it or
   * the system's roots vouch for it, since a proxy is often another one's. Throws a `RequestFault`.
   */
  constructor(proxy: string, secure: boolean, authority: string | undefined) {
    const url = proxyUrl(proxy);
    // The agent would log the credentials of its url when it is debugged.
    super(withoutUser(url), { headers: authorization(url) });
    const ca = authority === undefined ? {} : { ca: [...rootCertificates, authority] };
    this.connectOpts = { ...this.connectOpts, ...ca, signal: this.#given.signal };
    this.#secure = secure;
  }

  /** Ends what has not become a tunnel yet. */
  giveUp(): void {
    if (this.#status === undefined) this.#given.abort();
  }

  override isSecureEndpoint(): boolean {
    // The agent would guess it from the stack.
    return this.#secure;
  }

  override async connect(request: ClientRequest, target: Target): Promise<Socket> {
    request.once('proxyConnect', ({ statusCode }: { statusCode: number }) => {
      this.#status = statusCode;
    });
    const socket = await this.#open(request, target);
    if (this.#status === 200) return socket;
    socket.destroy();
    throw refused(this.proxy.host, this.#status);
  }

  async #open(request: ClientRequest, target: Target): Promise<Socket> {
    try {
      const host = target.host ?? '';
      // The agent does not say what the server is called when that is an address, and Node would take the proxy's name.
      const checked = { checkServerIdentity: (_: string, own: PeerCertificate) => checkServerIdentity(host, own) };
      return await super.connect(request, Object.assign({}, target, checked));
    } catch (error) {
      throw unreachable(this.proxy.host, error);
    }
  }
}

function proxyUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new RequestFault('the proxy is not an http:// or https:// url');
}

function withoutUser(url: URL): URL {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return bare;
}

function authorization({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const credentials = `${decoded(username)}:${decoded(password)}`;
  return { 'Proxy-Authorization': `Basic ${Buffer.from(credentials).toString('base64')}` };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new RequestFault('the user or the password of the proxy is not percent-encoded');
  }
}

function refused(host: string, status = Number.NaN): TunnelError {
  if (Number.isNaN(status)) return new TunnelError('PROXY_ANSWER', `the proxy ${host} does not speak HTTP`);
  return new TunnelError(`PROXY_${status}`, `the proxy ${host} answered ${status}`);
}

function unreachable(host: string, error: unknown): TunnelError {
  const code = codeOf(error);
  // What the agent itself complains of may repeat what the proxy sent.
  if (code === undefined) return new TunnelError('PROXY_ANSWER', `the proxy ${host} gave no answer`);
  return new TunnelError(code, `the proxy ${host} cannot be reached: ${messageOf(error)}`);
}
