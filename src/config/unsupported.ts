import type { Path } from './tree.ts';

/**
 * Values that are documented and not built yet, so that they are told apart from mistakes. A line leaves this table when
 * the schema takes the value in. Paths are without indexes; the start that they leave out is free.
 */
const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  'buffer.type': ['disk'],
};

export function isUnsupportedValue(path: Path, value: unknown): boolean {
  return Object.entries(VALUES).some(([option, values]) => endsWith(path, option) && values.includes(value));
}

function endsWith(path: Path, option: string): boolean {
  return `.${path.filter((part) => typeof part === 'string').join('.')}`.endsWith(`.${option}`);
}
