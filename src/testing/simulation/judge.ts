import { parseState } from '../../store/state-file.ts';
import { readMarks } from '../ledger-marks.ts';
import { BoundsWatch } from './bounds-watch.ts';
import type { ConsumerHost } from './consumer-host.ts';
import { HandOn } from './hand-on.ts';
import type { Life } from './life.ts';
import type { Plan, ProducerPlan } from './plan.ts';
import type { LifeEnd } from './process.ts';
import { type Dialled, StatusWatch } from './status-watch.ts';
import type { World } from './world.ts';

/** Milliseconds between two looks at the states when nothing says that they have changed. */
const LOOK_INTERVAL = 250;

/** Milliseconds that a process may take, besides the disk's own time, to note on disk what was acknowledged. */
const NOTING = 20;

/** Writes to the disk until what was acknowledged is noted there: a commit and its mark, and those that go before. */
const NOTING_WRITES = 4;

/** Looks after each step at what must always hold. */
export class Judge {
  readonly #world: World;
  readonly #plan: Plan;
  readonly #consumers: ReadonlyMap<string, ConsumerHost>;
  readonly #handOns: ReadonlyMap<string, HandOn>;
  readonly #statuses: StatusWatch;
  /** What the files of the cursors held when they were looked at last. */
  readonly #cursors = new Map<string, string>();
  readonly #bounds: BoundsWatch;
  /** The one that runs. */
  #life: Life | undefined;
  /** The one that runs, or has run last. */
  #lastLife: Life | undefined;
  #changed = false;
  #lookedAt = 0;
  #powerFailed = false;
  /** When the disk became full in this life. */
  #fullSince: number | undefined;
  /** The longest time that a write to the disk took. */
  #slowest = 0;

  constructor(world: World, plan: Plan, consumers: ReadonlyMap<string, ConsumerHost>) {
    this.#world = world;
    this.#plan = plan;
    this.#consumers = consumers;
    this.#handOns = new Map(plan.producers.map(({ host, resume }) => [host, new HandOn(resume !== undefined)]));
    this.#bounds = new BoundsWatch(world.findings);
    const dialled = [
      ...plan.producers.map((producer): [string, Dialled] => [producer.source, producer]),
      ...plan.consumers.map((consumer): [string, Dialled] => [consumer.sink, consumer]),
    ];
    this.#statuses = new StatusWatch(world.findings, new Map(dialled));
  }

