import { Subject } from 'rxjs';

export interface Settlement {
  readonly source: string;
  /** Every taker has settled this sequence and all before it. */
  readonly through: number;
}

/**
 * Who owes what: per source, the highest sequence handed on and the highest that each taker has settled. In flight
 * is the difference to the slowest taker. Cursors and backpressure read it; it outlives every actor.
 */
export interface Ledger {
  /** A source without takers settles what it hands on at once. */
  addSource(source: string): void;
  addTaker(taker: string, sources: readonly string[]): void;
  /** Numbers go on behind `through`: what is before it is nobody's any more. Before anything is handed on. */
  resume(source: string, through: number): void;
  /** What it still owed is owed by nobody any more. */
  removeTaker(taker: string): void;
  handOn(source: string, through: number): void;
  settle(taker: string, source: string, through: number): void;
  handedOn(source: string): number;
  /** What every taker has settled. */
  settled(source: string): number;
  /** What one taker has settled. */
  settledBy(taker: string, source: string): number;
  inFlight(source: string): number;
  readonly settlements$: Subject<Settlement>;
  /** What was handed on, chunk by chunk. */
  readonly handOns$: Subject<HandOn>;
}

export interface HandOn {
  readonly source: string;
  /** The last sequence of the chunk. */
  readonly through: number;
}

interface Account {
  handedOn: number;
  settled: number;
  readonly takers: Map<string, number>;
}

export function createLedger(): Ledger {
  const accounts = new Map<string, Account>();
  const settlements$ = new Subject<Settlement>();
  const handOns$ = new Subject<HandOn>();

  function account(source: string): Account {
    const found = accounts.get(source);
    if (!found) throw new RangeError(`the ledger has no source named ${JSON.stringify(source)}`);
    return found;
  }

  function advance(source: string, entry: Account): void {
    const settled = entry.takers.size === 0 ? entry.handedOn : Math.min(...entry.takers.values());
    if (settled <= entry.settled) return;
    entry.settled = settled;
    settlements$.next({ source, through: settled });
  }

  return {
    addSource(source) {
      accounts.set(source, { handedOn: 0, settled: 0, takers: new Map() });
    },
    addTaker(taker, sources) {
      // A taker that joins late owes nothing of what was handed on before it came.
      for (const source of sources) account(source).takers.set(taker, account(source).handedOn);
    },
    resume(source, through) {
      const entry = account(source);
      entry.handedOn = through;
      entry.settled = through;
      for (const taker of entry.takers.keys()) entry.takers.set(taker, through);
    },
    removeTaker(taker) {
      for (const [source, entry] of accounts) if (entry.takers.delete(taker)) advance(source, entry);
    },
    handOn(source, through) {
      const entry = account(source);
      entry.handedOn = Math.max(entry.handedOn, through);
      // Seldom watched, and then only while somebody inspects: nobody pays for the object otherwise.
      if (handOns$.observed) handOns$.next({ source, through });
      if (entry.takers.size === 0) advance(source, entry);
    },
    settle(taker, source, through) {
      // A buffer on disk may still hold events of a source that is there no more.
      const entry = accounts.get(source);
      const before = entry?.takers.get(taker);
      // One that was removed may still hear of what it wrote; it must not owe again.
      if (!entry || before === undefined || through <= before) return;
      entry.takers.set(taker, through);
      advance(source, entry);
    },
    handedOn: (source) => account(source).handedOn,
    settled: (source) => account(source).settled,
    settledBy: (taker, source) => account(source).takers.get(taker) ?? 0,
    inFlight: (source) => account(source).handedOn - account(source).settled,
    settlements$,
    handOns$,
  };
}
