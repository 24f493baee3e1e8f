import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import type { Accept, Handshake, Listen, Listener, ListenRequest, Refusal } from '../environment.ts';
import { NetworkError } from '../errors.ts';
import { ClosingWebSocket, socketOptions, WebSocketFrames } from './frame-socket.ts';
import { violationLoss } from './loss.ts';

/** A peer has this long, in milliseconds, for its whole request; looked at once a second. */
const REQUEST_TIMEOUT = 10_000;
const CHECK_INTERVAL = 1_000;

/**
 * Listens for WebSocket connections over HTTP with ws. A request that is no upgrade is answered 426. A subprotocol is
 * chosen in the peer's order, which is its order of preference (RFC 6455, section 4.1).
 */
export const listenWebSocket: Listen = async (request, accept) => {
  const server = createServer({
    headersTimeout: REQUEST_TIMEOUT,
    requestTimeout: REQUEST_TIMEOUT,
    connectionsCheckingInterval: CHECK_INTERVAL,
  });
  const upgrader = createUpgrader(request);
  const streams = new Set<Socket>();
  server.on('connection', (stream: Socket) => {
    streams.add(stream);
    // Node removes its own error listener at the upgrade, and an error without a listener ends the process.
    stream.on('error', () => {});
    stream.on('close', () => streams.delete(stream));
  });
  server.on('request', answerPlainRequest);
  server.on('upgrade', (upgrade: IncomingMessage, stream, head: Buffer) => {
    const refusal = request.admit?.(handshakeOf(upgrade));
    if (refusal !== undefined) return refuse(upgrade, refusal);
    return upgrader.handleUpgrade(upgrade, stream, head, (socket) => admit(socket, upgrade, accept));
  });
  await bind(server, request);
  return createListener(server, streams, request);
};

function createUpgrader(request: ListenRequest) {
  const known = request.subprotocols ?? [];
  return new WebSocketServer({
    ...socketOptions(request.maxPayload),
    noServer: true,
    clientTracking: false,
    WebSocket: ClosingWebSocket,
    handleProtocols: (offered) => [...offered].find((protocol) => known.includes(protocol)) ?? false,
  });
}

function admit(socket: ClosingWebSocket, upgrade: IncomingMessage, accept: Accept): void {
  const frames = new WebSocketFrames(false);
  frames.attach(socket, violationLoss);
  frames.open(upgrade.socket);
  frames.tell(accept(frames, { ...handshakeOf(upgrade), protocol: socket.protocol }));
}

function handshakeOf(upgrade: IncomingMessage): Omit<Handshake, 'protocol'> {
  return {
    target: upgrade.url ?? '/',
    headers: upgrade.headers,
    // A server that listens on both families sees IPv4 peers as IPv6 addresses.
    remoteAddress: (upgrade.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
  };
}

function answerPlainRequest(_: IncomingMessage, response: ServerResponse): void {
  response.writeHead(426, { upgrade: 'websocket', connection: 'close' });
  response.end();
}

function refuse(upgrade: IncomingMessage, refusal: Refusal): void {
  const stream = upgrade.socket;
  const response = new ServerResponse(upgrade);
  response.shouldKeepAlive = false;
  response.assignSocket(stream);
  response.on('finish', () => stream.destroySoon());
  response.writeHead(refusal.status, { ...refusal.headers, 'content-length': 0 });
  response.end();
}

function bind(server: Server, { host, port }: ListenRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => {
      const code = error.code ?? error.message;
      const fault = code === 'EADDRINUSE' ? 'is taken' : 'cannot be listened on';
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

function createListener(server: Server, streams: ReadonlySet<Socket>, { host, port }: ListenRequest): Listener {
  let closed: Promise<void> | undefined;
  const address = server.address();
  return {
    host,
    port: isAddressInfo(address) ? address.port : port,
    close() {
      closed ??= end(server, streams);
      return closed;
    },
  };
}

async function end(server: Server, streams: ReadonlySet<Socket>): Promise<void> {
  const ends = [...streams].map((stream) => new Promise((resolve) => stream.once('close', resolve)));
  const closed = new Promise((resolve) => server.close(resolve));
  for (const stream of streams) stream.destroy();
  await Promise.all([closed, ...ends]);
  // ws tells of the end of a stream some ticks after the stream itself does.
  await new Promise((resolve) => setImmediate(resolve));
}

function isAddressInfo(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}
