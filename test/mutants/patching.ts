import type { Patch } from './mutants.ts';

/**
 * A source text with the patch in it.
 * @throws Error when the text to be replaced is not there, or more than once.
 */
export function patched(source: string, { file, before, after }: Patch): string {
  const found = source.split(before).length - 1;
  if (found !== 1) throw new Error(`${file} has ${found} times, not once: ${JSON.stringify(before)}`);
  return source.replace(before, () => after);
}
