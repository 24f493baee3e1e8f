import type { Clock, Dial } from '../../environment.ts';
import type { LifeClock } from './life-clock.ts';
import { LifeSocket } from './life-socket.ts';

/** How many sockets that are over are remembered, so that their events can come late. */
const KEPT = 8;

/** Milliseconds from the end of a socket to its late events, where these are asked for. */
const LATENESS = 1;

/** The network as one life of a process sees it: its sockets are cut when it dies, and tell it nothing afterwards. */
export class LifeNetwork {
  readonly #world: Clock;
  readonly #clock: LifeClock;
  readonly #dialWorld: Dial;
  readonly #open = new Set<LifeSocket>();
  readonly #over: LifeSocket[] = [];
  /** Addresses of which the next socket that is over tells its last events once more. */
  readonly #nextLate = new Set<string>();

  constructor(world: Clock, clock: LifeClock, dialWorld: Dial) {
    this.#world = world;
    this.#clock = clock;
    this.#dialWorld = dialWorld;
    clock.unblocked = () => {
      for (const socket of this.#open) socket.unblock();
    };
  }

  /** Whether the events of a socket to the address come once more whenever one is over. */
  isLate: (address: string) => boolean = () => false;

  /** A socket to the address is over. */
  ended: (address: string) => void = () => {};

  /** Sockets that are not over. */
  get sockets(): number {
    return this.#open.size;
  }

  readonly dial: Dial = (request, events) => {
    const socket = new LifeSocket(this.#clock, request, events, () => this.#ended(socket));
    if (!this.#clock.alive) return socket;
    this.#open.add(socket);
    socket.connect(this.#dialWorld);
    return socket;
  };

  /** The last socket to an address that is over. */
  lastOver(address: string): LifeSocket | undefined {
    return this.#over.findLast((socket) => socket.address === address);
  }

  /** The last events of sockets to the address that are over come once more; when none is over, those of the next. */
  repeat(address: string): void {
    const over = this.#over.filter((socket) => socket.address === address);
    if (over.length === 0) this.#nextLate.add(address);
    for (const socket of over) socket.repeat();
  }

  /** The event loop stands still: nothing is read. */
  block(): void {
    for (const socket of this.#open) socket.block();
  }

  /** The process is gone: its system closes what it had open. */
  die(): void {
    for (const socket of this.#open) socket.abandon();
    this.#open.clear();
  }

  #ended(socket: LifeSocket): void {
    this.#open.delete(socket);
    this.#over.push(socket);
    if (this.#over.length > KEPT) this.#over.shift();
    const { address } = socket;
    this.ended(address);
    if (!this.#nextLate.delete(address) && !this.isLate(address)) return;
    this.#world.setTimeout(() => socket.repeat(), LATENESS);
  }
}
