import { TemplateError } from './error.ts';

/** What stands between `${` and `}`. `fallback` is what follows `||`. */
export type Expression = { readonly fallback?: string } & (
  | { readonly kind: 'env' | 'secret' | 'file' | 'stat' | 'time' | 'msg'; readonly name: string }
  | { readonly kind: 'cursor' }
  | { readonly kind: 'field'; readonly path: readonly string[] }
);

/** Parses `env|NAME||default` and the like. Throws a `TemplateError` for a malformed one. */
export function parseExpression(text: string): Expression {
  const cut = text.indexOf('||');
  const expression = parseSubject((cut < 0 ? text : text.slice(0, cut)).trim());
  if (cut < 0) return expression;
  if (expression.kind === 'secret') throw new TemplateError(shownExpression(expression), 'is a secret: no default');
  return { ...expression, fallback: text.slice(cut + 2) };
}

/** As written, for messages; a default may be a credential, so it is cut away. */
export function shownExpression(expression: Expression): string {
  return wrapped(`${subject(expression)}${expression.fallback === undefined ? '' : '||…'}`);
}

const FORMS = 'env|NAME, file|PATH, secret|NAME, stat|NAME, msg|NAME, time|now_iso, time|now_time_secs';
const TIMES = ['now_iso', 'now_time_secs'];
const SECRET_NAME = /^(?!\.+$)[\w.-]+$/;

function wrapped(text: string): string {
  return `\${${text}}`;
}

function subject(expression: Expression): string {
  if (expression.kind === 'cursor') return 'cursor';
  return expression.kind === 'field' ? expression.path.join('.') : `${expression.kind}|${expression.name}`;
}

function parseSubject(text: string): Expression {
  if (text === '') throw new TemplateError(wrapped(text), 'names nothing');
  if (text === 'cursor') return { kind: 'cursor' };
  const cut = text.indexOf('|');
  if (cut < 0) return { kind: 'field', path: fieldPath(text) };
  return parsePair(text.slice(0, cut).trim(), text.slice(cut + 1).trim());
}

function parsePair(kind: string, name: string): Expression {
  const shown = wrapped(`${kind}|${name}`);
  if (name === '') throw new TemplateError(shown, 'names nothing');
  switch (kind) {
    case 'secret':
      // A name is also a file name in the secrets directory: it must not lead out of it.
      if (!SECRET_NAME.test(name)) throw new TemplateError(shown, 'is not the name of a secret: [A-Za-z0-9_.-]+');
      return { kind, name };
    case 'time':
      if (!TIMES.includes(name)) throw new TemplateError(shown, `is not a time, expected ${TIMES.join(' or ')}`);
      return { kind, name };
    case 'env':
    case 'file':
    case 'stat':
    case 'msg':
      return { kind, name };
    default:
      throw new TemplateError(shown, `is not a template, expected one of ${FORMS}`);
  }
}

function fieldPath(text: string): string[] {
  if (text.startsWith('/')) return text.slice(1).split('/').map(unescapePointer);
  const path = text.split(text.includes('/') ? '/' : '.');
  if (path.includes('')) throw new TemplateError(wrapped(text), 'has an empty name in its path');
  return path;
}

function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}
