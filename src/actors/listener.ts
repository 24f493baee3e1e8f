import { merge, type Observable } from 'rxjs';
import { enqueueActions, sendParent } from 'xstate';
import { type ListenerEvent, listenerMachine } from '../../machines/listener.ts';
import type { ListenerOptions } from '../config/options.ts';
import type {
  Admission,
  Environment,
  FrameSocket,
  Handshake,
  Listener,
  ServerCertificate,
  UpgradeRequest,
} from '../environment.ts';
import { describeFileFault } from '../errors.ts';
import type { AcceptedPeer } from '../transport/accepted-peer.ts';
import type { Endpoint } from '../transport/endpoint.ts';
import { contained } from './contained.ts';
import { type Child, groupActor, INTENSITY, PERIOD } from './group.ts';
import { createPeerActors, type PeerActors } from './peer.ts';
import { resource } from './resource.ts';

/** More children than this under one parent make every further one dear. */
const SHARD_SIZE = 128;

/** Peers that are sent away at once; more than these are spread, so that they do not all come back in one instant. */
const FAREWELL_SLICE = 100;

/** Milliseconds between two slices. */
const FAREWELL_INTERVAL = 100;

/** Milliseconds that all goodbyes together may take when no deadline says less. */
const LONGEST_FAREWELL = 10_000;

export type ListenerWord = 'binding' | 'listening' | 'draining' | 'closed' | 'failed';

export interface ListenerActorOptions {
  /** Path of the listener in the tree: `ticks/listener/0.0.0.0:8080`. */
  readonly id: string;
  readonly options: ListenerOptions;
  readonly endpoints: readonly Endpoint[];
  readonly environment: Environment;
  /** Milliseconds that are left of the running drain; none when it has no deadline. */
  readonly remaining: () => number | undefined;
  /** Emits when the certificates are to be read again. */
  readonly renewals$: Observable<void>;
  /** `port`: the one that is bound, once it is. */
  readonly report: (state: ListenerWord, port: number | undefined) => void;
}

interface Shard {
  readonly id: string;
  /** Those that it was told of. */
  readonly children: Child[];
  /** Those that it has room for no more. */
  size: number;
}

interface Served {
  readonly endpoint: Endpoint;
  readonly actorOf: PeerActors;
}

const WORDS: readonly ListenerWord[] = ['binding', 'listening', 'draining', 'failed'];

