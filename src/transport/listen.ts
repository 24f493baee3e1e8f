import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Accept, Listen, Listener, ListenRequest, ServerCertificate } from '../environment.ts';
import { NetworkError } from '../errors.ts';
import { Admissions } from './admission.ts';
import { certificateFault } from './certificate.ts';
import { Connections } from './connections.ts';
import { answerPlainRequest } from './refusal.ts';

/** What peers may use of a listener before they are upgraded. */
export interface HandshakeLimits {
  /** Milliseconds for TLS, the same again for the whole request, and again for `admit`. */
  readonly timeout: number;
  /** Between two looks at requests that take too long, in milliseconds. */
  readonly checkInterval: number;
  /** Connections that are not upgraded yet, at most; the next ones are ended. */
  readonly connections: number;
}

const HANDSHAKE_LIMITS: HandshakeLimits = { timeout: 10_000, checkInterval: 1_000, connections: 1_024 };

/**
 * Listens for WebSocket connections over HTTP or HTTPS with ws. A request that is no upgrade is answered 426. A
 * subprotocol is chosen in the peer's order, which is its order of preference (RFC 6455, section 4.1).
 */
export const listenWebSocket: Listen = (request, accept) => listenWithin(HANDSHAKE_LIMITS, request, accept);

/** The same with other limits. */
export async function listenWithin(limits: HandshakeLimits, request: ListenRequest, accept: Accept): Promise<Listener> {
  const { server, renew } = createHttp(limits, request);
  const connections = new Connections(server, limits.connections);
  const admissions = new Admissions(request, accept, limits.timeout);
  server.on('request', answerPlainRequest);
  server.on('upgrade', (upgrade: IncomingMessage, stream: Socket, head: Buffer) =>
    admissions.answer(upgrade, head, () => connections.upgraded(stream)),
  );
  await bind(server, request);
  return createListener(server, connections, renew, request);
}

interface Http {
  readonly server: Server;
  readonly renew: Listener['renew'];
}

function createHttp({ timeout, checkInterval }: HandshakeLimits, request: ListenRequest): Http {
  const options = {
    headersTimeout: timeout,
    requestTimeout: timeout,
    connectionsCheckingInterval: checkInterval,
  };
  const address = `${request.host}:${request.port}`;
  if (request.tls === undefined) {
    const renew = () => {
      throw new NetworkError(`${address} does not serve TLS`);
    };
    return { server: createServer(options), renew };
  }
  const server = createSecureServer({ ...options, handshakeTimeout: timeout, ...checked(address, request.tls) });
  return { server, renew: (tls) => server.setSecureContext(checked(address, tls)) };
}

/** In Node's words. Looked at before Node does, which would keep half of what is no good. */
function checked(address: string, tls: ServerCertificate) {
  const fault = certificateFault(tls);
  if (fault !== undefined) throw new NetworkError(`${address} cannot serve TLS: ${fault}`);
  return { cert: tls.certificate, key: tls.key };
}

const BIND_FAULTS: ReadonlyMap<string, string> = new Map([
  ['EADDRINUSE', 'is taken'],
  ['EADDRNOTAVAIL', 'is no address of this machine'],
  ['ENOTFOUND', 'is no known host'],
  ['EACCES', 'may not be listened on by this user'],
]);

function bind(server: Server, { host, port }: ListenRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => {
      const code = error.code ?? error.message;
      const fault = BIND_FAULTS.get(code) ?? 'cannot be listened on';
      reject(new NetworkError(`${host}:${port} ${fault} (${code})`, { cause: error }));
    };
    server.once('error', failed);
    server.listen(port, host, () => {
      server.off('error', failed);
      // A connection that could not be accepted (too many open files) is that peer's loss; the server goes on.
      server.on('error', () => {});
      resolve();
    });
  });
}

function createListener(
  server: Server,
  connections: Connections,
  renew: Listener['renew'],
  { host, port }: ListenRequest,
): Listener {
  let closed: Promise<void> | undefined;
  const address = server.address();
  return {
    host,
    port: isAddressInfo(address) ? address.port : port,
    get refusedConnections() {
      return connections.refused;
    },
    renew,
    close() {
      closed ??= end(server, connections);
      return closed;
    },
  };
}

async function end(server: Server, connections: Connections): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  await Promise.all([closed, connections.end()]);
  // ws tells of the end of a stream some ticks after the stream itself does.
  await new Promise((resolve) => setImmediate(resolve));
}

function isAddressInfo(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}
