import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Dial, DialRequest, SocketEvents } from '../environment.ts';
import { ClosingWebSocket, socketOptions, WebSocketFrames } from './frame-socket.ts';
import { openingLoss, statusLoss, violationLoss } from './loss.ts';

/**
 * Dials a WebSocket over TCP or TLS with ws. Redirects are not followed; nothing is timed here. A server that chooses
 * none of the offered subprotocols is accepted with protocol ''.
 */
export const dialWebSocket: Dial = (request, events) => {
  const frames = new WebSocketFrames(true);
  frames.tell(events);
  try {
    connect(request, events, frames);
  } catch (error) {
    const message = faultOf(request, error);
    queueMicrotask(() => frames.lose({ kind: 'request', message }));
  }
  return frames;
};

function connect(request: DialRequest, events: SocketEvents, frames: WebSocketFrames): void {
  let stream: Socket | undefined;
  let protocol = '';
  const options = {
    ...socketOptions(request.maxPayload),
    headers: { ...request.headers },
    ...(request.certificateAuthority === undefined ? {} : { ca: request.certificateAuthority }),
    finishRequest(sent: ClientRequest) {
      sent.on('socket', (socket) => {
        stream = socket;
        socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', () => {
          if (!frames.over) events.connected();
        });
      });
      sent.end();
    },
  };
  const socket = new ClosingWebSocket(request.url, [...request.subprotocols], options);
  frames.attach(socket, (error) => (frames.opened ? violationLoss(error) : openingLoss(error, stream)));
  socket.on('unexpected-response', (_, answer) => {
    frames.lose(statusLoss(answer.statusCode ?? 0, answer.headers, Date.now));
    socket.terminate();
  });
  socket.on('upgrade', (answer) => {
    stream = answer.socket;
    const chosen = answer.headers['sec-websocket-protocol'];
    protocol = chosen ?? '';
    // ws refuses an answer without a subprotocol when some were offered; RFC 6455, section 4.1, does not.
    if (chosen === undefined) answer.headers['sec-websocket-protocol'] = request.subprotocols[0];
  });
  socket.on('open', () => {
    if (stream === undefined || frames.over) return;
    frames.open(stream);
    events.open(protocol);
  });
}

/** Why ws or Node would not even try. Their messages may quote the URL or a header's value, which may be secret. */
function faultOf(request: DialRequest, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (message.startsWith('Invalid URL')) return 'Invalid URL';
  const query = request.url.split('?')[1] ?? '';
  const secrets = [query, ...Object.values(request.headers)].filter((text) => text !== '');
  return secrets.some((secret) => message.includes(secret)) ? 'Invalid request' : message;
}
