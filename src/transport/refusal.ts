import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Admission, Refusal } from '../environment.ts';

export function isRefusal(admission: Admission): admission is Refusal {
  return admission !== undefined && 'status' in admission;
}

/** Answers an upgrade request with something else than 101, and ends its connection. */
export function refuse(upgrade: IncomingMessage, refusal: Refusal): void {
  const stream = upgrade.socket;
  const response = new ServerResponse(upgrade);
  response.shouldKeepAlive = false;
  response.assignSocket(stream);
  response.on('finish', () => stream.destroySoon());
  try {
    response.writeHead(refusal.status, { ...refusal.headers, 'content-length': 0 });
  } catch {
    // A status or a header that HTTP does not have is ours to answer for, not the peer's.
    response.writeHead(500, { 'content-length': 0 });
  }
  response.end();
}

/** Answers a request that does not ask for an upgrade. */
export function answerPlainRequest(_: IncomingMessage, response: ServerResponse): void {
  response.writeHead(426, { upgrade: 'websocket', connection: 'close' });
  response.end();
}
