import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadPipeline } from '../../src/index.ts';

const FOLDER = fileURLToPath(new URL('configs/', import.meta.url));
const configs = readdirSync(FOLDER).filter((name) => /\.(yaml|json)$/.test(name));

/** What a config of these is warned of. */
const WARNINGS: Readonly<Record<string, readonly string[]>> = {
  'log-template.yaml': ['sinks[0].parameters.logLevel'],
};

test.each(configs)('%s can be used, with every schema that it names', async (name) => {
  const { warnings } = await loadPipeline(`${FOLDER}${name}`);
  expect(warnings.map(({ path }) => path)).toEqual(WARNINGS[name] ?? []);
});
