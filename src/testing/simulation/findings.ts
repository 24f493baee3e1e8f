import type { Clock } from '../../environment.ts';
import type { SimulationEvent, SimulationFailure, SimulationLogLine } from './report.ts';
import type { FaultKind } from './scenario.ts';

/** So many failures of one thing are written down; more of them say nothing new. */
const KEPT = 5;

/** What a simulation finds and sees, with the times. */
export class Findings {
  readonly failures: SimulationFailure[] = [];
  readonly timeline: SimulationEvent[] = [];
  readonly lines: SimulationLogLine[] = [];
  readonly faults: Partial<Record<FaultKind, number>> = {};
  checks = 0;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #counts = new Map<string, number>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Something is not as it has to be. */
  fail(what: string, expected: string, came: string): void {
    const count = (this.#counts.get(what) ?? 0) + 1;
    this.#counts.set(what, count);
    if (count <= KEPT) this.failures.push({ at: this.#clock.now(), what, expected, came });
  }

  /** An exception or a rejection that nobody has caught. */
  crash(error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.fail('the program', 'no exception that nobody catches', text);
  }

  note(who: string, what: string): void {
    this.timeline.push({ at: this.#clock.now(), who, what });
  }

  log(level: string, who: string, text: string): void {
    this.lines.push({ at: this.#clock.now(), level, who, text });
  }

  count(kind: FaultKind): void {
    this.faults[kind] = (this.faults[kind] ?? 0) + 1;
  }
}
