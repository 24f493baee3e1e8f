import type { z } from 'zod';
import { parseBind } from './addresses.ts';
import { type Component, componentsOf } from './component.ts';
import { isRecord, type Path } from './tree.ts';
import { webSocketSink, webSocketSource } from './web-socket.ts';

/** The endpoints of one address. */
export interface SharedBind {
  /** As the first of its components writes it. */
  readonly bind: string;
  readonly endpoints: readonly Endpoint[];
}

/** The components that share one path of one address. */
export interface Endpoint {
  readonly id: string;
  /** Undefined: any. */
  readonly path: string | undefined;
  /** Sources before sinks; at least one of them has the address itself. */
  readonly members: readonly Member[];
}

/** A component that listens, or answers the peers of one that does. Its own options are correct. */
export interface Member {
  readonly name: string;
  readonly side: 'source' | 'sink';
  /** Of its block. */
  readonly path: Path;
  readonly written: Readonly<Record<string, unknown>>;
  readonly checked: Served;
}

/** What listens in a pipeline. A component with errors of its own is left out: they are told of elsewhere. */
export function sharedBinds(pipeline: unknown): SharedBind[] {
  const places = placesOf(componentsOf(pipeline));
  return [...grouped(places, ({ bind }) => bindKey(bind)).values()].map((sharing) => {
    const bind = sharing[0]?.bind ?? '';
    const paths = grouped(sharing, ({ route }) => route ?? '');
    return { bind, endpoints: [...paths].map(([path, all]) => endpoint(bind, path, all)) };
  });
}

type Served = Exclude<z.output<typeof webSocketSource> | z.output<typeof webSocketSink>, { mode: 'client' }>;

interface Place {
  readonly bind: string;
  readonly route: string | undefined;
  readonly member: Member;
}

function placesOf(components: readonly Component[]): Place[] {
  const owners = new Map<string, Place>();
  return components.flatMap((component) => {
    const member = memberOf(component);
    if (member === undefined) return [];
    const { server } = member.checked;
    const place = server === undefined ? undefined : { bind: server.bind, route: server.path, member };
    if (place !== undefined && member.side === 'source') owners.set(member.name, place);
    const answered = place ?? owners.get(String(component.value['reply-to']));
    return answered === undefined ? [] : [{ ...answered, member }];
  });
}

function memberOf({ path, side, value }: Component): Member | undefined {
  const written = value['web-socket'];
  if (!isRecord(written) || typeof value.name !== 'string') return undefined;
  const { data: checked } = (side === 'source' ? webSocketSource : webSocketSink).safeParse(written);
  if (checked === undefined || checked.mode === 'client') return undefined;
  return { name: value.name, side, path: [...path, 'web-socket'], written, checked };
}

function endpoint(bind: string, path: string, places: readonly Place[]): Endpoint {
  const members = places.map(({ member }) => member);
  return { id: `${bind}${path}`, path: path === '' ? undefined : path, members };
}

/** Two free ports are two ports, unless they are written alike. */
function bindKey(bind: string): string {
  const address = parseBind(bind);
  return address === undefined || address.port === 0 ? bind : `${address.host} ${address.port}`;
}

function grouped<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}
