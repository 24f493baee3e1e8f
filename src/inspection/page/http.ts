import type { Server } from 'node:http';
import { NetworkError } from '../../errors.ts';

const HOST = '127.0.0.1';

const FAULTS: ReadonlyMap<string, string> = new Map([
  ['EADDRINUSE', 'is taken'],
  ['EACCES', 'may not be listened on by this user'],
]);

/**
 * Listens on 127.0.0.1 alone; gives the port.
 * @throws NetworkError when the port is taken or may not be used.
 */
export function listenOnLoopback(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => {
      const code = error.code ?? error.message;
      const fault = FAULTS.get(code) ?? 'cannot be listened on';
      const text = `inspector: ${HOST}:${port} ${fault} (${code}): choose another port, or 0 for any free one`;
      reject(new NetworkError(text, { cause: error }));
    };
    server.once('error', failed);
    server.listen(port, HOST, () => {
      server.off('error', failed);
      // A connection that could not be accepted (too many open files) is that page's loss; the server goes on.
      server.on('error', () => {});
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** Takes no more connections; those that are still there after so many milliseconds are cut. */
export async function closeWithin(server: Server, grace: number): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), grace);
  await closed;
  clearTimeout(late);
}
