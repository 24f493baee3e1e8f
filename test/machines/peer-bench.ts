import { createActor, fromCallback } from 'xstate';
import { type PeerCommand, type PeerEvent, type PeerInput, peerMachine } from '../../machines/peer.ts';
import { createStepClock } from '../../src/testing/step-clock.ts';
import { pathsOf } from './connection-bench.ts';
import { TransitionCoverage } from './transition-coverage.ts';

export const coverage = new TransitionCoverage(peerMachine);

/** Without anything that watches a live peer. */
export const QUIET: PeerInput = {
  peer: 'p-1',
  address: '192.0.2.7',
  pingInterval: null,
  pingTimeout: 10_000,
  logOnly: false,
  idleTimeout: null,
  closeTimeout: 5_000,
};

/** The peer machine on a step clock, with doubles for its socket and for what the outside knows. */
export class PeerBench {
  readonly clock = createStepClock();
  /** What was asked of the socket: `ping`, `close 1001 going away`. */
  readonly commands: string[] = [];
  /** Calls to the outside, in order. */
  readonly calls: string[] = [];
  /** What the guards of the outside answer. */
  readonly outside = { held: false, progressed: false, loopBlocked: false };
  /** Sockets that are not disposed. */
  sockets = 0;
  /** How often it told its shard that the next one may start. */
  ready = 0;
  #usedAt = 0;
  #pingLeftAt = Number.NEGATIVE_INFINITY;
  readonly #idleTimeout: number;
  readonly #pingTimeout: number;
  readonly #actor;

  constructor(settings: Partial<PeerInput> = {}, held = false) {
    const input = { ...QUIET, ...settings };
    this.#idleTimeout = input.idleTimeout ?? 0;
    this.#pingTimeout = input.pingTimeout;
    this.outside.held = held;
    const machine = peerMachine.provide({
      actors: {
        socket: fromCallback<PeerCommand, { peer: string }>(({ receive }) => {
          this.sockets += 1;
          receive((command) => {
            this.commands.push(wordOf(command));
            this.pingLeaves();
          });
          return () => {
            this.sockets -= 1;
          };
        }),
      },
      actions: {
        announceReady: () => {
          this.ready += 1;
        },
        markProgress: () => {
          this.calls.push('markProgress');
          this.pingLeaves();
        },
        markUsed: () => this.use(),
        warnSilence: () => this.calls.push('warnSilence'),
        logSilence: () => this.calls.push('logSilence'),
      },
      guards: {
        isHeld: () => this.outside.held,
        hasProgressed: () => this.outside.progressed,
        isTooEarly: () => this.#patience > 0,
        wasLoopBlocked: () => this.outside.loopBlocked,
        wasUsed: () => this.#idleRemaining > 0,
      },
      delays: {
        idleRemaining: () => this.#idleRemaining,
        pingRemaining: () => (this.#patience > 0 ? this.#patience : input.pingTimeout),
      },
    });
    this.#actor = createActor(machine, { clock: this.clock, input, inspect: coverage.inspect });
    this.#actor.start();
  }

  /** `live`, `closing` or `closed`. */
  get state(): string {
    const { value } = this.#actor.getSnapshot();
    return typeof value === 'string' ? value : 'live';
  }

  /** The state of a region of `live`, or undefined when the peer is not live. */
  region(name: string): string | undefined {
    const prefix = `live.${name}.`;
    const path = pathsOf(this.#actor.getSnapshot().value).find((each) => each.startsWith(prefix));
    return path?.slice(prefix.length);
  }

  is(tag: 'live' | 'slow' | 'idle' | 'closing'): boolean {
    return this.#actor.getSnapshot().hasTag(tag);
  }

  send(...events: PeerEvent[]): void {
    for (const event of events) this.#actor.send(event);
  }

  /** A message passes, in either direction. */
  use(): void {
    this.#usedAt = this.clock.now();
  }

  /**
   * Runs `act` between a timer that is due in `ms` and what that timer sets for the same instant: where a state waits
   * for its last look.
   */
  async atLastLook(ms: number, act: () => void): Promise<void> {
    this.clock.setTimeout(act, ms);
    await this.clock.advance(ms);
  }

  /** The ping that was sent last leaves the queue. */
  pingLeaves(): void {
    this.#pingLeftAt = this.clock.now();
  }

  get #patience(): number {
    return this.#pingLeftAt + this.#pingTimeout - this.clock.now();
  }

  get #idleRemaining(): number {
    return this.#usedAt + this.#idleTimeout - this.clock.now();
  }
}

function wordOf(command: PeerCommand): string {
  return command.type === 'close' ? `close ${command.farewell.code} ${command.farewell.reason}` : command.type;
}