/** Binds the listener machine to a bound address and to the endpoints that are served on it. */
export function listenerActor(setup: ListenerActorOptions) {
  const { id, options, endpoints, environment } = setup;
  const { clock, files, logger } = environment;
  const shards = new Map<string, Shard>();
  /** Accepted, and not handed to their shards yet. */
  const arriving = new Map<string, Child>();
  let shardCount = 0;
  let peerCount = 0;
  let port: number | undefined;
  const served: readonly Served[] = endpoints.map((endpoint) => ({
    endpoint,
    actorOf: createPeerActors({ listener: id, endpoint, environment }),
  }));
  /** Distinguishes the peers of one start from those of another one. */
  const epoch = environment.now().toString(36);

  async function certificate(): Promise<ServerCertificate | undefined> {
    const { tls } = options;
    if (!tls) return undefined;
    const [cert, key] = await Promise.all([readPem(tls.cert, 'cert'), readPem(tls.key, 'key')]);
    return { certificate: cert, key };
  }

  async function readPem(path: string, option: string): Promise<string> {
    try {
      return await files.readText(path);
    } catch (error) {
      throw new Error(`server.tls.${option}: ${path} cannot be read: ${describeFileFault(error)}`, { cause: error });
    }
  }

  const server = resource(({ sendBack, receive, guard, onEnd }) => {
    let listener: Listener | undefined;
    let ended = false;

    function admit(request: UpgradeRequest): Admission | Promise<Admission> {
      const endpoint = servedAt(served, request.target)?.endpoint;
      if (!endpoint) {
        for (const each of endpoints) each.refuse('path', 404);
        return { status: 404 };
      }
      if (ended) return endpoint.refuse('unavailable', 503);
      return endpoint.admit(request);
    }

    function accept(socket: FrameSocket, handshake: Handshake): AcceptedPeer {
      const target = servedAt(served, handshake.target);
      if (!target) throw new Error(`nothing is served on ${handshake.target}`);
      peerCount += 1;
      const peer = target.endpoint.welcome(`${epoch}-${peerCount}`, socket, handshake);
      const { shard, fresh } = shardWithRoom();
      arriving.set(childId(peer), peerChild(shard, peer, target));
      sendBack({ type: 'peer.accepted', shard: shard.id, peer: childId(peer), fresh });
      return peer;
    }

    async function open(): Promise<void> {
      const tls = await certificate();
      const bound = await environment.listen(
        { host: options.host, port: options.port, maxPayload: 0, admit, ...(tls ? { tls } : {}) },
        accept,
      );
      if (ended) await bound.close();
      else bind(bound);
    }

    function bind(bound: Listener): void {
      listener = bound;
      port = bound.port;
      const scheme = options.tls ? 'wss' : 'ws';
      for (const { options: served } of endpoints) {
        logger.info(
          { listener: id },
          `listening on ${scheme}://${shownHost(options.host)}:${port}${served.path ?? '/'}`,
        );
      }
      sendBack({ type: 'bound' });
    }

    async function renew(): Promise<void> {
      const tls = await certificate();
      if (tls && !ended) listener?.renew(tls);
    }

    receive(({ type }) => {
      if (type !== 'renew') return;
      renew().then(
        guard(() => logger.info({ listener: id }, 'certificates read again')),
        guard((error: unknown) =>
          logger.error({ listener: id, err: error }, 'certificates not renewed: the old ones stay'),
        ),
      );
    });
    const renewing = setup.renewals$.subscribe(() => sendBack({ type: 'renew' }));
    onEnd(() => {
      ended = true;
      renewing.unsubscribe();
      // After a crash nobody tells of the shards that are stopped with it.
      shards.clear();
      arriving.clear();
      void listener?.close();
    });
    open().catch(guard((cause: unknown) => sendBack({ type: 'bind.failed', cause })));
  });

  function shardWithRoom(): { shard: Shard; fresh: boolean } {
    for (const shard of shards.values()) {
      if (shard.size >= SHARD_SIZE) continue;
      shard.size += 1;
      return { shard, fresh: false };
    }
    shardCount += 1;
    const shard = { id: `shard-${shardCount}`, children: [], size: 1 };
    shards.set(shard.id, shard);
    return { shard, fresh: true };
  }

  function childId(peer: AcceptedPeer): string {
    return `${id}/${peer.id}`;
  }

  function peerChild(shard: Shard, peer: AcceptedPeer, { endpoint, actorOf }: Served): Child {
    const child: Child = {
      spec: {
        id: childId(peer),
        restart: 'temporary',
        shutdown: endpoint.options['close-timeout'],
        startTimeout: null,
      },
      logic: actorOf(peer, childId(peer), () => {
        shard.size -= 1;
        shard.children.splice(shard.children.indexOf(child), 1);
      }),
    };
    return child;
  }

  const farewell = resource(({ sendBack, guard, onEnd }) => {
    const waiting = endpoints.flatMap(({ peers }) => [...peers.values()]);
    const slice = Math.max(FAREWELL_SLICE, Math.ceil((waiting.length * FAREWELL_INTERVAL * 2) / spread()));
    let timer: unknown;
    const sendAway = guard(() => {
      for (const peer of waiting.splice(0, slice)) peer.dismiss({ code: 1001, reason: 'going away' });
      if (waiting.length > 0) timer = clock.setTimeout(sendAway, FAREWELL_INTERVAL);
    });
    const look = guard(() => {
      if (endpoints.every(({ peers }) => peers.size === 0)) sendBack({ type: 'emptied' });
    });
    // A peer leaves in the middle of its own end: its shard is still to hear of that before it is stopped.
    const leaving = merge(...endpoints.map(({ left$ }) => left$)).subscribe(() => queueMicrotask(look));
    onEnd(() => {
      leaving.unsubscribe();
      clock.clearTimeout(timer);
    });
    sendAway();
    look();
  });

  function spread(): number {
    return Math.max(1, Math.min(LONGEST_FAREWELL, setup.remaining() ?? LONGEST_FAREWELL));
  }

  return contained(
    listenerMachine.provide({
      actors: { server, farewell },
      actions: {
        announceReady: sendParent({ type: 'child.ready', id }),
        adoptPeer: enqueueActions(({ event, enqueue }) => {
          if (event.type !== 'peer.accepted') return;
          const shard = shards.get(event.shard);
          const child = arriving.get(event.peer);
          if (!shard || !child) return;
          arriving.delete(event.peer);
          shard.children.push(child);
          if (event.fresh) {
            enqueue.spawnChild(shardActor(shard), { id: shard.id });
            enqueue.sendTo(shard.id, { type: 'start' });
          } else enqueue.sendTo(shard.id, { type: 'child.add', spec: child.spec });
        }),
        forgetShard: enqueueActions(({ event, enqueue }) => {
          const shard = shardOf(event);
          shards.delete(shard);
          enqueue.stopChild(shard);
        }),
        logShard: ({ event }) => {
          logger.error(
            { actor: `${id}/${shardOf(event)}`, err: 'error' in event ? event.error : undefined },
            'crashed',
          );
        },
      },
      delays: {
        drainTimeout: () => spread() + Math.max(...endpoints.map((each) => each.options['close-timeout'])),
      },
    }),
    {
      observe: (snapshot) => setup.report(WORDS.find((word) => snapshot.hasTag(word)) ?? 'closed', port),
    },
  );

  function shardActor(shard: Shard) {
    return groupActor({
      strategy: 'one-for-one',
      intensity: INTENSITY,
      period: PERIOD,
      autoShutdown: 'all',
      children: shard.children,
      logger,
    });
  }
}

/** What has that path, else what serves any. */
function servedAt(served: readonly Served[], target: string): Served | undefined {
  const path = target.split('?', 1)[0];
  const exact = served.find(({ endpoint }) => endpoint.options.path === path);
  return exact ?? served.find(({ endpoint }) => endpoint.options.path === undefined);
}

export function shownHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function shardOf(event: ListenerEvent): string {
  return 'actorId' in event ? String(event.actorId) : '';
}
