import type { Pipeline } from '../../supervision/handles.ts';
import { readMarks } from '../ledger-marks.ts';
import { ConsumerHost } from './consumer-host.ts';
import { CountedDrops } from './counted-drops.ts';
import { judgeEnd } from './end.ts';
import { judgeExpectation, type Standing } from './expectations.ts';
import { Judge } from './judge.ts';
import type { Life } from './life.ts';
import { type ConsumerPlan, type Plan, readScenario } from './plan.ts';
import { instantOf } from './planned-step.ts';
import { type LifeEnd, Process } from './process.ts';
import { ProducerHost } from './producer-host.ts';
import type { SimulationReport } from './report.ts';
import type { AnyScenario } from './scenario.ts';
import { Script } from './script.ts';
import { World } from './world.ts';

/** What a scenario cannot hold, because it is no data. */
export interface SimulateOptions {
  /** Runs in each life of the process, before it starts: gives the pipeline transforms and function sinks. */
  readonly setup?: ((pipeline: Pipeline) => void) | undefined;
  /**
   * Which messages a transform lets through to a consumer, which is named by its host; the others do not have to be
   * delivered there. Default: all.
   */
  readonly passes?: ((consumer: string, producer: string, number: number) => boolean) | undefined;
  /** Runs after each step that ran timers. `time`: virtual milliseconds from the beginning. */
  readonly onStep?: ((time: number) => void) | undefined;
}

/** Virtual milliseconds between two looks at whether everything is settled. */
const PATIENCE = 50;

/** Virtual milliseconds after the end in which what is under way on the network arrives. */
const CLEARANCE = 20;

/** One run of a scenario. */
export class Simulation {
  readonly #plan: Plan;
  readonly #world: World;
  readonly #process: Process;
  readonly #judge: Judge;
  readonly #script: Script;
  readonly #producers: ReadonlyMap<string, ProducerHost>;
  readonly #consumers: ReadonlyMap<string, ConsumerHost>;
  readonly #options: SimulateOptions;
  readonly #counted: CountedDrops[] = [];
  /** It is stopped as soon as all is handed on, so that the sinks have to deliver it while they drain: every other seed. */
  readonly #drains: boolean;
  #lastLife: Life | undefined;

