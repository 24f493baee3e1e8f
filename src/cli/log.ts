import { type Logger, pino } from 'pino';
import { HawserError } from '../index.ts';
import type { Level } from './level.ts';
import { shownName } from './relay-parts.ts';
import { type Paint, printable, type Style } from './style.ts';

/** A pino logger that gives each line, JSON with its newline, to `write`. Stacks are shown from debug on. */
export function createLogger(level: Level, write: (line: string) => void): Logger {
  const verbose = level === 'trace' || level === 'debug';
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: (error: unknown) => errorFields(error, verbose) },
    },
    { write },
  );
}

function errorFields(error: unknown, verbose: boolean): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack } = error;
  const code = 'code' in error ? { code: String(error.code) } : {};
  return { type: name, message, ...code, ...(verbose && !(error instanceof HawserError) ? { stack } : {}) };
}

/** A JSON line of pino as a person reads it: time, level, who, the sentence. */
export function readableLine(json: string, style: Style): string {
  const fields = parse(json);
  const level = text(fields, 'level');
  const who = shownName(component(fields));
  const head = [
    style('dim', clockTime(new Date(text(fields, 'time')))),
    style(PAINTS.get(level) ?? 'dim', level.padEnd(5)),
    ...(who === '' ? [] : [`${style('bold', printable(who))} `]),
  ];
  const sentence = `${printable(text(fields, 'msg'))}${suppressedText(fields)}${errorText(fields, style)}`;
  return `${head.join(' ')} ${sentence}\n${historyText(fields, style)}`;
}

const PAINTS: ReadonlyMap<string, Paint> = new Map([
  ['trace', 'dim'],
  ['debug', 'dim'],
  ['info', 'blue'],
  ['warn', 'yellow'],
  ['error', 'red'],
  ['fatal', 'red'],
]);

type Fields = Readonly<Record<string, unknown>>;

function parse(json: string): Fields {
  const value: unknown = JSON.parse(json);
  return isFields(value) ? value : {};
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function text(fields: Fields, key: string): string {
  const value = fields[key];
  return typeof value === 'string' ? value : '';
}

/** The path of an actor or of a component, and the peer of it; a connection goes by the name of its component. */
function component(fields: Fields): string {
  const path = firstText(fields, ['connection', 'actor', 'component', 'listener']).replace(/\/connection$/, '');
  const peer = text(fields, 'peer');
  if (path !== '') return peer === '' ? path : `${path} peer ${peer}`;
  return [text(fields, 'pipeline'), firstText(fields, ['sink', 'source', 'endpoint'])]
    .filter((part) => part !== '')
    .join('/');
}

function firstText(fields: Fields, keys: readonly string[]): string {
  return keys.map((key) => text(fields, key)).find((value) => value !== '') ?? '';
}

/** How many others the line stands for. */
function suppressedText({ suppressed }: Fields): string {
  return typeof suppressed === 'number' ? ` (and ${suppressed} more)` : '';
}

function errorText(fields: Fields, style: Style): string {
  const error = fields.err;
  if (!isFields(error)) return '';
  const stack = text(error, 'stack');
  const shown = stack === '' ? '' : `\n${stack.split('\n').slice(1).map(printable).join('\n')}`;
  return `: ${printable(text(error, 'message'))}${style('dim', shown)}`;
}

/** Transitions that a person is shown of a connection which has failed for good. */
const SHOWN_TRANSITIONS = 5;

/** How a connection has come to its end: the last steps, below the line. */
function historyText({ history }: Fields, style: Style): string {
  if (!Array.isArray(history)) return '';
  const steps = history.map(String);
  const earlier = Math.max(0, steps.length - SHOWN_TRANSITIONS);
  const shown = steps.slice(-SHOWN_TRANSITIONS).map((step) => printable(step.replace(INSTANT, localTime)));
  const first = earlier === 0 ? [] : [`… and ${earlier} before, which a log in a file has`];
  return [...first, ...shown].map((line) => `${style('dim', `${INDENT}${line}`)}\n`).join('');
}

/** As wide as time and level. */
const INDENT = ' '.repeat(19);

/** When it was, and since when; not what a peer may have written between. */
const INSTANT = /(?:^|(?<= times since ))[\d-]{10}T[\d:.]{12}Z(?= |\)$)/g;

function localTime(instant: string): string {
  return clockTime(new Date(instant));
}

function clockTime(date: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  const seconds = `${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
  return `${two(date.getHours())}:${two(date.getMinutes())}:${seconds}`;
}
