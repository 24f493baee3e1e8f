import type { Observable } from 'rxjs';
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
import { farewellActor } from './farewell.ts';
import { createPeerActors, type PeerActors, type PeerHistories } from './peer.ts';
import { resource } from './resource.ts';
import { Shards } from './shards.ts';

/** Milliseconds that all goodbyes together may take when no deadline says less. */
const LONGEST_FAREWELL = 10_000;

export type ListenerWord = 'binding' | 'listening' | 'draining' | 'closed' | 'failed';

export interface ListenerActorOptions {
  /** Path of the listener in the tree: `ticks/listener/0.0.0.0:8080`. */
  readonly id: string;
  readonly options: ListenerOptions;
  readonly endpoints: readonly Endpoint[];
  readonly environment: Environment;
  readonly histories: PeerHistories;
  /** Milliseconds that are left of the running drain; none when it has no deadline. */
  readonly remaining: () => number | undefined;
  /** Emits when the certificates are to be read again. */
  readonly renewals$: Observable<void>;
  /** `port`: the one that is bound, once it is. */
  readonly report: (state: ListenerWord, port: number | undefined) => void;
}

interface Served {
  readonly endpoint: Endpoint;
  readonly actorOf: PeerActors;
}

const WORDS: readonly ListenerWord[] = ['binding', 'listening', 'draining', 'failed'];

/** Binds the listener machine to a bound address and to the endpoints that are served on it. */
export function listenerActor(setup: ListenerActorOptions) {
  const { id, options, endpoints, environment, histories } = setup;
  const { clock, files, logger } = environment;
  const shards = new Shards(logger);
  let peerCount = 0;
  let port: number | undefined;
  const served: readonly Served[] = endpoints.map((endpoint) => ({
    endpoint,
    actorOf: createPeerActors({ listener: id, endpoint, environment, histories }),
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
      const { endpoint, actorOf } = target;
      const path = `${id}/${peer.id}`;
      const place = shards.place(path, endpoint.options['close-timeout'], (gone) => actorOf(peer, path, gone));
      sendBack({ type: 'peer.accepted', peer: path, ...place });
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
      void listener?.close();
    });
    open().catch(guard((cause: unknown) => sendBack({ type: 'bind.failed', cause })));
  });

  function spread(): number {
    return Math.max(1, Math.min(LONGEST_FAREWELL, setup.remaining() ?? LONGEST_FAREWELL));
  }

  return contained(
    listenerMachine.provide({
      actors: { server, farewell: farewellActor(endpoints, clock, spread) },
      actions: {
        announceReady: sendParent({ type: 'child.ready', id }),
        adoptPeer: enqueueActions(({ event, enqueue }) => {
          if (event.type !== 'peer.accepted') return;
          const child = shards.adopt(event.peer, event.shard);
          if (!child) return;
          if (event.fresh) {
            enqueue.spawnChild(shards.logicOf(event.shard), { id: event.shard });
            enqueue.sendTo(event.shard, { type: 'start' });
          } else enqueue.sendTo(event.shard, { type: 'child.add', spec: child.spec });
        }),
        forgetShard: enqueueActions(({ event, enqueue }) => {
          const shard = shardOf(event);
          shards.forget(shard);
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
