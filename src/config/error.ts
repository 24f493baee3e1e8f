import { HawserError } from '../errors.ts';

/** One thing that is wrong (or worth a warning) in a pipeline's configuration. Never holds a secret's value. */
export interface Problem {
  /** The file as it was named by the caller; absent for objects of an app. */
  readonly file?: string;
  /** From 1; absent for objects of an app. */
  readonly line?: number;
  /** From 1; absent for objects of an app. */
  readonly column?: number;
  /** For instance `sources[0].web-socket.url`; empty for the whole file. */
  readonly path: string;
  /** What was found, as it may be shown. */
  readonly value?: string;
  readonly expected?: string;
  /** The sentence without position and path. */
  readonly message: string;
}

/** A configuration that cannot be used. `problems` holds every one that was found, `message` a line for each. */
export class ConfigError extends HawserError {
  readonly code = 'config';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    super(problems.map(formatProblem).join('\n'), options);
    this.problems = problems;
  }
}

/** One line: `ticks.yaml:7:18 sources[0].web-socket.url: "ftp://x/" is not a ws:// or wss:// url`. */
export function formatProblem(problem: Problem): string {
  const position = problem.line === undefined ? '' : `:${problem.line}:${problem.column ?? 1}`;
  const place = [`${problem.file ?? ''}${position}`, problem.path].filter((part) => part !== '').join(' ');
  const line = place === '' ? problem.message : `${place}: ${problem.message}`;
  return printable(line.replaceAll(/\s*[\r\n]\s*/g, ' '));
}

/** A text of a file may steer the terminal that an error is printed to: its control characters are spelt out. */
function printable(line: string): string {
  return line.replaceAll(
    CONTROL,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`,
  );
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\x00-\x1f\x7f-\x9f]/g;

/** A text or number that is not a duration. */
export class DurationError extends HawserError {
  readonly code = 'duration';
  /** The sentence without the value. */
  readonly reason: string;

  constructor(value: string | number, reason: string) {
    super(`${shortened(value)} ${reason}`);
    this.reason = reason;
  }
}

/** A text or number that is not a size in bytes. */
export class SizeError extends HawserError {
  readonly code = 'size';
  /** The sentence without the value. */
  readonly reason: string;

  constructor(value: string | number, reason: string) {
    super(`${shortened(value)} ${reason}`);
    this.reason = reason;
  }
}

/** A template that is malformed, or that has no value where it is resolved. Never holds a resolved value. */
export class TemplateError extends HawserError {
  readonly code = 'template';
  /** As written, with its default cut away: `${env|NAME||…}`. */
  readonly expression: string;

  constructor(expression: string, reason: string, options?: ErrorOptions) {
    super(`${expression} ${reason}`, options);
    this.expression = expression;
  }
}

/** A url that a WebSocket client cannot dial. Its message never holds the url. */
export class UrlError extends HawserError {
  readonly code = 'url';
}

function shortened(value: string | number): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
