import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { drawAll } from '../../visualizations/drawing/pictures.ts';

const FOLDER = new URL('../../visualizations/', import.meta.url);
const MACHINES = readdirSync(new URL('../../machines/', import.meta.url)).map((file) => file.replace(/\.ts$/, ''));
const GENERATED = readdirSync(FOLDER).filter((file) => /\.(svg|mmd|json|md)$/.test(file));

describe('visualizations/', () => {
  let drawn = new Map<string, string>();
  beforeAll(async () => {
    drawn = await drawAll();
  }, 60_000);

  test.each(MACHINES)('holds three pictures of machines/%s.ts', (name) => {
    expect(GENERATED).toEqual(expect.arrayContaining([`${name}.svg`, `${name}.mmd`, `${name}.json`]));
  });

  test('holds no picture that is not drawn any more', () => {
    expect([...drawn.keys()]).toEqual(expect.arrayContaining(GENERATED));
  });

  test('holds what the machines are now', () => {
    const old = [...drawn].filter(([name, text]) => committed(name) !== text).map(([name]) => name);
    expect(old, 'the machines or the drawing have changed: npm run visualize').toEqual([]);
  });
});

function committed(name: string): string | undefined {
  return GENERATED.includes(name) ? readFileSync(new URL(name, FOLDER), 'utf8') : undefined;
}