  /** A process is about to start. */
  began(life: Life): void {
    this.#life = life;
    this.#fullSince = undefined;
    this.#lastLife = life;
    this.#bounds.began(life.pipeline, this.#plan.loaded.options.sinks, this.#powerFailed);
    this.#statuses.forget();
    for (const handOn of this.#handOns.values()) handOn.beginLife();
    for (const producer of this.#plan.producers) {
      life.pipeline.source(producer.source).messages$.subscribe(({ text }) => {
        if (life.state !== 'over') this.#handedOn(producer, text);
      });
    }
    life.network.ended = (address) => {
      for (const consumer of this.#consumers.values()) if (consumer.plan.address === address) consumer.exposed();
    };
    this.#changed = true;
  }

  ended(life: Life, end: LifeEnd): void {
    this.#statuses.look(life, this.#world.at);
    // A full disk takes no note.
    const last = Math.min(this.#world.clock.now(), this.#fullSince ?? Number.POSITIVE_INFINITY);
    const noted = last - NOTING_WRITES * this.#slowest - NOTING;
    for (const consumer of this.#consumers.values()) {
      const { durability } = consumer.plan;
      const unsynced = end === 'power' && durability === 'flush';
      consumer.endLife({ noted: end === 'power' ? undefined : noted, unsynced }, (host) => this.#safe(life, host));
    }
    this.#powerFailed ||= end === 'power';
    this.#life = undefined;
    if (end === 'stopped' || end === 'ended') this.#judgeLeftovers(life);
  }

  produced(host: string, number: number): void {
    for (const { plan, oracle, passages } of this.#consumers.values()) {
      if (!plan.producers.includes(host)) continue;
      oracle.produce(host);
      passages.get(host)?.produce(number);
    }
  }

  /** A producer has been asked for what comes after a number. */
  asked(producer: ProducerPlan, number: number | undefined): void {
    this.changed();
    const lasting = producer.resume !== undefined;
    if (lasting) this.#handOns.get(producer.host)?.connect(number ?? 0);
    if (lasting && number !== undefined) this.#judgeCursor(producer, number, 'it was asked for what follows');
  }

  /** A producer has sent its connection what goes up to this number. */
  sent(host: string, number: number): void {
    this.#handOns.get(host)?.send(number);
  }

  /** What the producer has made up to this number is the sinks' to deliver. */
  reaches(host: string, number: number): boolean {
    return this.#handOns.get(host)?.reaches(number) ?? true;
  }

  /** Something may have another state. */
  changed(): void {
    this.#changed = true;
  }

  stepEnded(): void {
    const now = this.#world.at;
    this.#slowest = Math.max(this.#slowest, this.#world.disk.latency);
    if (this.#world.disk.full) this.#fullSince ??= now;
    if (this.#life) this.#bounds.stepEnded();
    for (const producer of this.#plan.producers) this.#readCursor(producer);
    if (!this.#changed && now - this.#lookedAt < LOOK_INTERVAL) return;
    this.#changed = false;
    this.#lookedAt = now;
    if (!this.#life) return;
    this.#bounds.look();
    this.#statuses.look(this.#life, now);
    this.#judgeDisk(this.#life);
  }

  #handedOn({ host, source, whole }: ProducerPlan, text: string): void {
    this.#bounds.handedOn(source, text.length);
    for (const { producer, number } of readMarks(text)) {
      if (producer !== host) continue;
      const fault = this.#handOns.get(host)?.next(number);
      if (fault && whole) this.#world.findings.fail(`order of ${host} at its source`, 'one after the other', fault);
      for (const { passages } of this.#consumers.values()) passages.get(host)?.handOn(number);
    }
  }

  #readCursor(producer: ProducerPlan): void {
    if (producer.cursorFile === undefined) return;
    const text = this.#world.disk.texts.get(producer.cursorFile);
    if (text === undefined || text === this.#cursors.get(producer.host)) return;
    this.#cursors.set(producer.host, text);
    const { value } = parseState('cursor', text);
    const number = Number(value);
    if (value !== undefined && Number.isSafeInteger(number)) this.#judgeCursor(producer, number, 'its cursor on disk');
  }

  /** Every consumer has what is up to this number, or a buffer on disk keeps it, or a counter says that it is gone. */
  #judgeCursor({ host }: ProducerPlan, number: number, what: string): void {
    this.#world.findings.checks += 1;
    for (const { plan, passages, drops } of this.#consumers.values()) {
      const behind = passages.get(host)?.owed.behind(number) ?? 0;
      if (behind === 0 || plan.level === 'written') continue;
      const kept = plan.durability === undefined ? 0 : (this.#lastLife?.pipeline.sink(plan.sink).status.kept ?? 0);
      if (behind <= kept + drops.counted() - drops.known) continue;
      const came = `${number}, where ${behind} up to it are not at ${plan.host}`;
      this.#world.findings.fail(`cursor of ${host}`, `${what} to be behind what is delivered or kept`, came);
    }
  }

  /** What a disk keeps is lost by none of the faults; what is not synced (`durability: flush`) by a loss of power. */
  #judgeDisk(life: Life): void {
    for (const { plan } of this.#consumers.values()) {
      if (plan.durability === undefined || (plan.durability === 'flush' && this.#powerFailed)) continue;
      const { lost = 0 } = life.pipeline.sink(plan.sink).status;
      if (lost > 0) this.#world.findings.fail(`${plan.sink}.lost`, '0', String(lost));
    }
  }

  /** How many of the events of this life that came from a producer every sink has settled. */
  #safe(life: Life, host: string): number {
    const name = this.#plan.producers.find((producer) => producer.host === host)?.source;
    const source = life.status.sources.find((each) => each.name === name);
    return source ? source.settled - source.rejected - source.failed : 0;
  }

  #judgeLeftovers(life: Life): void {
    const { clock, findings } = this.#world;
    // What is under way on the network arrives before that.
    clock.setTimeout(() => {
      findings.checks += 1;
      const { pending } = life.clock;
      if (pending > 0) findings.fail('timers after the end', 'none', String(pending));
      if (life.network.sockets > 0) findings.fail('sockets after the end', 'none', String(life.network.sockets));
    }, 10);
  }
}
