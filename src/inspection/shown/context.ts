import { isMachineSnapshot, type Snapshot } from 'xstate';
import { connectionMachine } from '../../../machines/connection.ts';
import { deliveryMachine } from '../../../machines/delivery.ts';
import { listenerMachine } from '../../../machines/listener.ts';
import { peerMachine } from '../../../machines/peer.ts';
import { pipelineMachine } from '../../../machines/pipeline.ts';
import { supervisorMachine } from '../../../machines/supervisor.ts';
import type { Shown } from '../wire.ts';
import { causeLine, trustCause } from './cause.ts';
import { type Form, flag, form, length, number, part, pick, type Show, text } from './members.ts';

/** The members of a machine's context that may be shown; undefined when the machine is none of ours. */
export function shownContext(snapshot: Snapshot<unknown>): ShownContext | undefined {
  if (!isMachineSnapshot(snapshot)) return undefined;
  const { machine, context } = snapshot;
  const members = CONTEXTS.get(machine.config);
  if (!members) return undefined;
  const known = contexts.get(context);
  if (known) return known;
  trustCause(snapshot);
  const shown = pick(context, members);
  contexts.set(context, shown);
  return shown;
}

type ShownContext = Readonly<Record<string, Shown>>;

/** Most events leave the context as it was. */
const contexts = new WeakMap<object, ShownContext>();

const cause: Show = (value) => causeLine(value) ?? null;

/** By the config, which all copies of a machine share. */
const CONTEXTS: ReadonlyMap<unknown, Form> = new Map<unknown, Form>([
  [
    connectionMachine.config,
    form({
      settings: part({ role: text }),
      attempt: number,
      backoffs: number,
      lives: number,
      phase: text,
      step: number,
      hasSent: flag,
      cause,
      owing: flag,
    }),
  ],
  [deliveryMachine.config, form({ cause, givenUp: number })],
  [listenerMachine.config, form({ cause })],
  [
    peerMachine.config,
    form({ settings: part({ peer: text, address: text }), farewell: part({ code: number, reason: text }) }),
  ],
  [pipelineMachine.config, form({ drain: number, ownDrain: number, cause })],
  // The children are actors themselves: of the lists it is enough how long they are.
  [supervisorMachine.config, form({ specs: length, next: number, alive: length, restarts: number, cause })],
]);
