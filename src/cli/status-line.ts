import type { ConnectionStatus, PipelineStatus, SupervisorStatus } from '../index.ts';
import { endpointsOf, type Served } from './endpoints.ts';
import { plural, tenths } from './phrases.ts';
import type { Rates } from './rates.ts';
import { shownName } from './relay-parts.ts';
import type { Paint, Style } from './style.ts';

/** More connections and endpoints than this are shown as how many there are of each word. */
const MOST_NAMED = 4;

export interface StatusView {
  readonly status: SupervisorStatus;
  readonly rates: Rates;
  /** Wall clock in milliseconds, for the time until the next attempt. */
  readonly now: number;
}

/** One line, at most `width` columns wide: connections and endpoints, rates, what is in flight, reconnects. */
export function formatStatus({ status, rates, now }: StatusView, width: number, style: Style): string {
  const connections = status.pipelines.flatMap(connectionsOf);
  const endpoints = status.pipelines.flatMap(endpointsOf);
  const ties = [...connections.map((each) => connectionTie(each, now)), ...endpoints.map(endpointTie)];
  const stage = status.state === 'running' ? [] : [part(status.state, 'yellow')];
  const tail = [
    part(`in ${formatRate(rates.received)}/s, out ${formatRate(rates.delivered)}/s`),
    part(`${inFlight(status)} in flight`),
    ...(unusable(status) === 0 ? [] : [part(`${unusable(status)} failed`, 'red')]),
    ...(connections.length === 0 ? [] : [part(plural(reconnects(connections), 'reconnect'))]),
  ];
  const full = [...stage, ...ties.map(tiePart), ...tail];
  if (ties.length <= MOST_NAMED && length(full) <= width) return join(full, width, style);
  return join([...stage, ...wordParts(ties), ...peersPart(endpoints), ...tail], width, style);
}

interface Connected {
  readonly name: string;
  readonly connection: ConnectionStatus;
  readonly held: boolean;
}

/** What a component is tied to, in a word and what follows it. */
interface Tie {
  readonly name: string;
  readonly word: Word;
  readonly detail: string;
}

/** Pieces of text with their colours; what is between two parts is a separator. */
type Part = readonly { readonly text: string; readonly paint?: Paint }[];

/** Every word, in the order in which they are counted. */
const PAINTS = {
  live: 'green',
  listening: 'green',
  connecting: 'yellow',
  binding: 'yellow',
  waiting: 'yellow',
  draining: 'yellow',
  idle: 'dim',
  closed: 'dim',
  failed: 'red',
} as const satisfies Readonly<Record<string, Paint>>;

type Word = keyof typeof PAINTS;
const SEPARATOR = ' │ ';

function connectionsOf({ sources, sinks }: PipelineStatus): Connected[] {
  return [
    ...sources.map(({ name, connection, held }) => ({ name, connection, held })),
    ...sinks.map(({ name, connection }) => ({ name, connection, held: false })),
  ].flatMap(({ connection, ...rest }) => (connection ? [{ ...rest, connection }] : []));
}

function connectionTie({ name, connection, held }: Connected, now: number): Tie {
  const { state, since, retryIn } = connection;
  const left = Math.max(0, since + (retryIn ?? 0) - now);
  const detail = state === 'waiting' ? ` ${tenths(left)}s` : state === 'live' && held ? ', paused' : '';
  return { name, word: state, detail };
}

function endpointTie({ name, endpoint, held }: Served): Tie {
  const { state, address, peers } = endpoint;
  const place = state === 'draining' || state === 'closed' ? '' : ` on ${address}`;
  const served = state === 'listening' || state === 'draining' ? `, ${plural(peers, 'peer')}` : '';
  return { name, word: state, detail: `${place}${served}${held ? ', paused' : ''}` };
}

function tiePart({ name, word, detail }: Tie): Part {
  return [{ text: `${shownName(name)} ` }, { text: `${word}${detail}`, paint: PAINTS[word] }];
}

function wordParts(ties: readonly Tie[]): Part[] {
  return Object.entries(PAINTS).flatMap(([word, paint]) => {
    const count = ties.filter((tie) => tie.word === word).length;
    return count === 0 ? [] : [[{ text: `${count} ` }, { text: word, paint }]];
  });
}

function peersPart(endpoints: readonly Served[]): Part[] {
  const peers = endpoints.reduce((sum, { endpoint }) => sum + endpoint.peers, 0);
  return endpoints.length === 0 ? [] : [part(plural(peers, 'peer'))];
}

function inFlight(status: SupervisorStatus): number {
  return status.pipelines.flatMap(({ sources }) => sources).reduce((sum, source) => sum + source.inFlight, 0);
}

/** Events that could not be used or delivered, whether somebody takes them or not. */
function unusable({ pipelines }: SupervisorStatus): number {
  const components = pipelines.flatMap(({ sources, sinks }) => [...sources, ...sinks]);
  return components.reduce((sum, { rejected, failed }) => sum + rejected + failed, 0);
}

function reconnects(connections: readonly Connected[]): number {
  return connections.reduce((sum, { connection }) => sum + connection.reconnects, 0);
}

function formatRate(rate: number): string {
  if (rate >= 10_000) return `${Math.round(rate / 1000)}k`;
  return rate > 0 && rate < 1 ? rate.toFixed(1) : String(Math.round(rate));
}

function part(text: string, paint?: Paint): Part {
  return [{ text, ...(paint ? { paint } : {}) }];
}

function length(parts: readonly Part[]): number {
  return pieces(parts).reduce((sum, { text }) => sum + text.length, 0);
}

function pieces(parts: readonly Part[]): Part {
  return parts.flatMap((each, index) => (index === 0 ? each : [{ text: SEPARATOR, paint: 'dim' as const }, ...each]));
}

/** Cuts before it paints, so that no colour code is cut or counted. */
function join(parts: readonly Part[], width: number, style: Style): string {
  let left = width;
  let line = '';
  for (const { text, paint } of pieces(parts)) {
    const shown = text.length <= left ? text : `${text.slice(0, Math.max(0, left - 1))}…`;
    if (left > 0) line += paint ? style(paint, shown) : shown;
    left -= shown.length;
  }
  return line;
}
