import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Certificate } from './certificates.ts';
import { portOf } from './raw-peer.ts';

export interface ConnectProxy {
  readonly port: number;
  /** What was asked for: `CONNECT host:port` and its headers. */
  readonly requests: readonly IncomingMessage[];
  /** Both ends of each tunnel. */
  readonly tunnels: readonly { readonly client: Duplex; readonly server: Socket }[];
  /** Connections of clients, tunnels or not. */
  readonly clients: ReadonlySet<Socket>;
  /** How many connections there have been. */
  readonly accepted: number;
  close(): Promise<void>;
}

/** What a proxy does with a request; `pass` opens the tunnel. */
export type OnConnect = (request: IncomingMessage, client: Duplex, pass: () => void) => void;

/** A proxy that passes on what CONNECT asks for. With `certificate` it is spoken to over TLS. */
export async function startProxy(
  onConnect: OnConnect = (_request, _client, pass) => pass(),
  certificate?: Certificate,
): Promise<ConnectProxy> {
  const requests: IncomingMessage[] = [];
  const tunnels: { client: Duplex; server: Socket }[] = [];
  const clients = new Set<Socket>();
  let accepted = 0;
  const server = certificate === undefined ? createServer() : createSecureServer(certificate);
  server.on('connection', (client: Socket) => {
    clients.add(client);
    accepted += 1;
    client.on('error', () => {});
    client.on('close', () => clients.delete(client));
  });
  server.on('connect', (request: IncomingMessage, client: Duplex) => {
    requests.push(request);
    client.on('error', () => {});
    // A server of HTTP leaves its side open when the other one ends.
    client.on('end', () => client.end());
    onConnect(request, client, () => {
      const [host = '', port = ''] = (request.url ?? '').split(':');
      const target = connect(Number(port), host, () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        client.pipe(target).pipe(client);
        tunnels.push({ client, server: target });
      });
      target.on('error', () => client.destroy());
      target.on('close', () => client.destroy());
      client.on('close', () => target.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: portOf(server),
    requests,
    tunnels,
    clients,
    get accepted() {
      return accepted;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const client of clients) client.destroy();
      }),
  };
}
