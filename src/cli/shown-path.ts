import { relative, sep } from 'node:path';

/** A path as a person in this directory would type it. */
export function shownPath(path: string, from: string = process.cwd()): string {
  const short = relative(from, path);
  return short === '' || short.startsWith(`..${sep}..`) ? path : short;
}
