import type { Accept, Admission, Clock, Dial, Listen, Listener, ListenRequest, Loss, Terms } from '../environment.ts';
import { NetworkError } from '../errors.ts';
import { isRefusal } from '../transport/refusal.ts';
import { askAdmission, refusalLoss } from './memory-admission.ts';
import { type Attempt, addressOf, handshakeOf, isAnswer, type Link, resetLoss } from './memory-request.ts';
import { MemorySocket } from './memory-socket.ts';
import type { WireOptions } from './memory-stream.ts';

/** Options of a memory network. */
export interface MemoryNetworkOptions {
  readonly clock: Clock;
  /** One way, in milliseconds. Default 1. An upgrade takes three of them. */
  readonly latency?: number;
  /** What the systems at both ends hold of one direction, in bytes. Default 256 KiB. */
  readonly bufferBytes?: number;
}

/**
 * A network within the process, in the time of a clock, and deterministic. A fault concerns one address, `host:port`
 * as listened on; a new fault of an address takes the place of its last one.
 */
export interface MemoryNetwork {
  readonly dial: Dial;
  readonly listen: Listen;
  /** How many accepted connections of the address are up. */
  connections(address: string): number;
  /** Its listener accepts TCP connections, but never answers an upgrade. Open connections go on. */
  hang(address: string): void;
  /** Its process stands still: nothing is read, answered or sent; writes to it fill the system's buffers. */
  freeze(address: string): void;
  /** Packets from and to it are lost: a dial hears nothing, open connections fall silent. */
  blackhole(address: string): void;
  /** Each dial to it ends with `loss`. Open connections go on. */
  refuse(address: string, loss: Loss): void;
  /** Ends its fault. What was frozen or lost on the way arrives now; a hung upgrade stays unanswered. */
  heal(address: string): void;
  /** The same as `heal`. */
  thaw(address: string): void;
  /** Ends all its connections, at both ends, with 1006; attempts under way with ECONNRESET. */
  cut(address: string): void;
}

/** A network without faults and listeners. */
export function createMemoryNetwork(options: MemoryNetworkOptions): MemoryNetwork {
  return new Network(options);
}

type Fault = { readonly kind: 'hang' | 'freeze' | 'blackhole' } | { readonly kind: 'refuse'; readonly loss: Loss };

interface Listening {
  readonly request: ListenRequest;
  readonly accept: Accept;
}

const FIRST_PORT = 49_152;

class Network implements MemoryNetwork {
  readonly #wire: WireOptions;
  readonly #listening = new Map<string, Listening>();
  readonly #faults = new Map<string, Fault>();
  readonly #links = new Set<Link>();
  /** What waits for its address to heal. */
  #held: { readonly address: string; readonly go: () => void }[] = [];
  #nextPort = FIRST_PORT;

  constructor({ clock, latency = 1, bufferBytes = 256 * 1024 }: MemoryNetworkOptions) {
    this.#wire = { clock, latency, bufferBytes };
  }

