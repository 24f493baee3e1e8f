import type { Clock, ReceivedFrame } from '../../environment.ts';
import { readMarks } from '../ledger-marks.ts';
import { type LedgerOracle, ledgerOracle } from '../ledger-oracle.ts';
import { passVerdict, type Verdict } from '../ledger-verdict.ts';
import type { MemoryNetwork } from '../memory-network.ts';
import type { Findings } from './findings.ts';
import { Host, type Peer } from './host.ts';
import { type Drops, type LifeEnding, type Line, Passage } from './passage.ts';
import type { ConsumerPlan, ProducerPlan } from './plan.ts';
import { POISON } from './producer-host.ts';

export interface ConsumerTerms {
  readonly producers: readonly ProducerPlan[];
  readonly passes: (consumer: string, producer: string, number: number) => boolean;
  readonly drops: Drops;
  /** Failures of other components have arrived. */
  readonly failed: (text: string) => void;
}

/** How many numbers of one producer are shown. */
const SHOWN = 5;

/** A server that takes every message, and judges it before anything else. */
export class ConsumerHost {
  readonly plan: ConsumerPlan;
  readonly host: Host;
  readonly oracle: LedgerOracle;
  readonly passages: ReadonlyMap<string, Passage>;
  readonly drops: Drops;
  readonly #clock: Clock;
  readonly #findings: Findings;
  readonly #failed: (text: string) => void;
  #orderBreaks = 0;
  readonly #lines = new Map<Peer, { readonly life: number; readonly of: Map<string, Line> }>();
  #lives = 0;

  constructor(plan: ConsumerPlan, terms: ConsumerTerms, clock: Clock, network: MemoryNetwork, findings: Findings) {
    const { producers, passes, drops, failed } = terms;
    this.plan = plan;
    this.drops = drops;
    this.#clock = clock;
    this.#findings = findings;
    this.#failed = failed;
    const own = producers.filter(({ host }) => plan.producers.includes(host));
    // What is asked for again, or kept on disk, may be more than is in flight: that bound is the passages' to judge.
    const isBounded = plan.durability === undefined && own.every(({ resume }) => !resume);
    this.oracle = ledgerOracle({
      inputs: { [plan.host]: plan.producers },
      ...(isBounded ? { inFlight: plan.window } : {}),
    });
    this.passages = new Map(
      own.map(({ host, resume, first }) => {
        const terms = {
          lasting: resume !== undefined,
          first,
          window: plan.window,
          onDisk: plan.durability !== undefined,
          fleeting: plan.level === 'written',
          passes: (number: number) => passes(plan.host, host, number),
          drops,
        };
        return [host, new Passage(terms)];
      }),
    );
    this.host = new Host(plan.host, plan.address, network, {
      joined: (peer) => void this.#lines.set(peer, { life: this.#lives, of: new Map() }),
      frames: (peer, frames) => this.#take(peer, frames),
      left: () => this.exposed(),
    });
  }

  /** Messages that have to be delivered, are not, and are counted nowhere. */
  get outstanding(): number {
    let missing = 0;
    for (const { owed } of this.passages.values()) missing += owed.outstanding;
    return this.#uncounted(missing);
  }

  /** The first few messages that have to be delivered and are not. */
  get missing(): string {
    const texts = [...this.passages].map(([producer, { owed }]) => [producer, owed.missing(SHOWN + 1)] as const);
    return texts
      .filter(([, numbers]) => numbers.length > 0)
      .map(([producer, all]) => `${producer} ${all.slice(0, SHOWN).join(', ')}${all.length > SHOWN ? ', …' : ''}`)
      .join('; ');
  }

  /** Messages that are nowhere and that no counter accounts for, also when nobody has promised to keep them. */
  get lost(): number {
    let missing = 0;
    for (const { owed } of this.passages.values()) missing += owed.outstanding + owed.excused;
    return this.#uncounted(missing);
  }

  /** A connection to it has ended, as it sees it or as the sink does, which has gone on writing until then. */
  exposed(): void {
    for (const passage of this.passages.values()) passage.exposed();
  }

  /** How many lives of the process have ended. */
  get lives(): number {
    return this.#lives;
  }

  /** A life of the process has ended. `safe`: as the ending has it, by producer. */
  endLife(ending: Omit<LifeEnding, 'safe'>, safe: (producer: string) => number): void {
    this.#lives += 1;
    for (const [producer, passage] of this.passages) passage.endLife({ ...ending, safe: safe(producer) });
  }

  /**
   * How it stands. The order is as the passages have judged it, who know what may come again after what: the oracle
   * takes it for a break that a new process does not repeat all that was delivered before.
   */
  verdict(): Verdict {
    const verdict = this.oracle.verdict(this.plan.host);
    const outOfOrder = this.#orderBreaks === 0 ? [] : verdict.outOfOrder;
    return passVerdict({ ...verdict, orderBreaks: this.#orderBreaks, outOfOrder });
  }

  /** How many of these messages the counters do not account for. */
  #uncounted(missing: number): number {
    return missing === 0 ? 0 : Math.max(0, missing - Math.max(0, this.drops.counted() - this.drops.known));
  }

  #take(peer: Peer, frames: readonly ReceivedFrame[]): void {
    for (const { data } of frames) {
      const text = data.toString('utf8');
      if (this.plan.failuresOf.length > 0) this.#failed(text);
      if (this.passages.size > 0) this.#deliver(peer, text);
    }
  }

  #deliver(peer: Peer, text: string): void {
    const { host, replies } = this.plan;
    const marks = readMarks(text);
    for (const { producer, number } of marks) {
      const passage = this.passages.get(producer);
      if (!passage) continue;
      const { again, fault } = passage.deliver(this.#lineOf(peer, producer), number, this.#clock.now());
      this.#findings.checks += 1;
      if (again) this.oracle.disturb(host);
      if (!fault) continue;
      this.#orderBreaks += 1;
      this.#findings.fail(`order of ${producer} at ${host}`, 'as it was handed on', fault);
    }
    // Poison alone has no number that could be judged.
    if (marks.length > 0 || !text.includes(POISON)) this.oracle.deliver(host, text);
    // The last one says which frame it is: earlier ones could be the last of another.
    const last = marks.at(-1);
    if (replies && last) peer.socket.write([{ data: JSON.stringify({ ack: last.number }), binary: false }]);
  }

  #lineOf(peer: Peer, producer: string): Line {
    const lines = this.#lines.get(peer);
    const line = lines?.of.get(producer) ?? { life: lines?.life ?? this.#lives, places: undefined };
    lines?.of.set(producer, line);
    return line;
  }
}
