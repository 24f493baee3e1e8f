import type { AnyMachineSnapshot } from 'xstate';
import { deliveryMachine } from '../../machines/delivery.ts';
import { crashed, done, fromParent, type Law, type MachineModel, said } from './model.ts';

const OUTLET_ENDS = ['child.ended', 'xstate.done.actor.outlet'];

const LAWS: Record<string, Law> = {
  'an outlet that comes up is written to': ({ before, event, after }) =>
    event.type !== 'outlet.up' || !(before.hasTag('idle') || before.hasTag('recovering')) || after.hasTag('flowing'),
  'an outlet that goes down is waited for': ({ before, event, after }) =>
    event.type !== 'outlet.down' || !isUp(before) || after.hasTag('recovering'),
  'an outlet without room is not written to': ({ before, event, after }) =>
    event.type !== 'outlet.blocked' || !before.hasTag('flowing') || after.hasTag('blocked'),
  'an outlet with room again is': ({ before, event, after }) =>
    event.type !== 'outlet.unblocked' || !before.hasTag('blocked') || after.hasTag('flowing'),
  'what is given up is counted, and the rest goes on': ({ before, event, after }) =>
    event.type !== 'outlet.rejected' ||
    !isUp(before) ||
    (after.hasTag('flowing') && after.context.givenUp === before.context.givenUp + 1),
  'readiness is passed on': ({ event, did }) => event.type !== 'child.ready' || did.includes('announceReady'),
  'the first stop closes the intake, another one changes nothing': ({ before, event, after, did }) =>
    event.type !== 'stop' ||
    (before.hasTag('draining') ? did.length === 0 : after.matches('draining') && did.includes('closeIntake')),
  'what is drained lets the outlet end': ({ event, did }) => event.type !== 'drained' || did.includes('outlet: stop'),
  'an outlet that ends ends it: as asked once all is settled, else for its cause': ({ before, event, after }) =>
    !OUTLET_ENDS.includes(event.type) ||
    (before.matches('closing')
      ? after.output?.outcome === 'ended'
      : after.matches('failed') && after.output?.cause === (event.output ?? event).cause),
};

function isUp(snapshot: AnyMachineSnapshot): boolean {
  return snapshot.hasTag('flowing') || snapshot.hasTag('blocked');
}

/** A sink whose outlet is a connection (it comes to its end) or a stream (it says that it has ended). */
export const deliveryModel: MachineModel = {
  machine: deliveryMachine,
  inputs: [undefined],
  events: [
    fromParent({ type: 'stop' }),
    said('outlet', { type: 'child.ready', id: 'outlet' }),
    said('outlet', { type: 'outlet.up' }),
    said('outlet', { type: 'outlet.down' }),
    said('outlet', { type: 'outlet.blocked' }),
    said('outlet', { type: 'outlet.unblocked' }),
    said('outlet', { type: 'outlet.rejected' }),
    said('outlet', { type: 'child.ended', id: 'outlet', outcome: 'ended', cause: null }, 'stop'),
    said('outlet', { type: 'child.ended', id: 'outlet', outcome: 'failed', cause: 'disk full' }),
    done('outlet', { outcome: 'ended', cause: null }, 'stop'),
    done('outlet', { outcome: 'failed', cause: 'refused' }),
    crashed('outlet'),
    said('drain', { type: 'drained' }),
  ],
  laws: LAWS,
  staged: (stage) =>
    deliveryMachine.provide({
      actors: {
        outlet: stage.promise('outlet', (output) => output),
        intake: stage.resource('intake'),
        drain: stage.resource('drain'),
      },
    }),
};
