import { createActor, fromCallback, fromPromise, type SnapshotFrom } from 'xstate';
import {
  type ConnectionCause,
  type ConnectionEvent,
  type ConnectionInput,
  connectionMachine,
  type GreetingCommand,
  type ScriptStep,
  type SocketCommand,
} from '../../machines/connection.ts';
import { createStepClock, type StepClock } from '../../src/testing/step-clock.ts';
import { TransitionCoverage } from './transition-coverage.ts';

export const coverage = new TransitionCoverage(connectionMachine);

/** One request. */
export const SENDS: ScriptStep = { sends: true, expects: false, within: 10_000 };

/** One reply that is waited for. */
export const EXPECTS: ScriptStep = { sends: false, expects: true, within: 10_000 };

/** Eager, with one request, without anything that watches a live connection. */
export const SETTINGS: ConnectionInput = {
  role: 'source',
  lazy: false,
  connectTimeout: 10_000,
  closeTimeout: 5_000,
  pingInterval: null,
  pingTimeout: 10_000,
  logOnly: false,
  pulseInterval: null,
  noDataTimeout: null,
  initialBackoff: 500,
  maxBackoff: 30_000,
  multiplier: 2,
  maxAttempts: null,
  resetAfter: 30_000,
  script: [SENDS],
  requestInterval: 0,
};

export const RESET: ConnectionCause = { kind: 'network', code: 'ECONNRESET', message: 'read ECONNRESET' };

/** The connection machine on a step clock, with doubles for what it invokes and for what the outside knows. */
export class ConnectionBench {
  readonly clock: StepClock = createStepClock();
  /** What was asked of a socket, with the number of the socket, from 1: `1:ping`. */
  readonly commands: string[] = [];
  /** What was asked of the script, with the index of its step: `send 0`. */
  readonly said: string[] = [];
  /** Calls to the outside, in order: `announceLive`. */
  readonly calls: string[] = [];
  /** What is invoked at the moment, in order of start: `socket 2`. */
  readonly running: string[] = [];
  /** What the guards of the outside answer. */
  readonly outside = { held: false, progressed: false, loopBlocked: false, fed: false };
  /** What the next preparation comes to. */
  preparation: () => Promise<void>;
  sockets = 0;
  readonly #senders: ((event: ConnectionEvent) => void)[] = [];
  readonly #actor;

  constructor(settings: Partial<ConnectionInput> = {}, preparation = () => Promise.resolve()) {
    this.preparation = preparation;
    const machine = connectionMachine.provide({
      actors: {
        demand: this.#invoked('demand'),
        greeting: fromCallback<GreetingCommand>(({ receive }) => {
          receive(({ type, step }) => this.said.push(`${type} ${step}`));
          return this.#begin('greeting');
        }),
        prepare: fromPromise(({ signal }) => {
          const end = this.#begin('prepare');
          signal.addEventListener('abort', end);
          return this.preparation().finally(end);
        }),
        socket: fromCallback<SocketCommand>(({ sendBack, receive }) => {
          this.sockets += 1;
          const number = this.sockets;
          const end = this.#begin(`socket ${number}`);
          this.#senders[number] = sendBack;
          receive(({ type }) => this.commands.push(`${number}:${type}`));
          return end;
        }),
      },
      actions: {
        announceStarted: () => this.#call('announceStarted'),
        announceLive: () => this.#call('announceLive'),
        announceLost: () => this.#call('announceLost'),
        announceBlocked: () => this.#call('announceBlocked'),
        announceUnblocked: () => this.#call('announceUnblocked'),
        announceRejected: () => this.#call('announceRejected'),
        closeIntake: () => this.#call('closeIntake'),
        markFed: () => this.#call('markFed'),
        markProgress: () => this.#call('markProgress'),
        warnSilence: () => this.#call('warnSilence'),
        warnLongPause: () => this.#call('warnLongPause'),
      },
      guards: {
        isHeld: () => this.outside.held,
        hasProgressed: () => this.outside.progressed,
        wasLoopBlocked: () => this.outside.loopBlocked,
        wasFed: () => this.outside.fed,
      },
    });
    this.#actor = createActor(machine, {
      clock: this.clock,
      input: { ...SETTINGS, ...settings },
      inspect: coverage.inspect,
    });
    this.#actor.start();
  }

  get snapshot(): SnapshotFrom<typeof connectionMachine> {
    return this.#actor.getSnapshot();
  }

  get context() {
    return this.snapshot.context;
  }

  /** The state as a dot path per region. */
  get paths(): string[] {
    return pathsOf(this.snapshot.value);
  }

  /** The state of a region of `live`, or undefined when the connection is not live. */
  region(name: string): string | undefined {
    const prefix = `linked.live.${name}.`;
    return this.paths.find((path) => path.startsWith(prefix))?.slice(prefix.length);
  }

  send(event: ConnectionEvent): void {
    this.#actor.send(event);
  }

  /** From the socket of that number, by default the latest. */
  socket(event: ConnectionEvent, number = this.sockets): void {
    this.#senders[number]?.(event);
  }

  lose(cause: ConnectionCause = RESET, owing = false): void {
    this.socket({ type: 'socket.lost', cause, owing });
  }

  /** Lets the attempt that is due take its way up to the upgrade. */
  async dial(): Promise<this> {
    await this.clock.settle();
    this.socket({ type: 'socket.connected' });
    return this;
  }

  async open(): Promise<this> {
    await this.dial();
    this.socket({ type: 'socket.open' });
    return this;
  }

  async live(): Promise<this> {
    await this.open();
    this.send({ type: 'step.sent' });
    return this;
  }

  /**
   * Runs `act` between a timer that is due in `ms` and what that timer sets for the same instant: where a state waits
   * for its last look.
   */
  async atLastLook(ms: number, act: () => void): Promise<void> {
    this.clock.setTimeout(act, ms);
    await this.clock.advance(ms);
  }

  /** Time until the next dial. */
  async untilDial(): Promise<number> {
    const from = this.clock.now();
    const dialled = this.sockets;
    while (this.sockets === dialled && (await this.clock.next())) await this.clock.settle();
    return this.clock.now() - from;
  }

  /** Stops the actor itself, as a parent would; afterwards nothing is left of it. */
  end(): void {
    this.#actor.stop();
  }

  #invoked(name: string) {
    return fromCallback(() => this.#begin(name));
  }

  /** Gives back what to run at the end. */
  #begin(name: string): () => void {
    this.running.push(name);
    let runs = true;
    return () => {
      if (runs) this.running.splice(this.running.indexOf(name), 1);
      runs = false;
    };
  }

  #call(name: string): void {
    this.calls.push(name);
  }
}

/** `{a: {b: 'c', d: 'e'}}` as `['a.b.c', 'a.d.e']`. */
export function pathsOf(value: object | string): string[] {
  if (typeof value === 'string') return [value];
  return Object.entries(value).flatMap(([key, inner]) => pathsOf(inner).map((path) => `${key}.${path}`));
}
