import { type Observable, Subscription } from 'rxjs';
import type { AnyActorRef } from 'xstate';
import type { Environment } from '../environment.ts';
import type { Control } from './page/server.ts';
import { Recorder } from './recorder/recorder.ts';
import type { Sample } from './wire.ts';

/** Milliseconds between two looks at the counters. */
const SAMPLE_INTERVAL = 1000;

/** What can be inspected: a supervisor, as far as inspection knows it. */
export interface Inspected {
  readonly environment: Pick<Environment, 'clock' | 'now' | 'logger' | 'dial'>;
  /** Emits the root actor: at once when there is one, else when it is made. */
  readonly root$: Observable<AnyActorRef>;
  /** Starts to measure; called once per watch. */
  readonly measure: () => Measurement;
  readonly control: Control;
}

export interface Measurement {
  readonly read: () => readonly Sample[];
  readonly close: () => void;
}

/** One recorder at work on a supervisor: hears its actors, and looks at its counters once a second. */
export class Watch {
  readonly recorder: Recorder;
  readonly #clock: Environment['clock'];
  readonly #measurement: Measurement;
  readonly #following: Subscription;
  #timer: unknown;

  constructor({ environment, root$, measure }: Inspected) {
    const { clock, now, logger } = environment;
    this.#clock = clock;
    this.recorder = new Recorder({ now, logger });
    this.#measurement = measure();
    this.#following = new Subscription();
    this.#following.add(root$.subscribe((root) => this.recorder.attach(root)));
    this.#sample();
  }

  /** Looks once more, so that the last numbers are told too. */
  close(): void {
    if (this.#following.closed) return;
    this.#clock.clearTimeout(this.#timer);
    this.recorder.sample(this.#measurement.read());
    this.#following.unsubscribe();
    this.#measurement.close();
    this.recorder.close();
  }

  #sample(): void {
    this.recorder.sample(this.#measurement.read());
    this.#timer = this.#clock.setTimeout(() => this.#sample(), SAMPLE_INTERVAL);
  }
}
