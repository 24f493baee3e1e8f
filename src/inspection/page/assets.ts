import { existsSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';

/** A file of the page. */
export interface Asset {
  readonly path: string;
  readonly contentType: string;
  readonly policy: string;
}

/** Under its name below the token, with a slash in front: `/charts/connection.svg`; the page itself is `/`. */
export type PageAssets = ReadonlyMap<string, Asset>;

/** Where files of the page lie in the package, and what is served of them. */
interface Shelf {
  readonly folder: string;
  readonly ending: string;
  readonly prefix: string;
  readonly contentType: string;
  readonly policy: string;
}

/** Only what the page brings with it runs in it or is talked to. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A diagram that is opened by itself brings its looks in a `<style>` of its own. */
const DIAGRAM_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/** Made by `npm run build`. */
const MODULES = 'dist/visualizations/inspector';
const PAGE = 'visualizations/inspector';

const SHELVES: readonly Shelf[] = [
  {
    folder: MODULES,
    ending: '.js',
    prefix: '/',
    contentType: 'text/javascript; charset=utf-8',
    policy: PAGE_POLICY,
  },
  { folder: PAGE, ending: '.css', prefix: '/', contentType: 'text/css; charset=utf-8', policy: PAGE_POLICY },
  {
    folder: 'visualizations',
    ending: '.svg',
    prefix: '/charts/',
    contentType: 'image/svg+xml; charset=utf-8',
    policy: DIAGRAM_POLICY,
  },
];

/**
 * The closed table of all files that are served, of a package in this directory. A request is looked up in it and never
 * becomes a path.
 */
export function pageAssets(root: string): PageAssets {
  const index: Asset = { path: join(root, PAGE, 'index.html'), contentType: HTML, policy: PAGE_POLICY };
  return new Map([['/', index], ...SHELVES.flatMap((shelf) => filesOf(root, shelf))]);
}

const HTML = 'text/html; charset=utf-8';

function filesOf(root: string, { folder, ending, prefix, contentType, policy }: Shelf): [string, Asset][] {
  const place = join(root, folder);
  if (!existsSync(place)) return [];
  return readdirSync(place, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => [prefix + name.replaceAll(sep, '/'), { path: join(place, name), contentType, policy }]);
}

/** Why the page cannot be shown, if so. */
export function assetsFault(root: string): string | undefined {
  if (existsSync(join(root, MODULES))) return undefined;
  return `the modules of the inspector's page are missing in ${join(root, MODULES)}: run \`npm run build\`, then start hawser again\n`;
}
