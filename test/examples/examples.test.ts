import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadPipeline } from '../../src/index.ts';

const FOLDER = fileURLToPath(new URL('../../examples/', import.meta.url));
const CONTEXT = { feed: 'ws://127.0.0.1:9000/', receiver: 'ws://127.0.0.1:9001/' };

// The other YAML files are scripts of the feed.
const configs = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.yaml'))
  .filter((name) => readFileSync(`${FOLDER}${name}`, 'utf8').includes('\nsources:'));

test('there is a config in each folder', () => {
  const folders = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(new Set(configs.map((name) => name.split('/')[0]))).toEqual(new Set(folders.map(({ name }) => name)));
});

test.each(configs)('%s is valid and leaves nothing to be warned of', async (file) => {
  const context = file.includes('quickstart') ? CONTEXT : {};
  const { warnings } = await loadPipeline(`${FOLDER}${file}`, { context });
  expect(warnings).toEqual([]);
});
