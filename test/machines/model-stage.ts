import { type AnyEventObject, type EventObject, fromPromise, type NonReducibleUnknown } from 'xstate';
import { resource } from '../../src/actors/resource.ts';

/** What the outside says to the guards that ask it; none: no. */
export type Answers = Readonly<Record<string, boolean>>;

/** An actor that does nothing by itself. What it cannot do is missing. */
export interface Double {
  readonly say?: (event: AnyEventObject) => void;
  readonly finish?: (output: unknown) => void;
  readonly crash: (error: Error) => void;
}

/** What surrounds a machine: doubles of the actors that it runs, by their ids, and what the outside answers. */
export class Stage {
  readonly #doubles = new Map<string, Double>();
  #answers: Answers = {};
  #asked = new Set<string>();

  /** Ids of the doubles that run. */
  get running(): string[] {
    return [...this.#doubles.keys()].sort();
  }

  /** Ids of the guards that have asked since the answers were set. */
  get asked(): string[] {
    return [...this.#asked];
  }

  /** For another machine; what a walk has left is reported where it was walked. */
  clear(answers: Answers): void {
    this.#doubles.clear();
    this.setAnswers(answers);
  }

  double(id: string): Double {
    const double = this.#doubles.get(id);
    if (!double) throw new Error(`${id} does not run`);
    return double;
  }

  setAnswers(answers: Answers): void {
    this.#answers = answers;
    this.#asked = new Set();
  }

  /** A guard that only the outside can answer. */
  answer(guard: string): () => boolean {
    return () => {
      this.#asked.add(guard);
      return this.#answers[guard] ?? false;
    };
  }

  /** Reports to the machine, as a socket does, until it is disposed or crashes. */
  resource<In extends EventObject, Input = NonReducibleUnknown>(id: string) {
    return resource<In, Input>(({ sendBack, crash, onEnd }) => onEnd(this.#enter(id, { say: sendBack, crash })));
  }

  /** Comes to an end with an output, as a promise or a machine does; reports meanwhile, as a machine does. */
  promise<Output = unknown>(id: string, output: (value: unknown) => Output) {
    return fromPromise<Output>(({ signal, self }) => {
      const settled = new Promise<Output>((resolve, reject) => {
        const leave = this.#enter(id, {
          say: (event) => self._parent?.send(event),
          finish: (value) => {
            leave();
            resolve(output(value));
          },
          crash: (error) => {
            leave();
            reject(error);
          },
        });
        signal.addEventListener('abort', leave);
      });
      return settled;
    });
  }

  /** Gives back what to run at its end. */
  #enter(id: string, double: Double): () => void {
    if (this.#doubles.has(id)) throw new Error(`${id} runs twice`);
    this.#doubles.set(id, double);
    return () => {
      if (this.#doubles.get(id) === double) this.#doubles.delete(id);
    };
  }
}
