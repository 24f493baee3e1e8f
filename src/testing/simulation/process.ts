import type { Pipeline } from '../../supervision/handles.ts';
import { Life } from './life.ts';
import type { Plan } from './plan.ts';
import type { World } from './world.ts';

/** How a life has ended. */
export type LifeEnd = 'stopped' | 'ended' | 'process' | 'power';

export interface ProcessEdges {
  readonly setup: ((pipeline: Pipeline) => void) | undefined;
  /** Before it starts. */
  readonly began: (life: Life) => void;
  readonly ended: (life: Life, end: LifeEnd) => void;
}

/** The simulated process, over all of its lives. */
export class Process {
  readonly #world: World;
  readonly #plan: Plan;
  readonly #edges: ProcessEdges;
  readonly #late = new Set<string>();
  #life: Life | undefined;
  #exit = 0;
  /** It has ended by itself: nobody starts it again. */
  #over = false;
  /** Milliseconds from the end of a stop to the next start; undefined: for good. */
  #pause: number | undefined;
  /** Its end was asked for. */
  #asked = false;
  #restart: unknown;

  constructor(world: World, plan: Plan, edges: ProcessEdges) {
    this.#world = world;
    this.#plan = plan;
    this.#edges = edges;
  }

  /** Undefined while it is down. */
  get life(): Life | undefined {
    return this.#life;
  }

  /** The exit code of the last life. */
  get exit(): number {
    return this.#exit;
  }

  /** No life, and none to come. */
  get over(): boolean {
    return this.#over;
  }

  begin(): void {
    if (this.#life || this.#over) return;
    const { clock, network, disk, findings, random, wallClock } = this.#world;
    this.#world.clock.clearTimeout(this.#restart);
    const life = new Life({
      loaded: this.#plan.loaded,
      setup: this.#edges.setup,
      environment: { clock, now: wallClock, random, dial: network.dial, listen: network.listen },
      mount: disk.mount(),
      log: (level, who, text) => {
        if (level !== 'debug') findings.log(level, who, text);
        this.logged();
      },
      ended: (exit) => this.#ended(life, exit),
    });
    life.network.isLate = (address) => this.#late.has(address);
    this.#life = life;
    this.#edges.began(life);
    life.start();
  }

  /** Runs with each line of its log. */
  logged: () => void = () => {};

  /** It is killed, or the power fails, and it starts again after `pause` milliseconds. False when it is down. */
  kill(how: 'process' | 'power', pause: number): boolean {
    const life = this.#life;
    if (!life) return this.#beginAgain(pause);
    this.#asked = false;
    life.die();
    if (how === 'power') {
      for (const { address } of [...this.#plan.producers, ...this.#plan.consumers]) this.#world.network.cut(address);
      this.#world.disk.loseUnsynced(this.#world.diskRandom);
    }
    this.#leave(life, how);
    this.#beginAfter(pause);
    return true;
  }

  /** SIGTERM: drains, and starts again after `pause` milliseconds; without one it has ended for good. A second one kills. */
  stop(drain: string | number | undefined, pause: number | undefined): boolean {
    const life = this.#life;
    if (!life) return false;
    if (life.state === 'stopping') return this.kill('process', pause ?? 0);
    this.#asked = true;
    this.#pause = pause;
    life.stop(drain);
    return true;
  }

  block(ms: number): boolean {
    this.#life?.block(ms);
    return this.#life !== undefined;
  }

  /** Late events of the sockets that are over; with `always` also of those that will be. */
  repeat(address: string, always: boolean): void {
    if (always) this.#late.add(address);
    this.#life?.network.repeat(address);
  }

  endRepeats(address: string): void {
    this.#late.delete(address);
  }

  #ended(life: Life, exit: number): void {
    if (this.#life !== life) return;
    const asked = this.#asked;
    this.#asked = false;
    this.#exit = exit;
    this.#over = !asked || this.#pause === undefined;
    this.#leave(life, asked ? 'stopped' : 'ended');
    if (this.#pause !== undefined && !this.#over) this.#beginAfter(this.#pause);
  }

  /** Somebody starts it again that has ended by itself. */
  #beginAgain(pause: number): boolean {
    if (!this.#over) return false;
    this.#over = false;
    this.#beginAfter(pause);
    return true;
  }

  #leave(life: Life, end: LifeEnd): void {
    this.#life = undefined;
    this.#edges.ended(life, end);
  }

  #beginAfter(pause: number): void {
    this.#restart = this.#world.clock.setTimeout(() => this.begin(), pause);
  }
}
