import type { Verdict } from '../ledger-verdict.ts';
import type { FaultKind } from './scenario.ts';

/** What a simulation has shown. */
export interface SimulationReport {
  readonly name: string;
  readonly seed: number;
  /** Nothing is wrong. */
  readonly passed: boolean;
  /** What was expected and did not come, and what must always hold and did not. In order of time. */
  readonly failures: readonly SimulationFailure[];
  /** Expectations that came true, and invariants that were looked at, all steps together. */
  readonly checks: number;
  /** What the judge finds of each consumer host. */
  readonly consumers: readonly Verdict[];
  /** How often each kind of fault has happened. */
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  /** Changes of state, faults and their ends, restarts. */
  readonly timeline: readonly SimulationEvent[];
  /** Lines that were logged, without those of the level debug. */
  readonly log: readonly SimulationLogLine[];
  /** Virtual milliseconds that have passed. */
  readonly time: number;
  readonly exit: number;
}

export interface SimulationFailure {
  /** Virtual milliseconds from the beginning. */
  readonly at: number;
  /** What was looked at: `store.dropped`, `order of feed.example at store.example`. */
  readonly what: string;
  readonly expected: string;
  readonly came: string;
}

export interface SimulationEvent {
  /** Virtual milliseconds from the beginning. */
  readonly at: number;
  /** A component, a host, `process` or `disk`. */
  readonly who: string;
  /** `live`, `waiting (1006)`, `freeze for 30s`, `killed`. */
  readonly what: string;
}

export interface SimulationLogLine {
  /** Virtual milliseconds from the beginning. */
  readonly at: number;
  /** `info`, `warn` or `error`. */
  readonly level: string;
  /** The component that it is about, else `process`. */
  readonly who: string;
  readonly text: string;
}
