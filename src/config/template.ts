import { jsonText } from '../json/lossless.ts';
import { isJson } from '../json/validity.ts';
import { TemplateError } from './error.ts';
import type { EventScope, Scope } from './scope.ts';
import { type Expression, parseExpression, shownExpression } from './template-expression.ts';

/** A text with `${…}` in it, parsed once and resolved as often as needed. */
export interface Template {
  readonly text: string;
  readonly parts: readonly (string | Placeholder)[];
  /** Whether resolved values are put into JSON text: they are escaped. */
  readonly json: boolean;
}

/** `whole`: a JSON string that is nothing else. It takes over the type of its value, so the quotes are a part of it. */
export type Placeholder = Expression & { readonly whole?: boolean };

export interface TemplateRules {
  /** Whether there is an event to read fields and attributes from, or the only fields that there are. Default true. */
  readonly event?: boolean | ReadonlySet<string>;
  /** Whether the text is JSON. Default false. */
  readonly json?: boolean;
  /** Whether it is filled in by `fillTemplate`: files and secrets are refused. Default false. */
  readonly immediate?: boolean;
}

/**
 * Parses `${field}`, `${a.b}`, `${a/b}`, `${/a/b}`, `${env|NAME}`, `${file|PATH}`, `${secret|NAME}`, `${cursor}`,
 * `${stat|NAME}`, `${time|now_iso}`, `${time|now_time_secs}` and `${msg|attribute}`; `||default` after any but a
 * secret; `$${` is a literal `${`. In JSON `"${field}"` takes over the type of the field: `{"pong":"${ping}"}` with ping 7
 * is `{"pong":7}`. Throws a `TemplateError` for anything malformed, and for what reads an event where the rules say that
 * there is none.
 */
export function compileTemplate(text: string, rules: TemplateRules = {}): Template {
  const json = rules.json ?? false;
  const parts: (string | Placeholder)[] = [];
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
    refuseEvent(expression, rules.event ?? true);
    if (rules.immediate === true) refuseReading(expression);
    const before = text.slice(at, open);
    const whole = json && expression.kind === 'field' && OPENS.test(before) && CLOSES.test(text.slice(close + 1));
    if (whole) parts.push(before.slice(0, -1), { ...expression, whole });
    else parts.push(before, expression);
    at = close + (whole ? 2 : 1);
  }
  parts.push(text.slice(at));
  return { text, parts: parts.filter((part) => part !== ''), json };
}

/** A quote that is not escaped, and one behind which there is no colon: the name of a member stays text. */
const OPENS = /(?:^|[^\\])"$/;
const CLOSES = /^"(?!\s*:)/;

/**
 * Compiles a text frame of `requests`. When the text is JSON, as it is for a request written as a map, what is filled
 * in is escaped, so that a quote in a password does not break the frame. There is no event; `names` are those of the
 * values that earlier steps have extracted, the only fields.
 */
export function compileRequest(text: string, names?: ReadonlySet<string>): Template {
  return compileTemplate(text, { event: names !== undefined && names.size > 0 ? names : false, json: isJson(text) });
}

