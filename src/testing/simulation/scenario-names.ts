import type { ConnectionWord } from '../../actors/connection-status.ts';
import type { Complaint } from '../../config/complaint.ts';
import { componentsOf, nameOf } from '../../config/component.ts';
import { nearestName } from '../../config/nearest.ts';
import { isRecord, type Path, valueAt } from '../../config/tree.ts';
import type { SinkWord, SourceWord } from '../../supervision/status.ts';

/** What a scenario can name. */
export interface Names {
  readonly servers: readonly string[];
  readonly producers: readonly string[];
  readonly consumers: readonly string[];
  /** Components with the states that each can be in. */
  readonly components: ReadonlyMap<string, readonly string[]>;
}

/** The names that there are, in a scenario that may have any mistake. */
export function namesOf(scenario: unknown, pipeline: unknown): Names {
  const roles = Object.entries(mapAt(scenario, ['servers']));
  const having = (role: string) => roles.filter(([, value]) => isRecord(value) && role in value).map(([host]) => host);
  const components = componentsOf(pipeline).flatMap((component): [string, readonly string[]][] => {
    const name = nameOf(component);
    if (name === undefined) return [];
    const block = component.value['web-socket'];
    const dials = isRecord(block) && (block.mode ?? 'client') === 'client';
    return [[name, dials ? CONNECTION : component.side === 'source' ? SOURCE : SINK]];
  });
  return {
    servers: roles.map(([host]) => host),
    producers: having('producer'),
    consumers: having('consumer'),
    components: new Map(components),
  };
}

/** Whether a name is that of a server, or of one of a kind. `subject` begins the sentence: it holds the value, if that is meant. */
export function checkServer(
  path: Path,
  host: string,
  side: 'producers' | 'consumers' | undefined,
  names: Names,
  subject: string,
  at: 'key' | 'value' = 'value',
): Complaint[] {
  if (!names.servers.includes(host)) {
    const sentence = `${subject} not a server of this scenario${suggestion(host, names.servers)}`;
    return [{ path, at, expected: names.servers.join(', '), message: sentence }];
  }
  if (side === undefined || names[side].includes(host)) return [];
  return [
    {
      path,
      at,
      expected: names[side].join(', '),
      message: `${subject} not a ${side === 'producers' ? 'producer' : 'consumer'}`,
    },
  ];
}

/** What to say of a component that the pipeline does not have. */
export function noComponent(path: Path, name: string, components: Names['components']): Complaint {
  const known = [...components.keys()];
  const subject = path.at(-1) === name ? 'is' : `${JSON.stringify(name)} is`;
  const message = `${subject} not a component of the pipeline${suggestion(name, known)}`;
  return { path, at: 'key', expected: known.join(', '), message };
}

/** The name that was probably meant, else those that there are. */
export function suggestion(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  if (nearest !== undefined) return `; did you mean "${nearest}"?`;
  return known.length === 0 ? '' : `; there are ${known.join(', ')}`;
}

/** The map at a path; an empty one when there is none. */
export function mapAt(root: unknown, path: Path): Readonly<Record<string, unknown>> {
  const value = valueAt(root, path);
  return isRecord(value) ? value : {};
}

const CONNECTION: readonly ConnectionWord[] = ['idle', 'connecting', 'live', 'waiting', 'failed'];
const SOURCE: readonly SourceWord[] = ['added', 'running', 'ended'];
const SINK: readonly SinkWord[] = ['added', 'idle', 'flowing', 'blocked', 'recovering', 'draining', 'ended', 'failed'];
