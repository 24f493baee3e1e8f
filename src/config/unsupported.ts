import type { Path } from './tree.ts';

/**
 * Options and values that are documented and not built yet, so that they are told apart from mistakes. A line leaves
 * this table when the schema takes the option in. Paths are without indexes; the start that they leave out is free.
 */
const OPTIONS: readonly string[] = [
  'web-socket.schema',
  'web-socket.on-error',
  'web-socket.received-field',
  'web-socket.event-time-field',
  'web-socket.event-time',
  'web-socket.split-arrays',
  'web-socket.latest-only',
  'parameters.eventtimeField',
  'parameters.receivedTimestampField',
  'parameters.logLevel',
  'parameters.logTemplate',
];

const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  'buffer.type': ['disk'],
  'parameters.ignoreError': [true],
  'parameters.isArrayContent': [true],
  'parameters.pruning': [true],
};

export function isUnsupportedOption(path: Path): boolean {
  return OPTIONS.some((option) => endsWith(path, option));
}

export function isUnsupportedValue(path: Path, value: unknown): boolean {
  return Object.entries(VALUES).some(([option, values]) => endsWith(path, option) && values.includes(value));
}

function endsWith(path: Path, option: string): boolean {
  return `.${path.filter((part) => typeof part === 'string').join('.')}`.endsWith(`.${option}`);
}
