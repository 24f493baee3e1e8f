import { type Connection, isPresent } from './connections.ts';

export interface Query {
  /** Words that must all occur in path, host, state or cause; `held` is one too. */
  readonly text: string;
  /** None: every state but that of peers that have gone. */
  readonly words: ReadonlySet<string>;
  readonly order: Order;
}

export const ORDERS = ['path', 'latest change', 'reconnects'] as const;
export type Order = (typeof ORDERS)[number];

export const EVERY: Query = { text: '', words: new Set(), order: 'path' };

export interface Found {
  readonly connections: readonly Connection[];
  /** How many the text alone leaves, by state: what choosing that state would show. */
  readonly counts: ReadonlyMap<string, number>;
}

/** `connections` are in the order of their paths already. */
export function filtered(connections: readonly Connection[], query: Query): Found {
  const terms = query.text.toLowerCase().split(/\s+/).filter(Boolean);
  const named = terms.length === 0 ? connections : connections.filter((each) => hasAll(each, terms));
  const counts = countsOf(named);
  const chosen = named.filter((each) => (query.words.size === 0 ? isPresent(each) : query.words.has(each.word)));
  if (query.order === 'latest change') chosen.sort((a, b) => b.since - a.since);
  if (query.order === 'reconnects') chosen.sort((a, b) => b.reconnects - a.reconnects);
  return { connections: chosen, counts };
}

export function countsOf(connections: readonly Pick<Connection, 'word'>[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { word } of connections) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

const TEXTS = new WeakMap<Connection, string>();

function hasAll(connection: Connection, terms: readonly string[]): boolean {
  let text = TEXTS.get(connection);
  if (text === undefined) {
    const { path, host, word, cause, held } = connection;
    text = `${path}\n${host}\n${word}\n${cause}\n${held ? 'held' : ''}`.toLowerCase();
    TEXTS.set(connection, text);
  }
  return terms.every((term) => text.includes(term));
}
