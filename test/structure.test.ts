import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = new URL('../', import.meta.url);

const LEAVES = ['config', 'environment', 'errors', 'json'];
const PARTS = ['sources', 'sinks', 'streams', 'transport', 'store'];

/** What a folder of src/, or a file in it, may import besides itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  cli: [
    'index',
    'testing',
    'node-environment',
    'supervision',
    'inspection',
    'actors',
    ...PARTS,
    'messages',
    'machines',
    'package',
    ...LEAVES,
  ],
  index: ['node-environment', 'supervision', 'inspection', 'actors', ...PARTS, 'messages', 'machines', ...LEAVES],
  supervision: ['inspection', 'actors', ...PARTS, 'messages', 'schema', 'machines', ...LEAVES],
  inspection: ['actors', 'machines', 'package', 'environment', 'errors'],
  actors: [...PARTS, 'messages', 'machines', ...LEAVES],
  sources: ['streams', 'transport', 'store', 'messages', 'schema', ...LEAVES],
  sinks: ['streams', 'transport', 'store', 'messages', ...LEAVES],
  streams: ['messages', ...LEAVES],
  transport: ['messages', ...LEAVES],
  store: ['messages', ...LEAVES],
  messages: ['schema', ...LEAVES],
  config: ['schema', 'environment', 'errors', 'json'],
  schema: ['environment', 'errors', 'json'],
  json: [],
  environment: [],
  errors: [],
  package: [],
  machines: ['environment'],
  'node-environment': ['node-files', 'node-store', 'transport', ...LEAVES],
  'node-store': ['node-files', 'node-tables', ...LEAVES],
  'node-tables': [],
  'node-files': ['node-lock', ...LEAVES],
  'node-lock': LEAVES,
  testing: ['node-files', 'supervision', 'actors', ...PARTS, 'messages', 'machines', ...LEAVES],
};

interface Import {
  /** `src/sinks/file.ts:3` */
  readonly place: string;
  readonly from: string;
  readonly to: string;
  readonly type: boolean;
}

const IMPORTS = [...filesIn('src'), ...filesIn('machines')].flatMap(importsOf);

describe('the dependencies', () => {
  test('are found', () => {
    const ours = IMPORTS.map(({ from, to }) => `${from} -> ${to}`);
    expect(ours).toEqual(expect.arrayContaining(['cli -> index', 'index -> supervision', 'supervision -> actors']));
  });

  test('point one way', () => {
    const wrong = IMPORTS.filter(({ from, to }) => from !== to && !ALLOWED[from]?.includes(to));
    expect(wrong.map(shown)).toEqual([]);
  });

  test('lead nowhere to cli', () => {
    const wrong = IMPORTS.filter(({ from, to }) => to === 'cli' && from !== 'cli');
    expect(wrong.map(shown)).toEqual([]);
  });

  test('lead to testing from its own files and those of `hawser test` alone', () => {
    const wrong = IMPORTS.filter(({ from, to }) => to === 'testing' && from !== 'testing');
    const others = wrong.filter(({ place }) => !/^src\/cli\/test(-report)?\.ts:/.test(place));
    expect(others.map(shown)).toEqual([]);
  });

  test('of the machines on us are types', () => {
    const wrong = IMPORTS.filter(({ place, type }) => place.startsWith('machines/') && !type);
    expect(wrong.map(shown)).toEqual([]);
  });

  test('have no circle between folders', () => {
    const circles = Object.keys(ALLOWED).filter((folder) => reaches(folder, folder));
    expect(circles).toEqual([]);
  });

  test('on ws are those of the transport alone, and of the servers that users test against', () => {
    const wrong = filesIn('src')
      .filter((file) => !file.startsWith('src/transport/') && !file.startsWith('src/testing/'))
      .filter((file) => /from '(ws|node:net|node:tls|node:https)'/.test(read(file)));
    expect(wrong).toEqual([]);
  });

  test('on node:http are those of the same, and of the page of the inspector', () => {
    const wrong = filesIn('src')
      .filter((file) => !/^src\/(transport|testing)\/|^src\/inspection\/page\//.test(file))
      .filter((file) => /from 'node:http'/.test(read(file)));
    expect(wrong).toEqual([]);
  });
});

/** Whether imports lead from one folder to another one and so on to the second. */
function reaches(from: string, to: string, seen = new Set<string>()): boolean {
  const next = new Set(IMPORTS.filter((each) => each.from === from && each.to !== from).map((each) => each.to));
  if (next.has(to)) return true;
  return [...next].some((folder) => {
    if (seen.has(folder)) return false;
    seen.add(folder);
    return reaches(folder, to, seen);
  });
}

function filesIn(folder: string): string[] {
  const names = readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.ts')).map((name) => posix.join(folder, name.replaceAll('\\', '/')));
}

function read(file: string): string {
  return readFileSync(new URL(file, ROOT), 'utf8');
}

/** Imports and re-exports of our own files, also those that `import()` makes. */
function importsOf(file: string): Import[] {
  const text = read(file);
  const statements = /^(?:import|export)\s+(type\s)?[^'";]*?from\s+'(\.[^']+)'|\bimport\(\s*'(\.[^']+)'/gm;
  return [...text.matchAll(statements)].map((match) => ({
    place: `${file}:${text.slice(0, match.index).split('\n').length}`,
    from: layerOf(file),
    to: layerOf(posix.join(posix.dirname(file), match[2] ?? match[3] ?? '')),
    type: match[1] !== undefined,
  }));
}

/** `src/machines.ts` is the entry point of the folder machines/ and stands for it; the config reads schemas too. */
function layerOf(file: string): string {
  if (file.startsWith('src/messages/schema/')) return 'schema';
  const [top = '', second = ''] = file.split('/');
  return top === 'src' ? second.replace(/\.(d\.)?ts$/, '') : top;
}

function shown({ place, from, to }: Import): string {
  return `${place}: ${from} imports ${to}`;
}
