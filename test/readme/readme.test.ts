import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readPipeline } from '../../src/config/load.ts';
import { nodeFiles } from '../../src/node-files.ts';
import { loadScenario } from '../../src/testing/simulation/scenario-file.ts';
import { simulate } from '../../src/testing/simulation/simulate.ts';
import { optionsTable } from './options-table.ts';

const path = new URL('../../README.md', import.meta.url);
const START = '<!-- options -->\n';
const END = '\n<!-- /options -->';

// `UPDATE_README=1 npx vitest run test/readme` writes the table anew.
if (process.env.UPDATE_README) {
  const [before, , after] = parts(readFileSync(path, 'utf8'));
  writeFileSync(path, `${before}${START}${optionsTable()}${END}${after}`);
}

const readme = readFileSync(path, 'utf8');

function parts(text: string): [before: string, table: string, after: string] {
  const from = text.indexOf(START);
  const to = text.indexOf(END);
  return [text.slice(0, from), text.slice(from + START.length, to), text.slice(to + END.length)];
}

it('lists the options that the schema has', () => {
  expect(parts(readme)[1]).toBe(optionsTable());
});

const blocks = [...readme.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text);
const configs = blocks.filter((text) => !isScenario(text));
const scenarios = blocks.filter(isScenario);

function isScenario(text: string): boolean {
  return text.includes('\nservers:');
}

it.each(configs.map((text, at) => [at + 1, text] as const))('shows configs that can be read: number %i', (_, text) => {
  expect(readPipeline(text, 'ticks.yaml').options.sources).not.toEqual([]);
});

it.each(scenarios)('shows a scenario that passes', async (text) => {
  const readText = async () => text;
  const scenario = await loadScenario('frozen.yaml', { files: { ...nodeFiles, readText } });
  expect((await simulate(scenario)).failures).toEqual([]);
});
