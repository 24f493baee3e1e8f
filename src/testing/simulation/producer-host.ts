import type { Clock } from '../../environment.ts';
import { writeMark } from '../ledger-marks.ts';
import type { MemoryNetwork } from '../memory-network.ts';
import { Host, type Peer } from './host.ts';
import type { ProducerPlan } from './plan.ts';

/** What the judge hears of a producer. */
export interface ProducerEdges {
  /** It has made the message of this number. */
  readonly produced: (number: number) => void;
  /** A connection begins behind this number; undefined when it did not say where. */
  readonly asked: (number: number | undefined) => void;
  /** The connection was sent what goes up to this number. */
  readonly sent: (number: number) => void;
}

/** A server that sends numbered messages to the connection that came last. */
export class ProducerHost {
  readonly host: Host;
  readonly #plan: ProducerPlan;
  readonly #clock: Clock;
  readonly #edges: ProducerEdges;
  readonly #padding: string;
  #made = 0;
  #current: Peer | undefined;
  #timer: unknown;
  /** Messages that are no JSON and have found no connection yet. */
  #poison = 0;

  constructor(plan: ProducerPlan, clock: Clock, network: MemoryNetwork, edges: ProducerEdges) {
    this.#plan = plan;
    this.#clock = clock;
    this.#edges = edges;
    this.#padding = 'x'.repeat(plan.padding);
    this.host = new Host(plan.host, plan.address, network, {
      joined: (peer) => this.#welcome(peer),
      frames: () => {},
      left: (peer) => {
        if (this.#current === peer) this.#current = undefined;
      },
    });
  }

  /** How many messages it has made. */
  get made(): number {
    return this.#made;
  }

  start(): void {
    this.#timer = this.#clock.setTimeout(() => {
      this.#produce();
      this.start();
    }, this.#plan.every);
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  /** Sends a message that is no JSON; to the next connection when there is none. */
  poison(): void {
    this.#poison += 1;
    this.#sendPoison();
  }

  #produce(): void {
    const { burst, messages, resume } = this.#plan;
    if (!this.host.runs || (!resume && !this.#current)) return;
    const first = this.#made + 1;
    this.#made = Math.min(this.#made + burst, messages);
    for (let number = first; number <= this.#made; number += 1) this.#edges.produced(number);
    this.#send(first);
  }

  #welcome(peer: Peer): void {
    this.#current = peer;
    const asked = this.#askedBy(peer);
    this.#edges.asked(asked);
    if (this.#plan.resume) this.#send((asked ?? 0) + 1);
    this.#sendPoison();
  }

  #send(first: number): void {
    if (!this.#current || first > this.#made) return;
    this.#edges.sent(this.#made);
    const frames = Array.from({ length: this.#made - first + 1 }, (_, at) => this.#text(first + at));
    this.#current.socket.write(frames.map((data) => ({ data, binary: false })));
  }

  #sendPoison(): void {
    if (!this.#current) return;
    for (; this.#poison > 0; this.#poison -= 1) this.#current.socket.write([{ data: POISON, binary: false }]);
  }

  #text(number: number): string {
    const { host } = this.#plan;
    return writeMark({ producer: host, number }, this.#padding === '' ? {} : { padding: this.#padding });
  }

  #askedBy({ handshake }: Peer): number | undefined {
    const { query, header } = this.#plan.resume ?? {};
    const { searchParams } = new URL(handshake.target, 'ws://server');
    const value = (query && searchParams.get(query)) ?? (header && handshake.headers[header.toLowerCase()]);
    return typeof value === 'string' && value !== '' ? Number(value) : undefined;
  }
}

/** What no consumer has to get. */
export const POISON = 'this is no JSON {';
