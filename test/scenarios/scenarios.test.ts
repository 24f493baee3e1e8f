import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadScenario } from '../../src/testing/simulation/scenario-file.ts';
import { simulate } from '../../src/testing/simulation/simulate.ts';

const FOLDER = new URL('./', import.meta.url).pathname;
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));
const SCENARIOS = await Promise.all(FILES.map((file) => loadScenario(`${FOLDER}${file}`)));

test('there are scenarios, each with a name of its own', () => {
  expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(FILES.length);
  expect(FILES.length).toBeGreaterThanOrEqual(20);
});

test.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
  '%s',
  { timeout: 60_000 },
  async (_, scenario) => {
    const { failures, passed } = await simulate(scenario);
    expect(failures).toEqual([]);
    expect(passed).toBe(true);
  },
);
