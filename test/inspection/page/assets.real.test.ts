import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ask, openPage } from './page-bench.ts';

const roots: string[] = [];
afterEach(async () => {
  for (const root of roots.splice(0)) await rm(root, { recursive: true });
});

/** What a package holds: the files of the page, and others beside them. */
const FILES: Readonly<Record<string, string>> = {
  'package.json': '{}',
  'src/secret.ts': 'secret',
  'dist/visualizations/inspector/main.js': 'main',
  'dist/visualizations/inspector/main.js.map': 'map',
  'dist/visualizations/inspector/charts/axis.js': 'axis',
  'visualizations/inspector/index.html': '<!doctype html>',
  'visualizations/inspector/style.css': 'css',
  'visualizations/inspector/main.ts': 'ts',
  'visualizations/inspector/tsconfig.json': '{}',
  'visualizations/connection.svg': '<svg/>',
  'visualizations/connection.json': '{}',
};

async function openWith(files: Readonly<Record<string, string>> = FILES) {
  const root = await mkdtemp(join(tmpdir(), 'hawser-page-'));
  roots.push(root);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
  const { port, token } = await openPage({}, {}, root);
  return { root, get: (path: string, method = 'GET') => ask(port, `/${token}${path}`, { method }) };
}

describe('of the page is served', () => {
  const SERVED: [string, string, string][] = [
    ['/', '<!doctype html>', 'text/html; charset=utf-8'],
    ['/style.css', 'css', 'text/css; charset=utf-8'],
    ['/main.js', 'main', 'text/javascript; charset=utf-8'],
    ['/charts/axis.js', 'axis', 'text/javascript; charset=utf-8'],
    ['/charts/connection.svg', '<svg/>', 'image/svg+xml; charset=utf-8'],
  ];

  test.each(SERVED)('%s', async (path, text, type) => {
    const { status, headers, body } = await (await openWith()).get(path);
    expect({ status, body, type: headers['content-type'] }).toEqual({ status: 200, body: text, type });
  });

  test.each(SERVED)('%s to HEAD without its text', async (path, text, type) => {
    const { status, headers, body } = await (await openWith()).get(path, 'HEAD');
    const { 'content-type': told, 'content-length': length } = headers;
    expect({ status, body, told, length }).toEqual({ status: 200, body: '', told: type, length: String(text.length) });
  });

  test('a diagram with leave to bring looks of its own, and nothing else', async () => {
    const { headers } = await (await openWith()).get('/charts/connection.svg');
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    );
  });

  test('a file as it is now, not as it was at the start', async () => {
    const { root, get } = await openWith();
    await writeFile(join(root, 'visualizations/inspector/style.css'), 'other');
    expect(await get('/style.css')).toMatchObject({ body: 'other' });
  });
});

test.each([
  '/index.html',
  '/main.ts',
  '/main.js.map',
  '/tsconfig.json',
  '/connection.svg',
  '/charts/connection.json',
  '/charts/',
  '/charts',
  '//main.js',
  '/./main.js',
  '/charts/../main.js',
  '/../package.json',
  '/../../src/secret.ts',
  '/charts/../../src/secret.ts',
  '/%2e%2e/%2e%2e/src/secret.ts',
  '/..%2f..%2fsrc%2fsecret.ts',
  '/..%5c..%5csrc%5csecret.ts',
  '/%252e%252e/src/secret.ts',
  '/..;/src/secret.ts',
  '/main.js%00.svg',
  '/main.js/',
  '/MAIN.JS',
  '/%6dain.js',
  '/constructor',
  '/__proto__',
  '/etc/passwd',
  '//etc/passwd',
])('%s is not there', async (path) => {
  const { status, body } = await (await openWith()).get(path);
  expect({ status, body }).toEqual({ status: 404, body: 'there is no such file\n' });
});

describe('what is missing is said', () => {
  test('where the page was not built', async () => {
    const { 'visualizations/inspector/index.html': index = '' } = FILES;
    const { status, body } = await (await openWith({ 'visualizations/inspector/index.html': index })).get('/');
    expect({ status, body }).toEqual({ status: 500, body: expect.stringContaining('run `npm run build`') });
  });

  test('where a file of the page is gone', async () => {
    const { root, get } = await openWith();
    await rm(join(root, 'visualizations/inspector/index.html'));
    const { status, body } = await get('/');
    expect({ status, body }).toEqual({ status: 500, body: expect.stringContaining('index.html') });
  });
});
