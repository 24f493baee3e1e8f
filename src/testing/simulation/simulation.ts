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
import type { Scenario } from './scenario.ts';
import { Script } from './script.ts';
import type { SimulateOptions } from './simulate.ts';
import { World } from './world.ts';

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
  #lastLife: Life | undefined;

  constructor(scenario: Scenario, options: SimulateOptions) {
    const plan = readScenario(scenario);
    const world = new World(plan.seed);
    this.#plan = plan;
    this.#world = world;
    this.#options = options;
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

  /** Failures that have come to a consumer do not have to be delivered to others. */
  #failed({ failuresOf }: ConsumerPlan, text: string): void {
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

  /** Waits until every consumer has what it must have, and the sinks owe nothing. */
  async #settle(lastAt: number): Promise<void> {
    const { steps, findings } = this.#world;
    await steps.advanceTo(lastAt);
    const { duration, settle } = this.#plan;
    const deadline = Math.max(duration + settle, lastAt);
    while (!this.#process.over && !this.#isSettled()) {
      if (steps.now() >= deadline) {
        findings.fail('the end', `everything settled within ${settle} ms`, this.#owing());
        return;
      }
      await steps.advance(PATIENCE);
    }
  }

  #isSettled(): boolean {
    const life = this.#process.life;
    if (life?.state !== 'running' || life.clock.blocked) return false;
    for (const consumer of this.#consumers.values()) {
      if (consumer.plan.level !== 'written' && consumer.outstanding > 0) return false;
    }
    if (life.status.state === 'starting' || life.status.sinks.some(({ owed }) => owed > 0)) return false;
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
    const owed = (this.#process.life?.status.sinks ?? []).filter((sink) => sink.owed > 0);
    const sentences = [...missing, ...owed.map((sink) => `${sink.name} owes ${sink.owed}`)];
    return sentences.join('; ') || `a process that is ${this.#process.life?.status.state ?? 'down'}`;
  }

  async #stop(): Promise<void> {
    const { steps, findings } = this.#world;
    this.#process.stop(undefined, undefined);
    await steps.settle();
    while (this.#process.life) {
      if (await steps.next()) continue;
      findings.fail('the end', 'a process that stops', 'nothing is left that could happen');
      break;
    }
    await steps.advance(CLEARANCE);
    this.#stepEnded();
  }

  #report(): SimulationReport {
    const { findings, clock } = this.#world;
    const { name, seed, expectations } = this.#plan;
    this.#excuseFleeting();
    const { exit } = this.#process;
    const consumers = judgeEnd(expectations, { ...this.#standing(exit), exit }, findings);
    const { failures, checks, faults, timeline, log } = findings;
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
