import type { EndpointOptions } from '../../src/config/options.ts';
import type { Admission, Handshake, UpgradeRequest } from '../../src/environment.ts';
import { createStepClock } from '../../src/testing/step-clock.ts';
import type { AcceptedPeer } from '../../src/transport/accepted-peer.ts';
import { Endpoint } from '../../src/transport/endpoint.ts';
import type { Gate } from '../../src/transport/peer-gate.ts';
import { RecordedSocket } from './recorded-socket.ts';

export const WALL_TIME = 1_700_000_000_000;

/** What is served when nothing else is said. */
const DEFAULTS: EndpointOptions = {
  id: '127.0.0.1:8080/feed',
  path: '/feed',
  'send-buffer-capacity': 4,
  'send-buffer-bytes': 1000,
  'slow-peer': 'disconnect',
  subprotocols: ['v1'],
  'max-payload': 1024,
  heartbeat: false,
  'close-timeout': 5000,
};

/** A peer and what its actor would do with it. */
export interface TestPeer {
  readonly peer: AcceptedPeer;
  readonly socket: RecordedSocket;
  /** How its actor was asked to say goodbye. */
  readonly farewells: readonly string[];
}

/** An endpoint whose only component has started. */
export class EndpointBench {
  readonly clock = createStepClock();
  readonly warnings: string[] = [];
  readonly endpoint: Endpoint;
  readonly leave: () => void;

  constructor(options: Partial<EndpointOptions> = {}, gate: Gate = () => true) {
    const logger = { warn: (_: object, message: string) => void this.warnings.push(message) };
    const environment = { clock: this.clock, now: () => WALL_TIME, logger };
    this.endpoint = new Endpoint({ ...DEFAULTS, ...options }, 1, gate, environment);
    this.leave = this.endpoint.join();
  }

  /** An accepted peer whose actor runs. */
  connect(id: string, request: Partial<UpgradeRequest> = {}): TestPeer {
    const socket = new RecordedSocket();
    const peer = this.endpoint.welcome(id, socket, { ...asking(request), protocol: '' } satisfies Handshake);
    const farewells: string[] = [];
    peer.dismiss = ({ code, reason }) => {
      farewells.push(`${code} ${reason}`);
      peer.state = 'closing';
    };
    peer.outbox.watch({ slow: () => {}, caughtUp: () => {}, overflowed: () => this.endpoint.overflowed(peer) });
    this.endpoint.start(peer);
    return { peer, socket, farewells };
  }

  /** One turn of text messages. */
  broadcast(...texts: string[]): void {
    this.endpoint.broadcast(texts.map(text));
  }

  /** One turn of text messages whose cursors are their texts. */
  publish(...texts: string[]): void {
    this.endpoint.broadcast(texts.map(text), { cursorAt: (index) => texts[index] });
  }

  async admit(headers: UpgradeRequest['headers'] = {}): Promise<Admission> {
    return this.endpoint.admit(asking({ headers }));
  }
}

export function text(data: string) {
  return { data, binary: false };
}

export function asking(request: Partial<UpgradeRequest> = {}): UpgradeRequest {
  return { target: '/feed', headers: {}, remoteAddress: '127.0.0.1', ...request };
}
