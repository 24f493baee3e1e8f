import type { Complaint } from '../../config/complaint.ts';
import { listOf, valueAt } from '../../config/tree.ts';
import { checkExpected } from './expectation-checks.ts';
import { namesOf } from './scenario-names.ts';
import { millisecondsOf } from './scenario-schema.ts';
import { checkStep } from './script-checks.ts';
import { checkServers } from './server-checks.ts';

/** What a schema of single values cannot see of a scenario: names, times, and what goes together. */
export function checkScenario(scenario: unknown, pipeline: unknown): Complaint[] {
  const names = namesOf(scenario, pipeline);
  const producing = millisecondsOf(valueAt(scenario, ['for']) ?? DEFAULT_FOR);
  const settling = millisecondsOf(valueAt(scenario, ['settle']) ?? DEFAULT_SETTLE);
  const end = producing === undefined || settling === undefined ? undefined : producing + settling;
  const script = listOf(valueAt(scenario, ['script']));
  const expected = listOf(valueAt(scenario, ['expect']));
  return [
    ...checkServers(scenario, pipeline),
    ...script.flatMap((step, index) => checkStep(['script', index], step, names, producing)),
    ...expected.flatMap((each, index) => checkExpected(['expect', index], each, names, end)),
  ];
}

const DEFAULT_FOR = '1m';
const DEFAULT_SETTLE = '10m';
