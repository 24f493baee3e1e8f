/** Events that lie side by side on disk, and that somebody has in memory. */
export interface Place {
  /** Position of the first of them. */
  readonly position: number;
  /** Position behind the last of them. */
  readonly end: number;
  /** Where the whole record is that they are in. */
  readonly key: string;
}

/** Where the events are that were loaded and are not settled, in order. Between two places something may be missing. */
export class ChunkPlaces {
  #places: Place[] = [];
  /** Those before it are settled. */
  #first = 0;
  /** Events of the first one that are settled. */
  #taken = 0;
  #events = 0;

  /** Events that are not settled. */
  get events(): number {
    return this.#events;
  }

  /** Position of the first event that is not settled; undefined when there is none. */
  get position(): number | undefined {
    const first = this.#places[this.#first];
    return first && first.position + this.#taken;
  }

  add(place: Place): void {
    this.#places.push(place);
    this.#events += place.end - place.position;
  }

  /** The first `count` events are settled. Answers with the keys of records of which nothing is left. */
  settle(count: number): string[] {
    const keys: string[] = [];
    let left = count;
    this.#events -= count;
    for (let place = this.#places[this.#first]; place && left > 0; place = this.#places[this.#first]) {
      const events = place.end - place.position - this.#taken;
      if (events > left) {
        this.#taken += left;
        break;
      }
      left -= events;
      keys.push(place.key);
      this.#first += 1;
      this.#taken = 0;
    }
    this.#compact();
    return keys;
  }

  /** Only when it is long, so that settling stays O(1). */
  #compact(): void {
    if (this.#first < 1024 && this.#first < this.#places.length) return;
    this.#places = this.#places.slice(this.#first);
    this.#first = 0;
  }
}
