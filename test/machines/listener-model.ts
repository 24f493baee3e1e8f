import { type AnyMachineSnapshot, enqueueActions } from 'xstate';
import { listenerMachine } from '../../machines/listener.ts';
import { crashed, done, fromParent, type Law, type MachineModel, said } from './model.ts';

const SHARD = 'shard-1';

function hasShard({ children }: AnyMachineSnapshot): boolean {
  return SHARD in children;
}

const LAWS: Record<string, Law> = {
  'a listener that is bound is ready': ({ before, event, after, did }) =>
    event.type !== 'bound' || !before.hasTag('binding') || (after.hasTag('listening') && did.includes('announceReady')),
  'one that cannot be bound fails': ({ before, event, after }) =>
    event.type !== 'bind.failed' ||
    !before.hasTag('binding') ||
    (after.hasTag('failed') && after.output?.outcome === 'failed' && after.output.cause === event.cause),
  'a stop ends it at once when it has no peers yet': ({ before, event, after }) =>
    event.type !== 'stop' || !before.hasTag('binding') || after.hasTag('closed'),
  'else it says goodbye, once': ({ before, event, after, running }) =>
    event.type !== 'stop' ||
    before.hasTag('binding') ||
    (after.hasTag('draining') &&
      running.includes('farewell') &&
      (before.hasTag('listening') || after.children.farewell === before.children.farewell)),
  'goodbyes are not waited for without end': ({ after, timers }) => !after.hasTag('draining') || timers.length > 0,
  'the goodbyes end with the last peer, or when their time is up': ({ before, event, after }) =>
    !(event.type === 'emptied' || event.type.startsWith('xstate.after.drainTimeout')) ||
    !before.hasTag('draining') ||
    after.output?.outcome === 'ended',
  'the first peer of a shard starts it': ({ event, running }) => event.fresh !== true || running.includes(SHARD),
  'a shard that is over is forgotten, and logged when it crashed': ({ event, after, did }) =>
    event.actorId !== SHARD ||
    (after.status === 'active' && !hasShard(after) && did.includes('logShard') === 'error' in event),
  'a server that crashes takes the listener with it': ({ event, after }) =>
    event.actorId !== 'server' || after.status === 'error',
  'the server renews its certificates while it listens': ({ before, event, did }) =>
    event.type !== 'renew' || did.includes('server: renew') === before.hasTag('listening'),
};

/** A listener with one shard, that comes, ends and crashes. */
export const listenerModel: MachineModel = {
  machine: listenerMachine,
  inputs: [undefined],
  events: [
    fromParent({ type: 'stop' }),
    fromParent({ type: 'renew' }),
    said('server', { type: 'bound' }),
    said('server', { type: 'bind.failed', cause: 'in use' }),
    {
      ...said('server', { type: 'peer.accepted', shard: SHARD, peer: 'a', fresh: true }),
      when: (snapshot) => !hasShard(snapshot),
    },
    { ...said('server', { type: 'peer.accepted', shard: SHARD, peer: 'b', fresh: false }), when: hasShard },
    done(SHARD),
    crashed(SHARD),
    crashed('server'),
    said('farewell', { type: 'emptied' }),
  ],
  laws: LAWS,
  staged: (stage) =>
    listenerMachine.provide({
      actors: { server: stage.resource('server'), farewell: stage.resource('farewell') },
      actions: {
        adoptPeer: enqueueActions(({ event, enqueue }) => {
          if (event.type !== 'peer.accepted' || !event.fresh) return;
          enqueue.spawnChild(
            stage.promise(event.shard, () => {}),
            { id: event.shard },
          );
        }),
        forgetShard: enqueueActions(({ event, enqueue }) => {
          if ('actorId' in event) enqueue.stopChild(String(event.actorId));
        }),
      },
    }),
};
