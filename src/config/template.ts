import { TemplateError } from './error.ts';
import type { EventScope, Scope } from './scope.ts';
import { type Expression, parseExpression, shownExpression } from './template-expression.ts';

/** A text with `${…}` in it, parsed once and resolved as often as needed. */
export interface Template {
  readonly text: string;
  readonly parts: readonly (string | Expression)[];
  /** Whether resolved values are put into JSON text, between quotes: they are escaped. */
  readonly json: boolean;
}

export interface TemplateRules {
  /** Whether there is an event to read fields and attributes from. Default true. */
  readonly event?: boolean;
  /** Whether the text is JSON. Default false. */
  readonly json?: boolean;
  /** Whether it is filled in by `fillTemplate`: files and secrets are refused. Default false. */
  readonly immediate?: boolean;
}

/**
 * Parses `${field}`, `${a.b}`, `${a/b}`, `${/a/b}`, `${env|NAME}`, `${file|PATH}`, `${secret|NAME}`, `${cursor}`,
 * `${stat|NAME}`, `${time|now_iso}`, `${time|now_time_secs}` and `${msg|attribute}`; `||default` after any but a
 * secret; `$${` is a literal `${`. Throws a `TemplateError` for anything malformed, and for what reads an event where
 * the rules say that there is none.
 */
export function compileTemplate(text: string, rules: TemplateRules = {}): Template {
  const json = rules.json ?? false;
  const parts: (string | Expression)[] = [];
  let at = 0;
  for (let open = text.indexOf('${'); open >= 0; open = text.indexOf('${', at)) {
    if (open > at && text[open - 1] === '$') {
      parts.push(`${text.slice(at, open - 1)}\${`);
      at = open + 2;
      continue;
    }
    const close = text.indexOf('}', open);
    if (close < 0) throw new TemplateError('${…', 'is a template without its closing }');
    const expression = parseExpression(unescaped(text.slice(open + 2, close), json));
    if (rules.event === false) refuseEvent(expression);
    if (rules.immediate === true) refuseReading(expression);
    parts.push(text.slice(at, open), expression);
    at = close + 1;
  }
  parts.push(text.slice(at));
  return { text, parts: parts.filter((part) => part !== ''), json };
}

/**
 * Compiles a text frame of `requests`. When the text is JSON, as it is for a request written as a map, what is filled
 * in is escaped, so that a quote in a password does not break the frame. There is no event.
 */
export function compileRequest(text: string): Template {
  return compileTemplate(text, { event: false, json: isJson(text) });
}

/** Fills in a template. Rejects with a `TemplateError` naming the expression that has no value and no default. */
export async function resolveTemplate(template: Template, scope: Scope): Promise<string> {
  const values: string[] = [];
  for (const part of template.parts) {
    values.push(typeof part === 'string' ? part : await filled(part, scope, template.json));
  }
  return values.join('');
}

/**
 * Fills in a template at once, from an event. Throws a `TemplateError` naming the expression that has no value and no
 * default, or that a file or a secret is read for.
 */
export function fillTemplate(template: Template, scope: EventScope): string {
  return template.parts.map((part) => (typeof part === 'string' ? part : filledAtOnce(part, scope))).join('');
}

function filledAtOnce(expression: Expression, scope: EventScope): string {
  refuseReading(expression);
  const value = lookUpAtOnce(expression, scope, scope) ?? expression.fallback;
  if (value === undefined) throw new TemplateError(shownExpression(expression), absence(expression));
  return value;
}

async function filled(expression: Expression, scope: Scope, json: boolean): Promise<string> {
  const found = await lookUp(expression, scope);
  const value = found ?? expression.fallback;
  if (value === undefined) throw new TemplateError(shownExpression(expression), absence(expression));
  const written = json ? JSON.stringify(value).slice(1, -1) : value;
  if (found !== undefined && SENSITIVE.has(expression.kind)) {
    for (const sensitive of new Set([value, written])) if (sensitive !== '') scope.onSensitive?.(sensitive);
  }
  return written;
}

const SENSITIVE: ReadonlySet<Expression['kind']> = new Set(['secret', 'env', 'file']);

async function lookUp(expression: Expression, scope: Scope): Promise<string | undefined> {
  switch (expression.kind) {
    case 'secret':
      return scope.secret(expression.name);
    case 'file':
      return readFile(expression.name, expression, scope);
    default:
      return lookUpAtOnce(expression, scope, scope.event);
  }
}

/** Everything but files and secrets. */
function lookUpAtOnce(
  expression: Expression,
  scope: Pick<Scope, 'env' | 'cursor' | 'stat' | 'time' | 'attribute'>,
  event: Scope['event'],
): string | undefined {
  switch (expression.kind) {
    case 'env':
      return scope.env(expression.name);
    case 'cursor':
      return scope.cursor();
    case 'stat':
      return textOf(scope.stat(expression.name));
    case 'time':
      return timeOf(expression.name, scope.time());
    case 'msg':
      return textOf(scope.attribute?.(expression.name));
    case 'field':
      return textOf(event?.lookUp(expression.path));
    default:
      return undefined;
  }
}

function timeOf(name: string, time: number): string {
  return name === 'now_iso' ? new Date(time).toISOString() : String(Math.floor(time / 1000));
}

async function readFile(path: string, expression: Expression, scope: Scope): Promise<string | undefined> {
  try {
    return (await scope.readText(path)).replace(/\r?\n$/, '');
  } catch (error) {
    if (expression.fallback !== undefined) return undefined;
    throw new TemplateError(shownExpression(expression), 'has no value: the file cannot be read', { cause: error });
  }
}

function absence(expression: Expression): string {
  switch (expression.kind) {
    case 'env':
      return 'has no value: the environment variable is not set';
    case 'secret':
      return `has no value: neither HAWSER_SECRET_${expression.name} nor a file of that name in the secrets directory`;
    case 'cursor':
      return 'has no value: no cursor yet; cursor.initial-value or a default behind || would be the first';
    case 'field':
      return 'has no value: the event has no such field';
    default:
      return 'has no value';
  }
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function refuseEvent(expression: Expression): void {
  if (expression.kind !== 'field' && expression.kind !== 'msg') return;
  throw new TemplateError(shownExpression(expression), 'reads an event, and there is none here');
}

function refuseReading(expression: Expression): void {
  if (expression.kind !== 'file' && expression.kind !== 'secret') return;
  const kind = expression.kind === 'file' ? 'file' : 'secret';
  throw new TemplateError(shownExpression(expression), `reads a ${kind}, which cannot be done for each batch`);
}

function unescaped(expression: string, json: boolean): string {
  if (!json) return expression;
  try {
    return String(JSON.parse(`"${expression}"`));
  } catch {
    throw new TemplateError('${…', 'is a template without its closing }');
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
