import { parseDuration } from '../../config/durations.ts';
import { UsageError } from '../../errors.ts';
import type { Expectation, FaultKind, Scenario, ScriptStep, Span } from './scenario.ts';

export interface PlannedStep {
  readonly at: number;
  readonly kind: FaultKind;
  readonly step: ScriptStep;
  /** How long it lasts. Undefined: until it is healed. */
  readonly span: number | undefined;
}

const KINDS: { readonly [Kind in FaultKind]: true } = {
  reset: true,
  close: true,
  refuse: true,
  hang: true,
  freeze: true,
  blackhole: true,
  down: true,
  stall: true,
  'lose-acknowledgement': true,
  'late-events': true,
  poison: true,
  heal: true,
  block: true,
  'jump-clock': true,
  'disk-full': true,
  'slow-disk': true,
  kill: true,
  stop: true,
};

/** Milliseconds of a span; one that is below zero too. */
export function milliseconds(span: Span): number {
  if (typeof span === 'number') return span < 0 ? -parseDuration(-span) : parseDuration(span);
  return span.startsWith('-') ? -parseDuration(span.slice(1)) : parseDuration(span);
}

/** Where a number of milliseconds is in the time of an expectation; `end` has none. */
export function instantOf({ at }: Expectation): number | undefined {
  return at === 'end' ? undefined : milliseconds(at);
}

/** Reads a step of a script. `duration`: how long the script may go on, in milliseconds. */
export function readStep(step: ScriptStep, duration: number, { servers = {} }: Pick<Scenario, 'servers'>): PlannedStep {
  const kinds = faultKinds().filter((kind) => step[kind] !== undefined);
  const [kind, other] = kinds;
  const at = milliseconds(step.at);
  const place = `script at ${step.at}`;
  if (kind === undefined || other !== undefined) {
    throw new UsageError(
      `${place}: has ${kinds.join(' and ') || 'no fault'}, expected one of ${faultKinds().join(', ')}`,
    );
  }
  if (at > duration) throw new UsageError(`${place}: is behind the end, ${duration} ms (option for)`);
  const host = hostOf(step);
  if (host !== undefined && !Object.hasOwn(servers, host)) {
    throw new UsageError(`${place}: ${kind}: ${host} is no server, expected one of ${Object.keys(servers).join(', ')}`);
  }
  return { at, kind, step, span: step.for === undefined ? undefined : milliseconds(step.for) };
}

/** The names of all faults. */
export function faultKinds(): readonly FaultKind[] {
  return KIND_NAMES;
}

const KIND_NAMES = Object.keys(KINDS).filter((name): name is FaultKind => Object.hasOwn(KINDS, name));

/** The host that a fault is about; undefined for one of the process or the disk. */
export function hostOf(step: ScriptStep): string | undefined {
  return (
    step.reset ??
    step.close?.host ??
    step.refuse?.host ??
    step.hang ??
    step.freeze ??
    step.blackhole ??
    step.down ??
    step.stall ??
    step['lose-acknowledgement'] ??
    step['late-events'] ??
    step.poison ??
    step.heal
  );
}
