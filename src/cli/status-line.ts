import type { ConnectionStatus, ConnectionWord, PipelineStatus, SupervisorStatus } from '../index.ts';
import { plural, tenths } from './phrases.ts';
import type { Rates } from './rates.ts';
import type { Paint, Style } from './style.ts';

/** More connections than this are shown as how many there are of each word. */
const MOST_NAMED = 4;

export interface StatusView {
  readonly status: SupervisorStatus;
  readonly rates: Rates;
  /** Wall clock in milliseconds, for the time until the next attempt. */
  readonly now: number;
}

/** One line, at most `width` columns wide: connections, rates, what is in flight, reconnects. */
export function formatStatus({ status, rates, now }: StatusView, width: number, style: Style): string {
  const named = status.pipelines.flatMap(connectionsOf);
  const stage = status.state === 'running' ? [] : [part(status.state, 'yellow')];
  const tail = [
    part(`in ${formatRate(rates.received)}/s, out ${formatRate(rates.delivered)}/s`),
    part(`${inFlight(status)} in flight`),
    ...(named.length === 0 ? [] : [part(plural(reconnects(named), 'reconnect'))]),
  ];
  const full = [...stage, ...named.map((each) => namedPart(each, now)), ...tail];
  if (named.length <= MOST_NAMED && length(full) <= width) return join(full, width, style);
  return join([...stage, ...wordParts(named), ...tail], width, style);
}

interface Named {
  readonly name: string;
  readonly connection: ConnectionStatus;
  readonly held: boolean;
}

/** Pieces of text with their colours; what is between two parts is a separator. */
type Part = readonly { readonly text: string; readonly paint?: Paint }[];

const PAINTS: Readonly<Record<ConnectionWord, Paint>> = {
  idle: 'dim',
  connecting: 'yellow',
  live: 'green',
  waiting: 'yellow',
  failed: 'red',
};
const SEPARATOR = ' │ ';

function connectionsOf({ sources, sinks }: PipelineStatus): Named[] {
  return [
    ...sources.map(({ name, connection, held }) => ({ name, connection, held })),
    ...sinks.map(({ name, connection }) => ({ name, connection, held: false })),
  ].flatMap(({ connection, ...rest }) => (connection ? [{ ...rest, connection }] : []));
}

function namedPart({ name, connection, held }: Named, now: number): Part {
  const { state, since, retryIn } = connection;
  const left = Math.max(0, since + (retryIn ?? 0) - now);
  const detail = state === 'waiting' ? ` ${tenths(left)}s` : state === 'live' && held ? ', paused' : '';
  return [{ text: `${name} ` }, { text: `${state}${detail}`, paint: PAINTS[state] }];
}

function wordParts(named: readonly Named[]): Part[] {
  const words: ConnectionWord[] = ['live', 'connecting', 'waiting', 'idle', 'failed'];
  return words.flatMap((word) => {
    const count = named.filter(({ connection }) => connection.state === word).length;
    return count === 0 ? [] : [[{ text: `${count} ` }, { text: word, paint: PAINTS[word] }]];
  });
}

function inFlight(status: SupervisorStatus): number {
  return status.pipelines.flatMap(({ sources }) => sources).reduce((sum, source) => sum + source.inFlight, 0);
}

function reconnects(named: readonly Named[]): number {
  return named.reduce((sum, { connection }) => sum + connection.reconnects, 0);
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
