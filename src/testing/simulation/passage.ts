import { OwedMessages } from './owed-messages.ts';

/** How one producer's messages come to one consumer. */
export interface PassageTerms {
  /** The producer keeps what it has made until it is delivered, so that all of it has to be. */
  readonly lasting: boolean;
  /** The first number that has to be delivered. */
  readonly first: number;
  /** Most messages that the sink may have sent and that are not acknowledged. */
  readonly window: number;
  /** What the sink owes outlives the process. */
  readonly onDisk: boolean;
  /** The sink settles what its system took: what was under way when a connection ended may be gone. */
  readonly fleeting: boolean;
  readonly passes: (number: number) => boolean;
  readonly drops: Drops;
}

/** Messages of a consumer that counters say are gone, of all its producers. */
export interface Drops {
  /** All that were counted, over all lives of the process. */
  readonly counted: () => number;
  /** Those of which it is known which they were. */
  known: number;
  /** Of those that were counted, what was never sent: what a full buffer has dropped, and what cannot be sent. */
  readonly unsent: number;
}

/** The messages of one connection to the consumer, by their places in what was handed on. */
export interface Line {
  /** Which life of the process it belongs to. What is under way may arrive after the end of that. */
  readonly life: number;
  /** Where the last message may have stood; undefined before the first. More than one while a repetition is ambiguous. */
  places: readonly number[] | undefined;
}

/** What a message that was delivered shows. */
export interface Arrived {
  /** It does not follow the last one: it, and those after it, come again. */
  readonly again: boolean;
  /** What is wrong, if it is. */
  readonly fault: string | undefined;
}

/** What is left of a life of the process. */
export interface LifeEnding {
  /** So many of the first events that it handed on are settled; the rest is gone unless somebody keeps it. */
  readonly safe: number;
  /**
   * What it had delivered by then is noted on its disk as delivered. Undefined: nothing is, not even by former lives:
   * the power has failed, and notes are not synced. What was delivered since the last synced write comes again then,
   * however much that is.
   */
  readonly noted: number | undefined;
  /** What it kept on disk may be gone. */
  readonly unsynced: boolean;
}

/** What is known of a life of the process. */
interface LifeBounds {
  /** It delivers nothing that was handed on before this place, unless a disk has kept it. */
  readonly start: number;
  /** It goes back no further than this. */
  readonly floor: number;
  /** Where what it has handed on ends; undefined while it lasts. */
  end: number | undefined;
  /** The furthest place that it may have delivered. */
  reached: number | undefined;
  /** The furthest place that it has delivered in any case. */
  certain: number;
}

/**
 * Judges how one producer's messages come to one consumer, message by message. The measure is what the source has handed
 * on, in that order: on each connection the consumer must get exactly this, from a place on that is at most the sink's
 * window behind the furthest one, or from the first one that is not known as delivered when the process is a new one.
 * What was handed on twice, because the producer was asked for it twice, may be delivered twice.
 */
export class Passage {
  readonly owed: OwedMessages;
  readonly #terms: PassageTerms;
  readonly #handedOn: number[] = [];
  readonly #placesOf = new Map<number, number[]>();
  readonly #skipped = new Set<number>();
  /** Places of which it is certain that what stood there has come. */
  readonly #visited = new Set<number>();
  /** When the consumer got what, in this life. Only with a buffer on disk. */
  #trail: { readonly at: number; readonly place: number }[] = [];
  readonly #lives: LifeBounds[] = [];
  #life: LifeBounds = this.#begin(0, 0);
  #reached = -1;
  /** What was handed on before this may have been under way when a connection ended. */
  #exposed = 0;
  #lastPlace = -1;

  constructor(terms: PassageTerms) {
    this.#terms = terms;
    this.owed = new OwedMessages(terms.first);
  }

  /** How many events that were handed on may never have come. */
  get unheard(): number {
    return this.#handedOn.length - this.#visited.size;
  }

