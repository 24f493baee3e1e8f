import type { FaultKind, ScriptStep } from '../../src/testing/simulation/scenario.ts';
import type { Chance } from './chance.ts';
import type { Plan, SinkPlan } from './plan.ts';

/** A fault as a step of a script, without its time. */
type Fault = Omit<ScriptStep, 'at'>;

/** The faults of one kind that a plan allows: at one host, or at one of some. */
interface Choice {
  readonly kind: FaultKind;
  /** Empty: of the process and its disk. */
  readonly hosts: readonly string[];
}

/**
 * Faults of the kinds that the plan allows, each equally often, in the first `time` milliseconds: `least` of them, or one
 * more. Some come right after another one, when that is still felt.
 */
export function scriptOf(chance: Chance, plan: Plan, least: number, time: number): ScriptStep[] {
  const [first, ...rest] = choicesOf(plan);
  if (first === undefined) return [];
  const steps: TimedFault[] = [];
  let last = time;
  while (steps.filter(({ fault }) => fault.heal === undefined).length < least) {
    const at = chance.is(0.3) ? last + chance.size(1, 2000) : chance.whole(0, time - 1);
    last = at < time ? at : chance.whole(0, time - 1);
    steps.push(...stepsOf(chance, plan, chance.oneOf([first, ...rest]), last, time));
  }
  steps.sort((left, right) => left.at - right.at);
  return steps.map(({ at, fault }) => ({ at: `${at}ms`, ...fault }));
}

/** No open connection is lost by these. */
const HARMLESS: readonly FaultKind[] = ['refuse', 'hang', 'late-events'];
/** Nobody who does not ping takes the host for dead meanwhile. */
const SILENCING: readonly FaultKind[] = ['freeze', 'blackhole', 'stall'];
const ANYWHERE: readonly FaultKind[] = [...HARMLESS, ...SILENCING, 'reset', 'close', 'down'];

function choicesOf({ restarts, sources, sinks }: Plan): Choice[] {
  const hosts = [
    ...sources.map(({ host }) => ({ host, kinds: [...ANYWHERE, 'poison' as const] })),
    ...sinks.map((sink) => ({ host: sink.host, kinds: kindsAt(sink) })),
  ];
  const kinds = [...new Set(hosts.flatMap((each) => each.kinds))];
  const isDurable = sources.some(({ resumes }) => resumes) || sinks.some(({ disk }) => disk);
  const ofProcess: readonly FaultKind[] = [
    'block',
    'jump-clock',
    ...(isDurable ? (['slow-disk'] as const) : []),
    ...(restarts ? (['disk-full', 'kill', 'stop'] as const) : []),
  ];
  return [
    ...kinds.map((kind) => ({
      kind,
      hosts: hosts.filter((each) => each.kinds.includes(kind)).map(({ host }) => host),
    })),
    ...ofProcess.map((kind) => ({ kind, hosts: [] })),
  ];
}

function kindsAt({ spared, heartbeat }: SinkPlan): readonly FaultKind[] {
  if (!spared) return [...ANYWHERE, 'lose-acknowledgement'];
  return heartbeat ? HARMLESS : [...HARMLESS, ...SILENCING];
}

interface TimedFault {
  readonly at: number;
  readonly fault: Fault;
}

/** The fault; its end is a step of its own now and then. */
function stepsOf(chance: Chance, plan: Plan, { kind, hosts }: Choice, at: number, time: number): TimedFault[] {
  const [first, ...rest] = hosts;
  if (kind === 'disk-full') return diskFull(chance, plan, at, time);
  if (first === undefined) return [{ at, fault: processFault(chance, plan, kind) }];
  const host = chance.oneOf([first, ...rest]);
  const fault = hostFault(chance, kind, host);
  if (!LASTING.includes(kind)) return [{ at, fault }];
  const lasts = chance.size(50, 12_000);
  const end = at + lasts;
  if (end < time && chance.is(0.25)) {
    return [
      { at, fault },
      { at: end, fault: { heal: host } },
    ];
  }
  return [{ at, fault: { ...fault, for: `${lasts}ms` } }];
}

/** A process that keeps events on that disk fails, and somebody has to start it again: the restart is a step of its own. */
function diskFull(chance: Chance, { sinks }: Plan, at: number, time: number): TimedFault[] {
  const lasts = Math.min(chance.size(50, 12_000), time - at);
  const full = { at, fault: { 'disk-full': true as const, for: `${lasts}ms` } };
  if (sinks.every(({ disk }) => !disk)) return [full];
  const back = Math.min(at + chance.size(lasts, 2 * lasts), time - 1);
  return [full, { at: back, fault: { kill: 'process', for: `${chance.size(1, 5000)}ms` } }];
}

const LASTING: readonly FaultKind[] = ['refuse', 'hang', 'freeze', 'blackhole', 'down', 'stall'];

/** After all of these the host is dialled again. 1008, 4401 and 4403: slowly. */
const CODES = [1000, 1001, 1005, 1008, 1009, 1011, 1012, 1013, 1014, 3000, 4000, 4401, 4403] as const;

function hostFault(chance: Chance, kind: FaultKind, host: string): Fault {
  switch (kind) {
    case 'close':
      return { close: { host, code: chance.oneOf(CODES) } };
    case 'refuse':
      return { refuse: { host, ...refusalOf(chance) } };
    default:
      return { [kind]: host };
  }
}

function refusalOf(chance: Chance) {
  if (chance.is(0.5)) return { code: chance.oneOf(['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'ECONNRESET']) };
  const status = chance.oneOf([408, 425, 429, 500, 502, 503]);
  return chance.is(0.5) ? { status, 'retry-after': `${chance.whole(1, 5)}s` } : { status };
}

function processFault(chance: Chance, { sinks }: Plan, kind: FaultKind): Fault {
  const back = `${chance.size(1, 5000)}ms`;
  const lasts = `${chance.size(50, 12_000)}ms`;
  switch (kind) {
    case 'block':
      return { block: `${chance.size(20, 8000)}ms` };
    case 'jump-clock':
      return { 'jump-clock': chance.oneOf([-3600, -60, 60, 3600]) };
    case 'slow-disk':
      return { 'slow-disk': `${chance.size(1, 2000)}ms`, for: lasts };
    case 'stop':
      return { stop: chance.is(0.5) ? { drain: `${chance.size(50, 10_000)}ms` } : {}, for: back };
    default: {
      const survives = sinks.every(({ synced }) => synced);
      return { kill: survives ? chance.oneOf(['process', 'power']) : 'process', for: back };
    }
  }
}
