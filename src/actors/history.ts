import type { AnyEventObject } from 'xstate';
import type { Transition } from './transition.ts';

/** How many transitions a connection remembers; what is taken again and again meanwhile counts once. */
export const HISTORY_LENGTH = 200;

/** Longest cause that is remembered, in characters; a peer may have written it. */
const LONGEST_CAUSE = 250;

/** What only few transitions have. */
interface Note extends Pick<Transition, 'cause' | 'times' | 'since'> {
  /** Of one that was taken again: the number of the one before, and how many had been taken again by then. */
  readonly after?: number;
  readonly repeat?: number;
}

/**
 * The last transitions of one connection. There are thousands of connections, so a transition takes two numbers: when it
 * was, and which it was. The rest is made when somebody asks.
 */
export class History {
  readonly #now: () => number;
  /** Rings, by the number of the transition modulo their length. */
  readonly #times: number[] = [];
  readonly #steps: number[] = [];
  readonly #notes: (Note | undefined)[] = [];
  /** Numbers of the first that is remembered, and of the one that comes next. */
  #start = 0;
  #end = 0;
  #states: readonly string[] = [];
  #repeats = 0;
  #forgotten = 0;

  /** `now`: wall clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** How often transitions were taken that are remembered no more: the oldest ones. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** Oldest first; what was taken several times stands where it was taken last. */
  get transitions(): Transition[] {
    const numbers = Array.from({ length: this.#end - this.#start }, (_, index) => this.#start + index);
    return numbers.sort((one, other) => this.#compare(one, other)).map((number) => this.#read(number));
  }

  /**
   * A machine was told of an event and is in those states now, a dot path per region. What took it nowhere is
   * remembered of its own timers only: of anything else it may not even have listened.
   */
  record({ type }: AnyEventObject, reached: readonly string[], cause?: string): void {
    const states = type === STOP ? [] : reached;
    const from = this.#states.filter((state) => !states.includes(state));
    const to = states.filter((state) => !this.#states.includes(state));
    if (from.length + to.length === 0 && !type.startsWith(TIMER)) return;
    const step = stepOf(type, from, to, from.length < this.#states.length);
    this.#states = states;
    const earlier = cause === undefined ? this.#findRoutine(step) : undefined;
    if (earlier === undefined) this.#append(step, cause);
    else this.#repeat(earlier);
  }

  #append(step: number, cause: string | undefined): void {
    if (this.#end - this.#start === HISTORY_LENGTH) this.#forget();
    this.#times[this.#end % HISTORY_LENGTH] = this.#now();
    this.#steps[this.#end % HISTORY_LENGTH] = step;
    this.#notes[this.#end % HISTORY_LENGTH] = cause === undefined ? undefined : { cause: short(cause) };
    this.#end += 1;
  }

  #forget(): void {
    this.#forgotten += this.#note(this.#start)?.times ?? 1;
    this.#start += 1;
  }

  /** A quiet hour of pings and pongs must not push out all that came before. */
  #repeat(number: number): void {
    const { times = 1, since = this.#at(number) } = this.#note(number) ?? {};
    this.#repeats += 1;
    const note = { times: times + 1, since, after: this.#end - 1, repeat: this.#repeats };
    this.#notes[number % HISTORY_LENGTH] = note;
    this.#times[number % HISTORY_LENGTH] = this.#now();
  }

  /** The same as before, of what some region does while the others stay as they are: since they last moved together. */
  #findRoutine(step: number): number | undefined {
    for (let number = this.#end - 1; number >= this.#start; number -= 1) {
      if (!this.#step(number).routine) return undefined;
      if (this.#steps[number % HISTORY_LENGTH] === step) return number;
    }
    return undefined;
  }

  #compare(one: number, other: number): number {
    const { after: oneAfter = one, repeat: oneRepeat = 0 } = this.#note(one) ?? {};
    const { after: otherAfter = other, repeat: otherRepeat = 0 } = this.#note(other) ?? {};
    return oneAfter - otherAfter || oneRepeat - otherRepeat;
  }

  #read(number: number): Transition {
    const { event, from, to } = this.#step(number);
    const { cause, times, since } = this.#note(number) ?? {};
    return {
      at: this.#at(number),
      event,
      from,
      to,
      ...(cause === undefined ? {} : { cause }),
      ...(times === undefined || since === undefined ? {} : { times, since }),
    };
  }

  #step(number: number): Step {
    return STEPS[this.#steps[number % HISTORY_LENGTH] ?? 0] ?? NO_STEP;
  }

  #note(number: number): Note | undefined {
    return this.#notes[number % HISTORY_LENGTH];
  }

  #at(number: number): number {
    return this.#times[number % HISTORY_LENGTH] ?? 0;
  }
}

const TIMER = 'xstate.after.';

/** The actor is taken away: it is in no state any more. */
const STOP = 'xstate.stop';

interface Step extends Pick<Transition, 'event' | 'from' | 'to'> {
  /** Some region stayed as it was. */
  readonly routine: boolean;
}

const NO_STEP: Step = { event: '', from: [], to: [], routine: false };

/** Those of all histories, each once. Only machines make them, so there are no more than these can take: some hundred. */
const STEPS: Step[] = [];
const NUMBERS = new Map<string, number>();

function stepOf(type: string, from: readonly string[], to: readonly string[], routine: boolean): number {
  const key = `${type} ${from} ${to} ${routine}`;
  const known = NUMBERS.get(key);
  if (known !== undefined) return known;
  NUMBERS.set(key, STEPS.length);
  // Whoever asks for a history is given these very lists.
  return STEPS.push({ event: eventName(type), from: Object.freeze(from), to: Object.freeze(to), routine }) - 1;
}

function short(cause: string): string {
  if (cause.length <= LONGEST_CAUSE) return cause;
  // A slice alone would keep all of the text in memory.
  return `${Buffer.from(cause.slice(0, LONGEST_CAUSE)).toString()}…`;
}

/** `xstate.after.pingTimeout.connection.linked…` as `after pingTimeout`, `xstate.done.actor.prepare` as `done prepare`. */
function eventName(type: string): string {
  if (type === STOP) return 'stopped';
  const [prefix, kind = '', of = '', name = ''] = type.split('.');
  if (prefix !== 'xstate') return type;
  if (kind === 'after') return `after ${of}`;
  return of === 'actor' ? `${kind} ${name}` : kind;
}
