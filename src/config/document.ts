import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLError } from 'yaml';
import type { Locate } from './complaint.ts';
import { formatPath, MAX_DEPTH, type Path } from './tree.ts';

/** A fault in the text itself, with its own position. */
export interface TextFault {
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly message: string;
}

export interface ConfigDocument {
  /** Plain data. Integers beyond 2^53 are bigints. */
  readonly value: unknown;
  readonly faults: readonly TextFault[];
  readonly locate: Locate;
}

/** Most nodes that aliases (`*name`) may stand for, all together: a few lines could otherwise stand for billions. */
export const MAX_ALIASED_NODES = 10_000;

export type Format = 'YAML' | 'JSON';

/**
 * Reads YAML 1.2, and so JSON; `format` is what a message calls it. Never throws: what is wrong with the text is in
 * `faults`.
 */
export function readDocument(text: string, format: Format = 'YAML'): ConfigDocument {
  if (NOT_TEXT.test(text)) return broken([{ line: 1, column: 1, path: '', message: 'is not text' }]);
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: false,
      intAsBigInt: true,
    });
    const errors = [...document.errors, ...document.warnings];
    if (errors.length > 0) return broken(syntaxFaults(errors, lines, format));
    return new Reader(document.contents, lines).read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return broken([{ line: 1, column: 1, path: '', message: 'is nested too deeply' }]);
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: a text holds none of them, any other file soon does
const NOT_TEXT = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/;
const MAX_SYNTAX_FAULTS = 10;

// The parser's own messages may quote the text, and with it a password.
const SYNTAX: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  BAD_ALIAS: 'an alias without its anchor',
  BAD_INDENT: 'wrong indentation, or a bracket that is not closed',
  BAD_SCALAR_START: 'text that starts so must stand in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a nested map in one line must stand in braces',
  MISSING_CHAR: 'a closing quote, bracket, comma or colon is missing',
  MULTILINE_IMPLICIT_KEY: 'a key must stand in one line; is a colon or a quote missing?',
  MULTIPLE_DOCS: 'more than one document in one file',
  RESOURCE_EXHAUSTION: 'too many levels',
  TAB_AS_INDENT: 'a tab is not indentation',
  TAG_RESOLVE_FAILED: 'an unknown tag',
};

/** What YAML could mean otherwise JSON cannot. */
const JSON_SYNTAX: typeof SYNTAX = {
  BAD_INDENT: 'a bracket that is not closed',
  MULTILINE_IMPLICIT_KEY: 'a colon or a quote is missing',
};

/** One fault for each place: what follows from it is noise. */
function syntaxFaults(errors: readonly YAMLError[], lines: LineCounter, format: Format): TextFault[] {
  const places = new Map(errors.toReversed().map((error) => [error.pos[0], error]));
  const sorted = [...places.values()].sort((left, right) => left.pos[0] - right.pos[0]);
  return sorted.slice(0, MAX_SYNTAX_FAULTS).map((error) => syntaxFault(error, lines, format));
}

function syntaxFault(error: YAMLError, lines: LineCounter, format: Format): TextFault {
  const known = format === 'JSON' ? { ...SYNTAX, ...JSON_SYNTAX } : SYNTAX;
  const { line, col } = lines.linePos(error.pos[0]);
  const reason = known[error.code] ?? `unexpected text (${error.code.toLowerCase().replaceAll('_', ' ')})`;
  return {
    line: Math.max(1, line),
    column: Math.max(1, col),
    path: '',
    message: `is not valid ${format} here: ${reason}`,
  };
}

function broken(faults: readonly TextFault[]): ConfigDocument {
  return { value: undefined, faults, locate: () => ({ line: 1, column: 1 }) };
}

class Reader {
  readonly #root: Node | null;
  readonly #lines: LineCounter;
  readonly #faults: TextFault[] = [];
  readonly #anchors = new Map<string, Node>();
  readonly #targets = new Map<Node, Node>();
  #aliased = 0;

