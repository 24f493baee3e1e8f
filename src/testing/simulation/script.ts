import type { Loss } from '../../environment.ts';
import type { ConsumerHost } from './consumer-host.ts';
import type { Host } from './host.ts';
import { hostOf, milliseconds, type PlannedStep } from './planned-step.ts';
import type { Process } from './process.ts';
import type { ProducerHost } from './producer-host.ts';
import type { FaultKinds, ScriptStep } from './scenario.ts';
import type { World } from './world.ts';

/** What the steps of a script act on. */
export interface Stage {
  readonly world: World;
  readonly process: Process;
  readonly producers: ReadonlyMap<string, ProducerHost>;
  readonly consumers: ReadonlyMap<string, ConsumerHost>;
}

/** Does what a script says, and ends it again. */
export class Script {
  readonly #stage: Stage;
  /** The fault that is on, by host or by kind; one that is over by then does not end a later one. */
  readonly #on = new Map<string, object>();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  plan(steps: readonly PlannedStep[]): void {
    for (const step of steps) this.#stage.world.clock.setTimeout(() => this.run(step), step.at);
  }

  run({ step, kind, span }: PlannedStep): void {
    const { findings } = this.#stage.world;
    findings.count(kind);
    findings.note(hostOf(step) ?? (kind.includes('disk') ? 'disk' : 'process'), describe(step, span));
    this.#runOnHost(step, span);
    this.#runOnProcess(step, span);
  }

  /** Ends every fault that is on. */
  healAll(): void {
    for (const { host } of [...this.#stage.producers.values(), ...this.#stage.consumers.values()]) this.#heal(host);
    this.#endDiskFull();
    this.#endSlowDisk();
    this.#stage.process.begin();
    this.#on.clear();
  }

  #runOnHost(step: ScriptStep, span: number | undefined): void {
    const name = hostOf(step);
    const host = name === undefined ? undefined : this.#hostOf(name);
    if (!host) return;
    const { network } = this.#stage.world;
    if (step.reset !== undefined) network.cut(host.address);
    else if (step.close !== undefined) host.close(step.close.code, step.close.reason ?? '');
    else if (step.poison !== undefined) this.#stage.producers.get(step.poison)?.poison();
    else if (step.heal !== undefined) this.#heal(host);
    else this.#lay(step, host, span);
  }

  /** What lasts. Another fault of a connection takes its place, as the network has it. */
  #lay(step: ScriptStep, host: Host, span: number | undefined): void {
    const { process, world } = this.#stage;
    const { network } = world;
    const { address, name } = host;
    if (step['late-events'] !== undefined) {
      process.repeat(address, span !== undefined);
      if (span !== undefined) this.#endAfter(span, `${name} late`, () => process.endRepeats(address));
      return;
    }
    if (step['lose-acknowledgement'] !== undefined) {
      host.doom(span !== undefined);
      if (span !== undefined) this.#endAfter(span, `${name} doomed`, () => host.spare());
      return;
    }
    host.heal();
    if (step.refuse !== undefined) network.refuse(address, refusalOf(step.refuse));
    else if (step.hang !== undefined) network.hang(address);
    else if (step.freeze !== undefined) host.freeze();
    else if (step.blackhole !== undefined) network.blackhole(address);
    else if (step.stall !== undefined) host.stall();
    else if (step.down !== undefined) host.die();
    this.#endAfter(span, name, () => this.#heal(host));
  }

  #runOnProcess(step: ScriptStep, span: number | undefined): void {
    const { process, world } = this.#stage;
    if (step.block !== undefined) process.block(milliseconds(step.block));
    else if (step['jump-clock'] !== undefined) world.wallShift += milliseconds(step['jump-clock']);
    else if (step.kill !== undefined) process.kill(step.kill, span ?? 0);
    else if (step.stop !== undefined) process.stop(step.stop.drain, span ?? 0);
    else if (step['disk-full'] !== undefined) {
      world.disk.full = true;
      this.#endAfter(span, ' full', () => this.#endDiskFull());
    } else if (step['slow-disk'] !== undefined) {
      world.disk.latency = milliseconds(step['slow-disk']);
      this.#endAfter(span, ' slow', () => this.#endSlowDisk());
    }
  }

  #endDiskFull(): void {
    if (this.#stage.world.disk.full) this.#stage.world.findings.note('disk', 'has room again');
    this.#stage.world.disk.full = false;
  }

  #endSlowDisk(): void {
    if (this.#stage.world.disk.latency > 0) this.#stage.world.findings.note('disk', 'is fast again');
    this.#stage.world.disk.latency = 0;
  }

  #heal(host: Host): void {
    if (this.#on.delete(host.name)) this.#stage.world.findings.note(host.name, 'healed');
    this.#stage.process.endRepeats(host.address);
    host.spare();
    host.heal();
    host.open().catch((error: unknown) => this.#stage.world.findings.crash(error));
  }

  #endAfter(span: number | undefined, what: string, end: () => void): void {
    const fault = {};
    this.#on.set(what, fault);
    if (span === undefined) return;
    this.#stage.world.clock.setTimeout(() => {
      if (this.#on.get(what) === fault) end();
    }, span);
  }

  #hostOf(name: string): Host | undefined {
    return this.#stage.producers.get(name)?.host ?? this.#stage.consumers.get(name)?.host;
  }
}

function refusalOf({ status, code = 'ECONNREFUSED', 'retry-after': retryAfter }: FaultKinds['refuse']): Loss {
  if (status === undefined) return { kind: 'network', code, message: `connect ${code}` };
  return { kind: 'status', status, ...(retryAfter === undefined ? {} : { retryAfter: milliseconds(retryAfter) }) };
}

/** `freeze for 30s`, `close 1008`, `kill (power)`. */
function describe(step: ScriptStep, span: number | undefined): string {
  const { at: _at, for: length, ...fault } = step;
  const [[kind = '', value] = []] = Object.entries(fault).filter(([, value]) => value !== undefined);
  return `${kind}${detailOf(value)}${span === undefined ? '' : ` for ${typeof length === 'number' ? `${length}s` : length}`}`;
}

function detailOf(value: unknown): string {
  if (typeof value === 'number') return ` ${value}s`;
  if (typeof value === 'string')
    return value === 'process' || value === 'power' || /^-?\d/.test(value) ? ` ${value}` : '';
  if (typeof value !== 'object' || value === null) return '';
  const { code, status, drain }: { code?: unknown; status?: unknown; drain?: unknown } = value;
  const detail = status ?? code ?? drain;
  return detail === undefined ? '' : ` ${String(detail)}`;
}
