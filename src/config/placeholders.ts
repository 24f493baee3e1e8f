import type { Complaint } from './complaint.ts';
import { nearestName } from './nearest.ts';
import { isRecord, mapStrings, type Path, valueAt } from './tree.ts';

export interface Filled {
  readonly value: unknown;
  readonly complaints: readonly Complaint[];
  /** The names that were asked for. */
  readonly used: ReadonlySet<string>;
}

/** A warning for each value of the command line that nothing in the file asks for. */
export function unusedValues(
  given: Readonly<Record<string, string>> = {},
  used: ReadonlySet<string>,
  option: 'context' | 'arg',
): Complaint[] {
  const unused = Object.keys(given).filter((name) => !used.has(name));
  return unused.map((name) => {
    const placeholder = option === 'context' ? `{{${name}}}` : `\${args.${name}}`;
    const path = option === 'context' ? ['context', ...name.split('.')] : ['system', 'args', name];
    return { path, message: `--${option} ${name} is given, and nothing in the file uses ${placeholder}` };
  });
}

/**
 * Fills in `{{a.b}}` from the `context` map of a file and from `--context a.b=v`, which wins. A text that is nothing
 * but one placeholder takes over the type of its value. `{{{{` is a literal `{{`.
 */
export function fillContext(root: unknown, given: Readonly<Record<string, string>> = {}): Filled {
  const context = valueAt(root, ['context']);
  const lookUp = (name: string) => typed(own(given, name), valueAt(context, name.split('.')));
  const names = () => [...Object.keys(given), ...leafNames(context)];
  return fill(root, { form: /\{\{\{\{|\{\{([^{}]*)\}\}|\{\{/g, literal: '{{', skip: ['context'], lookUp, names });
}

/** Fills in `${args.NAME}` from `system.args` and `--arg NAME=value`, which wins. `$${` stays as it is. */
export function fillArguments(root: unknown, given: Readonly<Record<string, string>> = {}): Filled {
  const args = valueAt(root, ['system', 'args']);
  const lookUp = (name: string) => typed(own(given, name), valueAt(args, [name]));
  const names = () => [...Object.keys(given), ...leafNames(args)];
  return fill(root, { form: /\$\$\{|\$\{args\.([^}]*)\}/g, literal: '$${', skip: ['system', 'args'], lookUp, names });
}

interface Rules {
  /** Matches a literal, or a placeholder whose name it captures, or a placeholder that is not closed. */
  readonly form: RegExp;
  readonly literal: string;
  /** What stands here is not filled in. */
  readonly skip: Path;
  readonly lookUp: (name: string) => unknown;
  readonly names: () => readonly string[];
}

function fill(root: unknown, rules: Rules): Filled {
  const complaints: Complaint[] = [];
  const used = new Set<string>();
  const value = mapStrings(root, (text, path) => {
    if (rules.skip.every((part, index) => path[index] === part)) return text;
    const [only] = text.matchAll(rules.form);
    if (only !== undefined && only[0] === text && only[1] !== undefined) return found(only[0], only[1], path);
    return text.replaceAll(rules.form, (match, name) => {
      if (typeof name === 'string') return String(found(match, name, path));
      if (match !== '{{') return rules.literal;
      complaints.push({ path, message: 'holds {{ without }}; write {{{{ for a literal {{' });
      return match;
    });
  });
  return { value, complaints, used };

  function found(match: string, name: string, path: Path): unknown {
    used.add(name.trim());
    const result = rules.lookUp(name.trim());
    if (isScalar(result)) return result;
    complaints.push({ path, expected: 'a value', message: absence(match, name.trim(), result, rules.names()) });
    return match;
  }
}

function absence(match: string, name: string, result: unknown, names: readonly string[]): string {
  if (result !== undefined) return `${match} is not a text, number or boolean`;
  const nearest = nearestName(name, names);
  return `${match} has no value${nearest === undefined ? '' : `; did you mean "${nearest}"?`}`;
}

function own(given: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(given, name) ? given[name] : undefined;
}

function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean', 'bigint'].includes(typeof value);
}

/** The command line knows text only: it takes over the type of what it replaces where it can. */
function typed(given: string | undefined, declared: unknown): unknown {
  if (given === undefined) return declared;
  if (typeof declared === 'boolean' && (given === 'true' || given === 'false')) return given === 'true';
  const number = Number(given);
  return typeof declared === 'number' && given.trim() !== '' && !Number.isNaN(number) ? number : given;
}

function leafNames(value: unknown, prefix = ''): string[] {
  if (!isRecord(value)) return prefix === '' ? [] : [prefix];
  return Object.entries(value).flatMap(([key, item]) => leafNames(item, prefix === '' ? key : `${prefix}.${key}`));
}