  /** The producer has made a message. */
  produce(number: number): void {
    if (this.#terms.lasting && this.#terms.passes(number)) this.owed.owe(number);
  }

  /** The source has handed it on. */
  handOn(number: number): void {
    if (!this.#terms.passes(number)) return;
    const places = this.#placesOf.get(number);
    if (places) places.push(this.#handedOn.length);
    else this.#placesOf.set(number, [this.#handedOn.length]);
    this.#handedOn.push(number);
    if (!this.#terms.lasting) this.owed.owe(number);
  }

  /** The consumer has got it. */
  deliver(line: Line, number: number, at: number): Arrived {
    this.owed.deliver(number);
    const places = this.#follow(line, number);
    const fault = places.length > 0 ? undefined : this.#faultOf(line, number);
    // Whatever is wrong, the next one is judged by this one.
    const known = places.length > 0 ? places : (this.#placesOf.get(number)?.slice(-1) ?? [this.#reached]);
    line.places = known;
    const place = known[known.length - 1] ?? this.#reached;
    if (known.length === 1) this.#visited.add(place);
    const again = place !== this.#lastPlace + 1 || (this.#handedOn[place - 1] ?? 0) >= number;
    this.#lastPlace = place;
    this.#reached = Math.max(this.#reached, place);
    const life = this.#lifeOf(line);
    life.reached = Math.max(life.reached ?? -1, place);
    life.certain = Math.max(life.certain, Math.min(...known));
    if (this.#terms.onDisk && life === this.#life) this.#trail.push({ at, place });
    return { again, fault };
  }

  /** A connection to the consumer has ended. */
  exposed(): void {
    this.#exposed = this.#handedOn.length;
  }

  /** What is nowhere and was under way when a connection ended was acknowledged by the system alone. */
  excuseFleeting(): void {
    if (!this.#terms.fleeting) return;
    for (const number of this.#handedOn.slice(0, this.#exposed)) this.owed.excuse(number);
  }

  /** The process has ended. */
  endLife({ safe, noted, unsynced }: LifeEnding): void {
    const { lasting, onDisk, window } = this.#terms;
    const end = this.#handedOn.length;
    if (!lasting) this.#excuseFrom(this.#life.start + (onDisk ? safe : 0));
    if (unsynced) this.#excuseFrom(0);
    this.#life.end = end;
    const known = this.#trail.findLast(({ at }) => noted !== undefined && at <= noted)?.place ?? -1;
    const floor = noted === undefined ? 0 : Math.max(this.#life.floor, known + 1 - window);
    this.#trail = [];
    this.#life = this.#begin(end, onDisk ? floor : end);
  }

  #excuseFrom(place: number): void {
    for (const number of this.#handedOn.slice(place)) this.owed.excuse(number);
  }

  #follow(line: Line, number: number): readonly number[] {
    const { places } = line;
    if (places === undefined) return this.#first(line, number);
    const [only] = places;
    const follows = only !== undefined && this.#handedOn[only + 1] === number;
    if (follows && places.length === 1 && only + 1 >= this.#lifeOf(line).start) return [only + 1];
    const next = places.map((place) => place + 1).filter((place) => this.#handedOn[place] === number);
    const further = places.flatMap((place) => this.#unkept(line, place + 1, number));
    return next.length + further.length > 0 ? [...new Set([...next, ...further])] : this.#leap(line, places, number);
  }

  /** The first message of a connection. */
  #first(line: Line, number: number): readonly number[] {
    const { floor, reached, certain } = this.#lifeOf(line);
    const last = reached ?? Math.max(this.#reached, floor - 1);
    const lowest = Math.max(floor, certain + 1 - this.#terms.window - this.#skipped.size);
    const places = this.#placesIn(line, number).filter((place) => place >= lowest && place <= last + 1);
    if (places.length === 0) return this.#leap(line, [last], number);
    return [...places, ...this.#unkept(line, last + 1, number)];
  }

  /** Places further on: of the end of the last life a disk that was full has kept nothing, so that it is left out. */
  #unkept(line: Line, from: number, number: number): readonly number[] {
    if (!this.#terms.onDisk || from >= this.#lifeOf(line).start) return [];
    return this.#placesIn(line, number).filter((to) => to > from && this.#unexplained(line, from, to).length === 0);
  }

  /** Further on, when what is left out is accounted for. */
  #leap(line: Line, from: readonly number[], number: number): readonly number[] {
    const ways = this.#placesIn(line, number).flatMap((to) =>
      from.flatMap((place) => (to > place ? [{ to, left: this.#unexplained(line, place + 1, to) }] : [])),
    );
    const free = ways.filter(({ left }) => left.length === 0).map(({ to }) => to);
    if (free.length > 0) return [...new Set(free)];
    const budget = ways.length === 0 ? 0 : this.#terms.drops.counted() - this.#terms.drops.known;
    const way = ways.find(({ left }) => left.length <= budget);
    if (!way) return [];
    this.#terms.drops.known += way.left.length;
    for (const place of way.left) {
      this.#skipped.add(place);
      this.owed.drop(this.#handedOn[place] ?? 0);
    }
    return [way.to];
  }

  /** Places that only a counter can account for. */
  #unexplained(line: Line, from: number, to: number): number[] {
    const { start } = this.#lifeOf(line);
    const left: number[] = [];
    for (let place = from; place < to; place += 1) {
      // What is lost with a process is judged at the end: it may be brought again.
      if (place < start || this.#skipped.has(place)) continue;
      if (this.#terms.fleeting && place < this.#exposed) this.owed.excuse(this.#handedOn[place] ?? 0);
      else left.push(place);
    }
    return left;
  }

  /** Where a life may have the message from. */
  #placesIn(line: Line, number: number): readonly number[] {
    const { floor, end = Number.POSITIVE_INFINITY } = this.#lifeOf(line);
    return (this.#placesOf.get(number) ?? []).filter((place) => place >= floor && place < end);
  }

  #lifeOf({ life }: Line): LifeBounds {
    return this.#lives[life] ?? this.#life;
  }

  #begin(start: number, floor: number): LifeBounds {
    const life: LifeBounds = { start, floor, end: undefined, reached: undefined, certain: -1 };
    this.#lives.push(life);
    return life;
  }

  #faultOf(line: Line, number: number): string {
    if (!this.#placesOf.has(number)) return `${number}, which was never handed on`;
    const after = line.places?.map((place) => this.#handedOn[place]).join(' or ');
    if (after !== undefined) return `${number} after ${after}`;
    const last = this.#handedOn[this.#lifeOf(line).reached ?? this.#reached] ?? 'nothing';
    return `${number} first on a new connection, after ${last} on the last one, with at most ${this.#terms.window} in flight`;
  }
}
