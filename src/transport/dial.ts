import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import type { Dial, DialRequest, SocketEvents } from '../environment.ts';
import { authorityFault, certificateFault } from './certificate.ts';
import { ClosingWebSocket, socketOptions, WebSocketFrames } from './frame-socket.ts';
import { openingLoss, statusLoss, violationLoss } from './loss.ts';
import { RequestFault } from './request-fault.ts';
import { Tunnel } from './tunnel.ts';

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
    const message = error instanceof RequestFault ? error.message : faultOf(request, error);
    queueMicrotask(() => frames.lose({ kind: 'request', message }));
  }
  return frames;
};

function connect(request: DialRequest, events: SocketEvents, frames: WebSocketFrames): void {
  let stream: Socket | undefined;
  let protocol = '';
  const secure = /^(wss|https):$/.test(new URL(request.url).protocol);
  const tunnel = tunnelOf(request, secure);
  const connected = () => {
    if (!frames.over) events.connected();
  };
  const options = {
    ...socketOptions(request.maxPayload),
    ...secureOptions(request),
    ...(tunnel && { agent: tunnel }),
    headers: { ...request.headers },
    finishRequest(sent: ClientRequest) {
      sent.on('socket', (socket) => {
        stream = socket;
        if (tunnel && !secure) connected();
        else socket.once(secure ? 'secureConnect' : 'connect', connected);
      });
      sent.end();
    },
  };
  const socket = new ClosingWebSocket(request.url, [...request.subprotocols], options);
  frames.attach(socket, (error) => (frames.opened ? violationLoss(error) : openingLoss(error, stream)));
  socket.on('close', () => tunnel?.giveUp());
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

function tunnelOf({ proxy, certificateAuthority }: DialRequest, secure: boolean): Tunnel | undefined {
  return proxy === undefined ? undefined : new Tunnel(proxy, secure, certificateAuthority);
}

/** For the server, not for a proxy. Throws a `RequestFault`: what TLS would throw names neither the file nor the reason. */
function secureOptions({ certificateAuthority, certificate, key = '', insecure = false }: DialRequest) {
  const untrusted = certificateAuthority === undefined ? undefined : authorityFault(certificateAuthority);
  if (untrusted !== undefined) throw new RequestFault(`the certificate authority cannot be used: ${untrusted}`);
  const unfit = certificate === undefined ? undefined : certificateFault({ certificate, key });
  if (unfit !== undefined) throw new RequestFault(`the client certificate cannot be used: ${unfit}`);
  return {
    rejectUnauthorized: !insecure,
    ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
    ...(certificate === undefined ? {} : { cert: certificate, key }),
  };
}

/** Why ws or Node would not even try. Their messages may quote the URL or a header's value, which may be secret. */
function faultOf(request: DialRequest, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (message.startsWith('Invalid URL')) return 'Invalid URL';
  const query = request.url.split('?')[1] ?? '';
  const secrets = [query, ...Object.values(request.headers)].filter((text) => text !== '');
  return secrets.some((secret) => message.includes(secret)) ? 'Invalid request' : message;
}