  constructor(scenario: AnyScenario, options: SimulateOptions) {
    const plan = readScenario(scenario);
    const world = new World(plan.seed);
    this.#plan = plan;
    this.#world = world;
    this.#options = options;
    this.#drains = plan.seed % 2 === 0;
    this.#consumers = new Map(plan.consumers.map((each) => [each.host, this.#createConsumer(each)]));
    this.#judge = new Judge(world, plan, this.#consumers);
    this.#producers = new Map(plan.producers.map((each) => [each.host, this.#createProducer(each)]));
    this.#process = new Process(world, plan, {
      setup: options.setup,
      began: (life) => this.#began(life),
      ended: (life, end) => this.#ended(life, end),
    });
    this.#process.logged = () => this.#judge.changed();
    this.#script = new Script({
      world,
      process: this.#process,
      producers: this.#producers,
      consumers: this.#consumers,
    });
    world.stepEnded = () => this.#stepEnded();
  }

  async run(): Promise<SimulationReport> {
    const { steps } = this.#world;
    for (const { host } of [...this.#producers.values(), ...this.#consumers.values()]) await host.open();
    this.#process.begin();
    for (const producer of this.#producers.values()) producer.start();
    this.#script.plan(this.#plan.steps);
    const lastAt = this.#planExpectations();
    await steps.advanceTo(this.#plan.duration);
    for (const producer of this.#producers.values()) producer.stop();
    this.#script.healAll();
    await this.#settle(lastAt);
    await this.#stop();
    return this.#report();
  }

  crash(error: unknown): void {
    this.#world.findings.crash(error);
  }

  #createProducer(plan: Plan['producers'][number]): ProducerHost {
    return new ProducerHost(plan, this.#world.clock, this.#world.network, {
      produced: (number) => this.#judge.produced(plan.host, number),
      asked: (number) => this.#judge.asked(plan, number),
      sent: (number) => this.#judge.sent(plan.host, number),
    });
  }

  #createConsumer(plan: ConsumerPlan): ConsumerHost {
    const { clock, network, findings } = this.#world;
    const { passes = () => true } = this.#options;
    const { producers } = this.#plan;
    const drops = new CountedDrops(plan, producers, () => this.#process.life);
    this.#counted.push(drops);
    const terms = { producers, passes, drops, failed: (text: string) => this.#failed(plan, text) };
    return new ConsumerHost(plan, terms, clock, network, findings);
  }

  /** Failures that have come to a consumer do not have to be delivered to others. One of poison alone has no number. */
  #failed({ failuresOf }: ConsumerPlan, text: string): void {
    if (readMarks(text).length === 0) return;
    for (const { plan, oracle } of this.#consumers.values()) {
      const sources = this.#plan.producers.filter(({ host }) => plan.producers.includes(host));
      if (![plan.sink, ...sources.map(({ source }) => source)].some((name) => failuresOf.includes(name))) continue;
      oracle.fail(plan.host, text);
    }
  }

  #began(life: Life): void {
    this.#lastLife = life;
    this.#world.findings.note('process', 'begins');
    this.#judge.began(life);
  }

  #ended(life: Life, end: LifeEnd): void {
    this.#world.findings.note('process', ENDS[end]);
    for (const counted of this.#counted) counted.endLife(life);
    this.#judge.ended(life, end);
  }

  #stepEnded(): void {
    this.#judge.stepEnded();
    this.#options.onStep?.(this.#world.at);
  }

  /** The last time of an expectation before the end. */
  #planExpectations(): number {
    let last = 0;
    for (const expectation of this.#plan.expectations) {
      const at = instantOf(expectation);
      if (at === undefined) continue;
      last = Math.max(last, at);
      const judge = () => judgeExpectation(expectation, this.#standing(undefined), this.#world.findings);
      this.#world.clock.setTimeout(judge, at);
    }
    return last;
  }

  #standing(exit: number | undefined): Standing {
    const life = this.#process.life ?? (exit === undefined ? undefined : this.#lastLife);
    return { status: life?.status, consumers: this.#consumers, exit };
  }

  /** Waits until every consumer has what it must have, the sinks owe nothing and the sources have nothing unsettled. */
  async #settle(lastAt: number): Promise<void> {
    const { steps, findings } = this.#world;
    await steps.advanceTo(lastAt);
    const { duration, settle } = this.#plan;
    const deadline = Math.max(duration + settle, lastAt);
    while (!this.#process.over && !this.#isSettled() && !(this.#drains && this.#isHandedOn())) {
      if (steps.now() >= deadline) {
        findings.fail('the end', `everything settled within ${settle} ms`, this.#owing());
        return;
      }
      if (!this.#drains || !(await steps.next())) await steps.advance(PATIENCE);
    }
  }

  /** What is outstanding is the sinks' to deliver, also when they are told to drain now. */
  #isHandedOn(): boolean {
    for (const [host, { made }] of this.#producers) if (!this.#judge.reaches(host, made)) return false;
    const life = this.#process.life;
    return life?.state === 'running' && !life.clock.blocked && life.status.state === 'running';
  }

  #isSettled(): boolean {
    const life = this.#process.life;
    if (life?.state !== 'running' || life.clock.blocked) return false;
    for (const consumer of this.#consumers.values()) {
      if (consumer.plan.level !== 'written' && consumer.outstanding > 0) return false;
    }
    const { state, sinks, sources } = life.status;
    if (state === 'starting' || sinks.some(({ owed }) => owed > 0)) return false;
    if (sources.some(({ inFlight }) => inFlight > 0)) return false;
    return this.#excuseFleeting();
  }

  /** What a system took and lost settles when it took it. */
  #excuseFleeting(): boolean {
    let settled = true;
    for (const consumer of this.#consumers.values()) {
      for (const passage of consumer.passages.values()) passage.excuseFleeting();
      settled &&= consumer.outstanding === 0;
    }
    return settled;
  }

  #owing(): string {
    const missing = [...this.#consumers.values()]
      .filter((consumer) => consumer.missing !== '')
      .map((consumer) => `${consumer.plan.host} has not got ${consumer.missing}`);
    const { sinks = [], sources = [], state = 'down' } = this.#process.life?.status ?? {};
    const owed = sinks.filter((sink) => sink.owed > 0).map((sink) => `${sink.name} owes ${sink.owed}`);
    const open = sources.filter(({ inFlight }) => inFlight > 0);
    const unsettled = open.map((source) => `${source.name} has ${source.inFlight} unsettled`);
    return [...missing, ...owed, ...unsettled].join('; ') || `a process that is ${state}`;
  }

  async #stop(): Promise<void> {
    const { steps, findings } = this.#world;
    this.#process.stop(this.#drains ? `${this.#plan.settle}ms` : undefined, undefined);
    await steps.settle();
    while (this.#process.life) {
      if (await steps.next()) continue;
      findings.fail('the end', 'a process that stops', 'nothing is left that could happen');
      break;
    }
    await steps.advance(CLEARANCE);
    this.#stepEnded();
    if (this.#drains && this.#process.exit === 0) this.#judgeDrained();
  }

  /** A process that has drained leaves nothing unsettled. */
  #judgeDrained(): void {
    const { findings } = this.#world;
    for (const { name, inFlight } of this.#lastLife?.status.sources ?? []) {
      findings.checks += 1;
      if (inFlight > 0) findings.fail(`${name}.inFlight`, '0 when it has drained', String(inFlight));
    }
  }

  #report(): SimulationReport {
    const { findings, clock } = this.#world;
    const { name, seed, expectations } = this.#plan;
    this.#excuseFleeting();
    const { exit } = this.#process;
    const consumers = judgeEnd(expectations, { ...this.#standing(exit), exit }, findings);
    const { failures, checks, faults, timeline, lines: log } = findings;
    const passed = failures.length === 0;
    return { name, seed, passed, failures, checks, consumers, faults, timeline, log, time: clock.now(), exit };
  }
}

const ENDS: Readonly<Record<LifeEnd, string>> = {
  stopped: 'stopped',
  ended: 'ended by itself',
  process: 'killed',
  power: 'killed: the power failed',
};