/** Compiles the answer to a frame of the peer, whose fields are those of that frame: it is no event, of no batch. */
export function compileAnswer(text: string): Template {
  const template = compileTemplate(text, { json: isJson(text) });
  for (const part of template.parts) {
    if (typeof part === 'string' || (part.kind !== 'msg' && part.kind !== 'stat')) continue;
    throw new TemplateError(shownExpression(part), 'reads an event or a batch, and there is none here');
  }
  return template;
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
 * Fills in everything but the kinds that stay open, by default fields and the time. Rejects as `resolveTemplate` does.
 * What is left is filled in by `fillTemplate`.
 */
export async function prefillTemplate(template: Template, scope: Scope, open: OpenKinds = OPEN): Promise<Template> {
  const parts: (string | Placeholder)[] = [];
  for (const part of template.parts) {
    const stays = typeof part === 'string' || open.has(part.kind);
    parts.push(stays ? part : await filled(part, scope, template.json));
  }
  return { ...template, parts };
}

export type OpenKinds = ReadonlySet<Expression['kind']>;

const OPEN: OpenKinds = new Set(['field', 'time']);

/**
 * Fills in a template at once, from an event. Throws a `TemplateError` naming the expression that has no value and no
 * default, or that a file or a secret is read for.
 */
export function fillTemplate({ parts, json }: Template, scope: EventScope): string {
  return parts.map((part) => (typeof part === 'string' ? part : filledAtOnce(part, scope, json))).join('');
}

function filledAtOnce(placeholder: Placeholder, scope: EventScope, json: boolean): string {
  refuseReading(placeholder);
  return written(placeholder, lookUpAtOnce(placeholder, scope, scope), json);
}

async function filled(placeholder: Placeholder, scope: Scope, json: boolean): Promise<string> {
  const found = await lookUp(placeholder, scope);
  const text = written(placeholder, found, json);
  if (found !== undefined && SENSITIVE.has(placeholder.kind)) {
    for (const sensitive of new Set([textOf(found) ?? '', text])) if (sensitive !== '') scope.onSensitive?.(sensitive);
  }
  return text;
}

/** A value as it stands in the text. Null is a value where it can be written as one. */
function written(placeholder: Placeholder, found: unknown, json: boolean): string {
  const { whole = false, fallback } = placeholder;
  const takesOver = whole && (found !== null || fallback === undefined);
  const value = takesOver ? jsonText(found) : undefined;
  if (value !== undefined) return value;
  const text = textOf(found) ?? fallback;
  if (text === undefined) throw new TemplateError(shownExpression(placeholder), absence(placeholder));
  if (whole) return JSON.stringify(text);
  return json ? JSON.stringify(text).slice(1, -1) : text;
}

const SENSITIVE: ReadonlySet<Expression['kind']> = new Set(['secret', 'env', 'file']);

async function lookUp(expression: Expression, scope: Scope): Promise<unknown> {
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
): unknown {
  switch (expression.kind) {
    case 'env':
      return scope.env(expression.name);
    case 'cursor':
      return scope.cursor();
    case 'stat':
      return scope.stat(expression.name);
    case 'time':
      return timeOf(expression.name, scope.time());
    case 'msg':
      return scope.attribute?.(expression.name);
    case 'field':
      return event?.lookUp(expression.path);
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
  if (typeof value !== 'object') return String(value);
  // What an app puts in place of an event's value may have a JSON form of its own, such as a date.
  return 'toJSON' in value ? JSON.stringify(value) : (jsonText(value) ?? JSON.stringify(value));
}

function refuseEvent(expression: Expression, event: boolean | ReadonlySet<string>): void {
  if (event === true) return;
  const shown = shownExpression(expression);
  if (expression.kind === 'stat') throw new TemplateError(shown, 'reads a batch, and there is none here');
  if (expression.kind !== 'field' && expression.kind !== 'msg') return;
  if (event === false || expression.kind !== 'field')
    throw new TemplateError(shown, 'reads an event, and there is none here');
  const [name = '', ...rest] = expression.path;
  if (event.has(name) && rest.length === 0) return;
  throw new TemplateError(shown, `is extracted by no earlier step, expected one of ${[...event].join(', ')}`);
}

function refuseReading(expression: Expression): void {
  if (expression.kind !== 'file' && expression.kind !== 'secret') return;
  const kind = expression.kind === 'file' ? 'file' : 'secret';
  throw new TemplateError(shownExpression(expression), `reads a ${kind}, which cannot be done for each event or batch`);
}

function unescaped(expression: string, json: boolean): string {
  if (!json) return expression;
  try {
    return String(JSON.parse(`"${expression}"`));
  } catch {
    throw new TemplateError('${…', 'is a template without its closing }');
  }
}
