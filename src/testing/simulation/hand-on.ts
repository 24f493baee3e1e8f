interface Connection {
  readonly begin: number;
  sent: number;
}

/**
 * Judges the order in which a source hands on what one producer has sent it: number after number, from where each
 * connection begins.
 */
export class HandOn {
  /** The producer sends again what is asked for, so that nothing may be left out on the way. */
  readonly #lasting: boolean;
  /** Those of this process, in order. */
  #connections: Connection[] = [];
  /**
   * Which connection has brought what was handed on last, by its place among them. More than one while that may be the
   * next number of one or the first of another: an interval hands on what an earlier one has brought.
   */
  #from: readonly number[] = [-1];
  #last: number | undefined;

  constructor(lasting: boolean) {
    this.#lasting = lasting;
  }

  /** A new process, which has had no connection yet. */
  beginLife(): void {
    this.#connections = [];
    this.#from = [-1];
  }

  /** A connection begins behind this number. */
  connect(number: number): void {
    this.#connections.push({ begin: number, sent: number });
  }

  /** The last connection was sent what goes up to this number. */
  send(number: number): void {
    const connection = this.#connections.at(-1);
    if (connection) connection.sent = number;
  }

  /** This process has handed on what goes up to this number, or has not asked for it when it began. */
  reaches(number: number): boolean {
    const [first] = this.#connections;
    if (!this.#lasting || (first && first.begin >= number)) return true;
    return this.#last === number && !this.#from.includes(-1);
  }

  /** What is wrong with this number being the next one. */
  next(number: number): string | undefined {
    const last = this.#last;
    this.#last = number;
    if (!this.#lasting) return number > (last ?? 0) ? undefined : `${number} after ${last}`;
    const ways = this.#from.flatMap((from) =>
      this.#connections.flatMap(({ begin, sent }, at) => {
        const comes = at === from ? number - 1 === last : at > from && number - 1 === begin;
        return comes && number <= sent ? [at] : [];
      }),
    );
    if (ways.length === 0) return `${number} after ${last ?? 'nothing'}`;
    this.#from = ways.length === 1 ? ways : [...new Set(ways)];
    return undefined;
  }
}
