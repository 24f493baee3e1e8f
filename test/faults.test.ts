import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const ROOT = new URL('../', import.meta.url);
const TABLE = read('test/faults.md');

/** Its rows as cells: number, fault, what must be seen, how, tests. */
const ROWS = TABLE.split('\n')
  .filter((line) => /^\| \d/.test(line))
  .map((line) => line.slice(2, -2).split(' | '));

const TESTS = ROWS.flatMap(([number = '', , , , tests = '']) =>
  [...tests.matchAll(/`([^`]+)` "([^"]+)"/g)].map(([, file = '', title = '']) => ({ number, file, title })),
);

describe('the table of faults', () => {
  test('has 28 rows, each with its fault, what must be seen, a way, and tests', () => {
    expect(ROWS.map(([number]) => Number(number))).toEqual(Array.from({ length: 28 }, (_, at) => at + 1));
    expect(ROWS.filter((cells) => cells.length !== 5 || cells.includes(''))).toEqual([]);
    expect(ROWS.filter(([, , , how = '']) => !/^[abcd](, [abcd])*$/.test(how))).toEqual([]);
    const shown = ROWS.map(([number]) => TESTS.filter((each) => each.number === number).length);
    expect(Math.min(...shown)).toBeGreaterThan(0);
  });

  test('names files that are there', () => {
    expect(TESTS.filter(({ file }) => !existsSync(new URL(file, ROOT)))).toEqual([]);
  });

  test('names tests by titles that they have', () => {
    expect(TESTS.filter(({ file, title }) => existsSync(new URL(file, ROOT)) && !hasTitle(file, title))).toEqual([]);
  });

  test('names every test of the folder beside it', () => {
    const files = readdirSync(new URL('test/faults/', ROOT)).filter((name) => name.endsWith('.test.ts'));
    const named = new Set(TESTS.map(({ file }) => file));
    expect(files.filter((name) => !named.has(`test/faults/${name}`))).toEqual([]);
  });
});

function read(file: string): string {
  return readFileSync(new URL(file, ROOT), 'utf8');
}

/** As the name of a scenario, or between quotes in a test. */
function hasTitle(file: string, title: string): boolean {
  const text = read(file);
  if (/\.ya?ml$/.test(file)) return text.split('\n').includes(`name: ${title}`);
  return ["'", '`'].some((quote) => text.includes(`${quote}${title}${quote},`));
}