  constructor(root: Node | null, lines: LineCounter) {
    this.#root = root;
    this.#lines = lines;
  }

  read(): ConfigDocument {
    const value = this.#plain(this.#root, [], false);
    return { value, faults: this.#faults, locate: (path, at) => this.#find(path, at) };
  }

  #plain(node: unknown, path: Path, aliased: boolean): unknown {
    if (aliased && ++this.#aliased > MAX_ALIASED_NODES) return undefined;
    if (path.length > MAX_DEPTH) return this.#fault(node, path, `is nested deeper than ${MAX_DEPTH} levels`);
    if (isAlias(node)) return this.#aliasTarget(node, node.source, path);
    if (isScalar(node) || isMap(node) || isSeq(node)) {
      if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    }
    if (isScalar(node)) return scalarValue(node.value);
    if (isSeq(node)) return node.items.map((item, index) => this.#plain(item, [...path, index], aliased));
    return isMap(node) ? Object.fromEntries(this.#entries(node.items, path, aliased)) : null;
  }

  #aliasTarget(alias: Node, name: string, path: Path): unknown {
    const target = this.#anchors.get(name);
    if (target === undefined) return this.#fault(alias, path, 'is an alias without its anchor');
    this.#targets.set(alias, target);
    const value = this.#plain(target, path, true);
    if (this.#aliased <= MAX_ALIASED_NODES) return value;
    return this.#fault(alias, path, `stands, with other aliases, for more than ${MAX_ALIASED_NODES} values`);
  }

  #entries(items: readonly { key: unknown; value: unknown }[], path: Path, aliased: boolean): [string, unknown][] {
    const keys = new Set<string>();
    return items.flatMap(({ key, value }): [string, unknown][] => {
      if (!isScalar(key)) {
        this.#fault(key, path, 'has a key that is not text');
        return [];
      }
      if (key.value === '<<' && key.type === 'PLAIN') {
        this.#fault(key, path, 'YAML merge keys (<<) are not supported');
        return [];
      }
      const name = keyName(key.value);
      if (keys.has(name)) this.#fault(key, [...path, name], 'is written twice in the same map');
      keys.add(name);
      return [[name, this.#plain(value, [...path, name], aliased)]];
    });
  }

  /** One fault of a kind is enough once aliases multiply it. */
  #fault(node: unknown, path: Path, message: string): undefined {
    if (this.#faults.length >= MAX_SYNTAX_FAULTS) return undefined;
    this.#faults.push({ ...this.#position(node), path: formatPath(path.slice(0, MAX_SHOWN_DEPTH)), message });
    return undefined;
  }

  #find(path: Path, at: 'key' | 'value'): { line: number; column: number } {
    let node: unknown = this.#root;
    let key: unknown;
    for (const part of path) {
      const parent = this.#resolved(node);
      const next = childOf(parent, part);
      if (next === undefined) return this.#position(parent);
      key = next.key;
      node = next.value ?? next.key;
    }
    return this.#position(at === 'key' ? (key ?? node) : node);
  }

  #resolved(node: unknown): unknown {
    return isAlias(node) ? (this.#targets.get(node) ?? node) : node;
  }

  #position(node: unknown): { line: number; column: number } {
    const known = isAlias(node) || isScalar(node) || isMap(node) || isSeq(node);
    const { line, col } = this.#lines.linePos(known ? (node.range?.[0] ?? 0) : 0);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }
}

const MAX_SHOWN_DEPTH = 8;

function childOf(parent: unknown, part: string | number): { key?: unknown; value: unknown } | undefined {
  if (isSeq(parent))
    return typeof part === 'number' && part in parent.items ? { value: parent.items[part] } : undefined;
  if (!isMap(parent)) return undefined;
  return parent.items.findLast(({ key }) => isScalar(key) && keyName(key.value) === part);
}

function keyName(value: unknown): string {
  return value === null ? '' : String(value);
}

function scalarValue(value: unknown): unknown {
  if (typeof value !== 'bigint') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
