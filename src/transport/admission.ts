import type { IncomingMessage } from 'node:http';
import { WebSocketServer } from 'ws';
import type { Accept, Admission, ListenRequest, Refusal, Terms, UpgradeRequest } from '../environment.ts';
import { ClosingWebSocket, socketOptions, WebSocketFrames } from './frame-socket.ts';
import { violationLoss } from './loss.ts';
import { isRefusal, refuse } from './refusal.ts';

/** More header lines than any browser or proxy sends are answered 431. */
const HEADER_LIMIT = 100;

const FAILED: Refusal = { status: 500 };
const LATE: Refusal = { status: 503 };

/** Decides on the upgrade requests of one listener. */
export class Admissions {
  readonly #request: ListenRequest;
  readonly #accept: Accept;
  readonly #timeout: number;

  /** `timeout`: how long `admit` may take, in milliseconds. */
  constructor(request: ListenRequest, accept: Accept, timeout: number) {
    this.#request = request;
    this.#accept = accept;
    this.#timeout = timeout;
  }

  /** Answers a request. `upgraded` runs when it is accepted, before anybody hears of it. */
  async answer(upgrade: IncomingMessage, head: Buffer, upgraded: () => void): Promise<void> {
    const admission = await this.#decide(upgrade);
    if (isRefusal(admission)) refuse(upgrade, admission);
    else this.#upgrade(upgrade, head, admission, upgraded);
  }

  /** What the peer sends meanwhile waits in its stream, which reads no further than its high-water mark. */
  #decide(upgrade: IncomingMessage): Admission | Promise<Admission> {
    if (upgrade.rawHeaders.length > HEADER_LIMIT * 2) return { status: 431 };
    const { admit } = this.#request;
    return admit && within(this.#timeout, () => admit(requestOf(upgrade)));
  }

  #upgrade(upgrade: IncomingMessage, head: Buffer, terms: Terms | undefined, upgraded: () => void): void {
    const upgrader = createUpgrader({ ...this.#request, ...terms });
    upgrader.handleUpgrade(upgrade, upgrade.socket, head, (socket) => {
      upgraded();
      this.#open(socket, upgrade);
    });
  }

  #open(socket: ClosingWebSocket, upgrade: IncomingMessage): void {
    const frames = new WebSocketFrames(false);
    frames.attach(socket, violationLoss);
    frames.open(upgrade.socket);
    frames.tell(this.#accept(frames, { ...requestOf(upgrade), protocol: socket.protocol }));
  }
}

/** The answer of `admit`, or a refusal when it fails or takes longer than `timeout`. */
function within(timeout: number, admit: () => Admission | Promise<Admission>): Promise<Admission> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Admission>((resolve) => {
    timer = setTimeout(() => resolve(LATE), timeout);
  });
  const asked = new Promise<Admission>((resolve) => resolve(admit())).catch(() => FAILED);
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}

/** One per upgrade: it holds nothing but its options, and terms may differ with every request. */
function createUpgrader({ subprotocols = [], maxPayload }: ListenRequest) {
  return new WebSocketServer({
    ...socketOptions(maxPayload),
    noServer: true,
    clientTracking: false,
    WebSocket: ClosingWebSocket,
    handleProtocols: (offered) => [...offered].find((protocol) => subprotocols.includes(protocol)) ?? false,
  });
}

function requestOf(upgrade: IncomingMessage): UpgradeRequest {
  return {
    target: upgrade.url ?? '/',
    headers: upgrade.headers,
    // A server that listens on both families sees IPv4 peers as IPv6 addresses.
    remoteAddress: (upgrade.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
  };
}
