import type { Path } from './tree.ts';

/**
 * Options and values that are documented and not built yet, so that they are told apart from mistakes. A line leaves
 * this table when the schema takes the option in. Paths are without indexes; the start that they leave out is free.
 */
const OPTIONS: readonly string[] = [
  'web-socket.server',
  'web-socket.cursor',
  'web-socket.replay',
  'web-socket.retry.retries',
  'web-socket.auth.headers',
  'web-socket.auth.query',
  'web-socket.tls.client-certificate',
  'web-socket.tls.client-key',
  'web-socket.tls.insecure-skip-verify',
  'web-socket.schema',
  'web-socket.on-error',
  'web-socket.received-field',
  'web-socket.event-time-field',
  'web-socket.event-time',
  'web-socket.split-arrays',
  'web-socket.latest-only',
  'batch.header',
  'batch.footer',
  'batch.use-document-marker',
  'batch.wrap-as-json',
  'sinks.reply-to',
  'parameters.eventtimeField',
  'parameters.receivedTimestampField',
  'parameters.logLevel',
  'parameters.logTemplate',
];

const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  'web-socket.mode': ['server-output', 'server-input', 'relay'],
  'web-socket.payload': ['binary', 'binary-base64'],
  'web-socket.ack': ['reply'],
  'batch.mode': ['document'],
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

/** Whether this is a mode of a connection that is not built yet. */
export function isUnsupportedMode(path: Path, value: unknown): boolean {
  return endsWith(path, 'web-socket.mode') && isUnsupportedValue(path, value);
}

function endsWith(path: Path, option: string): boolean {
  return `.${path.filter((part) => typeof part === 'string').join('.')}`.endsWith(`.${option}`);
}
