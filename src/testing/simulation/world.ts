import type { Clock } from '../../environment.ts';
import { createMemoryDisk, type MemoryDisk } from '../memory-disk.ts';
import { createMemoryNetwork, type MemoryNetwork } from '../memory-network.ts';
import { seededRandom } from '../scripted-random.ts';
import { createStepClock, type StepClock } from '../step-clock.ts';
import { Findings } from './findings.ts';

/** Where the wall clock begins, in milliseconds since the epoch. */
const WALL_START = 1_700_000_000_000;

/** What outlives the process: time, the network, the disk, chance. */
export class World {
  readonly steps: StepClock = createStepClock();
  readonly clock: Clock;
  readonly findings: Findings;
  readonly network: MemoryNetwork;
  readonly disk: MemoryDisk;
  /** Chance of the process. */
  readonly random: () => number;
  /** Chance of what becomes of the disk: other than that of the process, so that one does not change the other. */
  readonly diskRandom: () => number;
  /** How far the wall clock has jumped, in milliseconds. */
  wallShift = 0;
  /** Runs when a step has ended: a timer has run, and all that followed from it at once. */
  stepEnded: () => void = () => {};
  /** When the step that runs, or has run last, began. */
  #at = 0;

  constructor(seed: number) {
    const { steps } = this;
    this.clock = {
      now: () => steps.now(),
      // The next timer runs when promises have settled after the last one.
      setTimeout: (run, delay) => steps.setTimeout(() => this.#step(run), delay),
      clearTimeout: (timer) => steps.clearTimeout(timer),
    };
    this.findings = new Findings({ now: () => this.#at });
    this.random = seededRandom(seed);
    this.diskRandom = seededRandom(~seed);
    this.network = createMemoryNetwork({ clock: this.clock });
    this.disk = createMemoryDisk({ clock: this.clock, random: this.diskRandom });
  }

  /** When the step that runs, or has run last, began. */
  get at(): number {
    return this.#at;
  }

  readonly wallClock = (): number => WALL_START + this.steps.now() + this.wallShift;

  #step(run: () => void): void {
    try {
      this.stepEnded();
      this.#at = this.steps.now();
      run();
    } catch (error) {
      this.findings.crash(error);
    }
  }
}
