import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadPipeline } from '../../src/index.ts';

const FOLDER = fileURLToPath(new URL('../../examples/', import.meta.url));
const CONTEXT = { feed: 'ws://127.0.0.1:9000/', receiver: 'ws://127.0.0.1:9001/' };

const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));

test.each(files)('%s is valid and leaves nothing to be warned of', async (file) => {
  const context = file.includes('quickstart') ? CONTEXT : {};
  const { warnings } = await loadPipeline(`${FOLDER}${file}`, { context });
  expect(warnings).toEqual([]);
});
