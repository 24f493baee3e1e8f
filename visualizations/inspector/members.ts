import type { Shown, ShownEvent } from '../../src/inspection/wire.ts';
import type { Actor } from './actor.ts';

type Members = readonly (readonly [name: string, value: string])[];

/** Items of a list, and members of an event or a context, that are told; further ones are counted. */
export const MEMBERS = 100;

/** What an event brings with it. */
export function membersOf({ type: _, ...members }: ShownEvent): Members {
  return flattened(members);
}

/** What a peer would be told when it is sent away is of interest only when it is. */
export function contextOf({ machine, word, snapshot }: Pick<Actor, 'machine' | 'word' | 'snapshot'>) {
  if (machine !== 'peer' || word === 'closing' || word === 'gone' || !snapshot.context) return snapshot.context;
  const { farewell: _, ...others } = snapshot.context;
  return others;
}

/** Members as lines, those of members with dots: `settings.pingInterval`, `20000`. */
export function flattened(members: Readonly<Record<string, Shown>>, prefix = ''): Members {
  const lines = Object.entries(members).flatMap(([name, value]): Members => {
    const path = `${prefix}${name}`;
    return isRecord(value) && Object.keys(value).length > 0 ? flattened(value, `${path}.`) : [[path, valueText(value)]];
  });
  if (lines.length <= MEMBERS) return lines;
  return [...lines.slice(0, MEMBERS), ['…', `${lines.length - MEMBERS} more`]];
}

function valueText(value: Shown): string {
  if (typeof value === 'string') return value === '' ? '""' : value;
  if (!Array.isArray(value)) return JSON.stringify(value);
  const shown = value.slice(0, MEMBERS).map(valueText).join(', ');
  return value.length > MEMBERS ? `${shown}, … ${value.length - MEMBERS} more` : shown || 'none';
}

function isRecord(value: Shown): value is Readonly<Record<string, Shown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