  readonly dial: Dial = (request, events) => {
    const client = new MemorySocket(this.#wire, true, request.maxPayload);
    client.tell(events);
    const url = URL.canParse(request.url) ? new URL(request.url) : undefined;
    if (url === undefined) {
      client.cut({ kind: 'request', message: 'Invalid URL' });
      return client;
    }
    const address = this.#find(addressOf(url));
    const link: Link = { address, client };
    this.#links.add(link);
    client.ended = () => this.#forget(link);
    client.after(this.#wire.latency, () => this.#connect({ link, url, request, events }));
    return client;
  };

  readonly listen: Listen = async (request, accept) => {
    const port = request.port === 0 ? this.#freePort(request.host) : request.port;
    const address = `${request.host}:${port}`;
    if (this.#listening.has(address)) throw new NetworkError(`${address} is taken (EADDRINUSE)`);
    this.#listening.set(address, { request, accept });
    let closed: Promise<void> | undefined;
    const listener: Listener = {
      host: request.host,
      port,
      refusedConnections: 0,
      // Certificates are not simulated.
      renew: () => {},
      close: () => {
        closed ??= this.#close(address);
        return closed;
      },
    };
    return listener;
  };

  connections(address: string): number {
    return this.#linksOf(address).filter((link) => link.server !== undefined).length;
  }

  hang(address: string): void {
    this.#fault(address, { kind: 'hang' });
  }

  freeze(address: string): void {
    this.#fault(address, { kind: 'freeze' });
  }

  blackhole(address: string): void {
    this.#fault(address, { kind: 'blackhole' });
  }

  refuse(address: string, loss: Loss): void {
    this.#fault(address, { kind: 'refuse', loss });
  }

  heal(address: string): void {
    this.#fault(address, undefined);
  }

  thaw(address: string): void {
    this.heal(address);
  }

  cut(address: string): void {
    for (const { client, server } of this.#linksOf(address)) {
      client.cut(resetLoss());
      server?.cut();
    }
  }

  #fault(address: string, fault: Fault | undefined): void {
    if (fault === undefined) this.#faults.delete(address);
    else this.#faults.set(address, fault);
    for (const { client, server } of this.#linksOf(address)) {
      client.disturb(fault?.kind === 'blackhole', false);
      server?.disturb(fault?.kind === 'freeze' || fault?.kind === 'blackhole', fault?.kind === 'freeze');
    }
    const ready = this.#held.filter((held) => held.address === address);
    this.#held = this.#held.filter((held) => held.address !== address);
    for (const { go } of ready) go();
  }

  #connect(attempt: Attempt): void {
    const { link, events } = attempt;
    const { address, client } = link;
    const fault = this.#faults.get(address);
    if (fault?.kind === 'blackhole') {
      this.#hold(link, () => this.#connect(attempt));
    } else if (fault?.kind === 'refuse' && !isAnswer(fault.loss)) {
      client.lose(fault.loss);
    } else if (fault === undefined && !this.#listening.has(address)) {
      client.lose({ kind: 'network', code: 'ECONNREFUSED', message: `connect ECONNREFUSED ${address}` });
    } else {
      client.after(this.#wire.latency, () => this.#upgrade(attempt));
      events.connected();
    }
  }

  #upgrade(attempt: Attempt): void {
    const { link, url, request } = attempt;
    const { address, client } = link;
    const fault = this.#faults.get(address);
    if (fault?.kind === 'hang') return;
    if (this.#isSilent(address)) {
      this.#hold(link, () => this.#upgrade(attempt));
      return;
    }
    const refused = fault?.kind === 'refuse' ? fault.loss : undefined;
    const listening = this.#listening.get(address);
    if (refused !== undefined || listening === undefined) {
      this.#turnAway(client, refused ?? resetLoss());
      return;
    }
    const answer = (admission: Admission) => this.#answer(attempt, listening, admission);
    const admission = askAdmission(listening.request, handshakeOf(url, request));
    // A timer of the client dies with it, when it was cut at this instant for example.
    if (admission instanceof Promise) admission.then((late) => client.after(0, () => answer(late)));
    else answer(admission);
  }

  #answer(attempt: Attempt, listening: Listening, admission: Admission): void {
    const { link } = attempt;
    if (this.#isSilent(link.address)) this.#hold(link, () => this.#answer(attempt, listening, admission));
    else if (this.#listening.get(link.address) !== listening) this.#turnAway(link.client, resetLoss());
    else if (!isRefusal(admission)) this.#accept(attempt, listening, admission);
    else this.#turnAway(link.client, refusalLoss(admission, this.#wire.clock.now));
  }

  #turnAway(client: MemorySocket, loss: Loss): void {
    client.after(this.#wire.latency, () => client.lose(loss));
  }

  #accept({ link, url, request, events }: Attempt, listening: Listening, terms: Terms = {}): void {
    const { client } = link;
    const { subprotocols = [], maxPayload } = { ...listening.request, ...terms };
    const protocol = request.subprotocols.find((name) => subprotocols.includes(name)) ?? '';
    const server = new MemorySocket(this.#wire, false, maxPayload);
    link.server = server;
    server.ended = () => this.#forget(link);
    server.tie(client);
    client.tie(server);
    server.open();
    server.tell(listening.accept(server, { ...handshakeOf(url, request), protocol }));
    client.after(this.#wire.latency, () => this.#open(link, () => events.open(protocol)));
  }

  #open(link: Link, tell: () => void): void {
    if (this.#faults.get(link.address)?.kind === 'blackhole') {
      this.#hold(link, () => this.#open(link, tell));
      return;
    }
    link.client.open();
    tell();
  }

  async #close(address: string): Promise<void> {
    this.#listening.delete(address);
    await Promise.resolve();
    for (const { client, server } of this.#linksOf(address)) {
      if (server === undefined) client.after(this.#wire.latency, () => client.lose(resetLoss()));
      server?.hangUp();
      server?.lose({ kind: 'close', code: 1006, reason: '' });
    }
  }

  #isSilent(address: string): boolean {
    const kind = this.#faults.get(address)?.kind;
    return kind === 'freeze' || kind === 'blackhole';
  }

  #hold(link: Link, go: () => void): void {
    this.#held.push({ address: link.address, go: () => link.client.after(0, go) });
  }

  #forget(link: Link): void {
    if (link.server === undefined || (link.server.over && link.client.over)) this.#links.delete(link);
  }

  #linksOf(address: string): Link[] {
    return [...this.#links].filter((link) => link.address === address);
  }

  #find(address: string): string {
    const anyHost = `0.0.0.0:${address.slice(address.lastIndexOf(':') + 1)}`;
    return !this.#listening.has(address) && this.#listening.has(anyHost) ? anyHost : address;
  }

  #freePort(host: string): number {
    while (this.#listening.has(`${host}:${this.#nextPort}`)) this.#nextPort += 1;
    this.#nextPort += 1;
    return this.#nextPort - 1;
  }
}
