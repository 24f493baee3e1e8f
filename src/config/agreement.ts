import { isDeepStrictEqual } from 'node:util';
import type { Complaint } from './complaint.ts';
import type { Endpoint, Member, SharedBind } from './endpoints.ts';
import { server } from './server.ts';
import { type Path, valueAt } from './tree.ts';
import { outputSink, UPSTREAM_OPTIONS, upstreamSink } from './web-socket.ts';

/** Where components that share an address, or a path of it, contradict each other. */
export function checkAgreement(binds: readonly SharedBind[]): Complaint[] {
  return binds.flatMap(({ bind, endpoints }) => {
    const everyone = endpoints.flatMap(({ members }) => members);
    return [...disagreements(bind, everyone, OF_BIND), ...endpoints.flatMap(checkEndpoint)];
  });
}

/** What all components of an endpoint say of its peers: what one of them writes holds for each. */
export function peersSide({ members }: Endpoint) {
  const bind = addressOf(members);
  const block = {
    mode: 'server-output',
    server: { bind, ...joined(members, OF_SERVER) },
    ...joined(members, OF_PEERS),
  };
  return outputSink.safeParse(block).data;
}

/** What all relays of an endpoint say of their upstream; undefined when there is none. */
export function upstreamSide({ members }: Endpoint) {
  const written = joined(members, OF_UPSTREAM);
  return written.url === undefined ? undefined : upstreamSink.safeParse(written).data;
}

/** What the components of an address are shown as. */
export function certificateOf({ endpoints }: SharedBind): { readonly cert: string; readonly key: string } | undefined {
  return endpoints.flatMap(({ members }) => members.flatMap(({ checked }) => checked.server?.tls ?? []))[0];
}

/** An option that those who share an endpoint must agree on; `within` says where each of them writes it. */
interface Shared {
  readonly key: string;
  readonly within: (member: Member) => Path | undefined;
}

const ADDRESS = ['bind', 'path', 'tls'];
const top = (key: string): Shared => ({ key, within: () => [key] });
const inServer = (key: string): Shared => ({ key, within: () => ['server', key] });
const ofRelay = (key: string): Shared => ({ key, within: (member) => (isRelay(member) ? [key] : undefined) });
const peersHeartbeat: Shared = {
  key: 'heartbeat',
  within: (member) => (isRelay(member) ? ['server', 'heartbeat'] : ['heartbeat']),
};

const OF_BIND = [inServer('tls')];
const OF_SERVER = Object.keys(server().shape)
  .filter((key) => !ADDRESS.includes(key))
  .map(inServer);
const OF_BOTH = ['subprotocols', 'close-timeout'].map(top);
const OF_PEERS = [...OF_BOTH, ...['cursor', 'replay'].map(top), peersHeartbeat];
const OF_RELAYS = ['url', ...UPSTREAM_OPTIONS].map(ofRelay);
const OF_UPSTREAM = [...OF_BOTH, ...OF_RELAYS];

function isRelay({ checked }: Member): boolean {
  return checked.mode === 'relay';
}

function addressOf(members: readonly Member[]): string | undefined {
  return members.flatMap(({ checked }) => checked.server?.bind ?? [])[0];
}

function joined(members: readonly Member[], options: readonly Shared[]): Record<string, unknown> {
  const entries = options.flatMap((option) => {
    const [first] = members.flatMap((member) => writtenIn(member, option) ?? []);
    return first === undefined ? [] : [[option.key, valueAt(first.member.written, first.path)] as const];
  });
  return Object.fromEntries(entries);
}

function checkEndpoint({ id, members }: Endpoint): Complaint[] {
  return [...disagreements(id, members, [...OF_SERVER, ...OF_PEERS, ...OF_RELAYS]), ...secondRelays(id, members)];
}

function disagreements(id: string, members: readonly Member[], options: readonly Shared[]): Complaint[] {
  return options.flatMap((option) => {
    const [first, ...others] = members.flatMap((member) => writtenIn(member, option) ?? []);
    if (first === undefined) return [];
    const settled = valueAt(first.member.checked, first.path);
    return others
      .filter(({ member, path }) => !isDeepStrictEqual(valueAt(member.checked, path), settled))
      .map(({ member, path }) => ({
        path: [...member.path, ...path],
        at: 'key' as const,
        message: `contradicts ${first.member.name}, which shares ${id}; expected the same, or to leave it to one of them`,
      }));
  });
}

function writtenIn(member: Member, option: Shared): { member: Member; path: Path } | undefined {
  const path = option.within(member);
  return path === undefined || valueAt(member.written, path) === undefined ? undefined : { member, path };
}

/** Each relay hands on what it hears: two of them would hand it on twice. */
function secondRelays(id: string, members: readonly Member[]): Complaint[] {
  const [first, ...more] = members.filter((member) => isRelay(member) && member.side === 'source');
  return more.map(({ path }) => ({
    path: [...path, 'mode'],
    message: `is a second relay at ${id}, beside ${first?.name}, expected one`,
  }));
}
