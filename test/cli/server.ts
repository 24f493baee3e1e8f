import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';

const servers: WebSocketServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    for (const client of server.clients) client.terminate();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A WebSocket server on the loopback; gives its url. */
export async function serve(accept: (socket: WebSocket) => void, options: ServerOptions = {}): Promise<string> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, ...options });
  servers.push(server);
  server.on('connection', accept);
  await once(server, 'listening');
  return `ws://127.0.0.1:${portOf(server.address())}/`;
}

export function portOf(address: AddressInfo | string | null): number {
  if (typeof address === 'object' && address !== null) return address.port;
  throw new Error('no port is bound');
}

/** A peer that answers no ping until it is told to, and notes what it gets. */
export async function withheldPeer() {
  const received: string[] = [];
  let answering = false;
  let answer = () => {};
  const url = await serve(
    (socket) => {
      socket.on('message', (data) => received.push(String(data)));
      socket.on('ping', (data) => {
        const pong = () => socket.pong(data);
        if (answering) pong();
        else answer = pong;
      });
    },
    { autoPong: false },
  );
  return {
    url,
    received,
    answer() {
      answering = true;
      answer();
    },
  };
}
