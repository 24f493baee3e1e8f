import type { SimulationReport } from './report.ts';
import type { AnyScenario } from './scenario.ts';
import { type SimulateOptions, Simulation } from './simulation.ts';

export type { SimulateOptions } from './simulation.ts';

/**
 * Runs a scenario in virtual time and judges it. Nothing outside the process is touched, and the same scenario with the
 * same seed gives the same report. An exception or a rejection that nobody catches meanwhile, wherever it comes from, is
 * taken for the pipeline's: two simulations at the same time would take each other's.
 * @throws UsageError when the scenario names what is not there, ConfigError when its pipeline is not valid,
 *   DurationError when a time is none.
 */
export async function simulate(scenario: AnyScenario, options: SimulateOptions = {}): Promise<SimulationReport> {
  const simulation = new Simulation(scenario, options);
  const crash = (error: unknown) => simulation.crash(error);
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  try {
    return await simulation.run();
  } finally {
    process.off('uncaughtException', crash);
    process.off('unhandledRejection', crash);
  }
}
