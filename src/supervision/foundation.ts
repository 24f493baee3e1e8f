import { Subject } from 'rxjs';
import type { Child } from '../actors/group.ts';
import { type ListenerWord, listenerActor, shownHost } from '../actors/listener.ts';
import { openedActor } from '../actors/opened.ts';
import type { PeerHistories } from '../actors/peer.ts';
import type { Transition } from '../actors/transition.ts';
import type { CursorOptions, ListenerOptions, PipelineOptions, SinkOptions } from '../config/options.ts';
import { createScope } from '../config/scope.ts';
import type { Environment } from '../environment.ts';
import type { RecordSchema } from '../messages/schema/record-schema.ts';
import type { ChunkLog } from '../store/chunk-log.ts';
import { type Cursor, createCursor } from '../store/cursor.ts';
import { createChunkLog } from '../store/folder-log.ts';
import { bufferPath, cursorPath, unusedBuffers } from '../store/state-directory.ts';
import type { PeerStatus } from '../transport/accepted-peer.ts';
import { Endpoint } from '../transport/endpoint.ts';
import { createGate } from '../transport/peer-gate.ts';
import { child } from './child.ts';
import { SourceSchema, type SourceSchemaOptions } from './source-schema.ts';
import type { EndpointStatus } from './status.ts';

export interface FoundationOptions {
  readonly pipeline: PipelineOptions;
  readonly environment: Environment;
  readonly secretsDir?: string | undefined;
  readonly stateDir: string;
  /** Where relative paths of schemas start. */
  readonly folder: string;
  /** Milliseconds that are left of the running drain; none when it has no deadline. */
  readonly remaining: () => number | undefined;
  /** Up to which sequence each source has come, as a buffer on disk says that was opened. */
  readonly resume: (sources: ReadonlyMap<string, number>) => void;
  readonly changed: () => void;
}

/**
 * What components stand on: the schemas that they read, the cursors and buffers that they keep, the addresses that they
 * share.
 */
export interface Foundation {
  /** In order of start. */
  readonly children: readonly Child[];
  endpoint(id: string): Endpoint;
  endpointStatus(id: string): EndpointStatus;
  peers(id: string): readonly PeerStatus[];
  /** Of all peers that are connected, by endpoint: `ticks/listener/0.0.0.0:8080/ID`. */
  peerPaths(): string[];
  /** Of the peer of that path, if it is connected. */
  peerHistory(path: string): readonly Transition[] | undefined;
  /** Of the component of that name, if it has one. */
  cursor(component: string): Cursor | undefined;
  /** What the sink of that name keeps on disk, if it does. */
  backlog(sink: string): ChunkLog | undefined;
  /** Of the records of the source of that name, if it has one. */
  schema(source: string): RecordSchema | undefined;
  /** Reads the certificates of all listeners again. */
  renew(): void;
}

export function createFoundation(options: FoundationOptions): Foundation {
  return new SharedFoundation(options);
}

interface Served {
  /** Of the listener. */
  readonly path: string;
  readonly endpoint: Endpoint;
  readonly listener: { state: ListenerWord; address: string };
}

class SharedFoundation implements Foundation {
  readonly children: readonly Child[];
  readonly #options: FoundationOptions;
  readonly #served = new Map<string, Served>();
  readonly #cursors = new Map<string, Cursor>();
  readonly #backlogs = new Map<string, ChunkLog>();
  readonly #schemas = new Map<string, SourceSchema>();
  readonly #renewals$ = new Subject<void>();
  readonly #histories: PeerHistories = new WeakMap();

  constructor(options: FoundationOptions) {
    this.#options = options;
    const schemas = schemaOwners(options.pipeline).map((owner) => this.#read(owner));
    const cursors = cursorOwners(options.pipeline).map(([name, cursor]) => this.#keep(name, cursor));
    const backlogs = options.pipeline.sinks
      .filter(({ buffer }) => buffer.type === 'disk')
      .flatMap((sink) => this.#store(sink));
    this.children = [
      this.#lookAround(),
      ...schemas,
      ...cursors,
      ...backlogs,
      ...options.pipeline.listeners.map((listener) => this.#serve(listener)),
    ];
  }

  endpoint(id: string): Endpoint {
    return this.#find(id).endpoint;
  }

  endpointStatus(id: string): EndpointStatus {
    const { endpoint, listener } = this.#find(id);
    const address = `${listener.address}${endpoint.options.path ?? ''}`;
    return { address, state: listener.state, ...endpoint.counts };
  }

  peers(id: string): readonly PeerStatus[] {
    return [...this.endpoint(id).peers.values()].map(({ status }) => status);
  }

  peerPaths(): string[] {
    return [...this.#served.values()].flatMap(({ path, endpoint }) =>
      [...endpoint.peers.keys()].map((peer) => `${path}/${peer}`),
    );
  }

  peerHistory(path: string): readonly Transition[] | undefined {
    for (const served of this.#served.values()) {
      const listener = `${served.path}/`;
      const peer = path.startsWith(listener) ? served.endpoint.peers.get(path.slice(listener.length)) : undefined;
      if (peer) return this.#histories.get(peer)?.transitions ?? [];
    }
    return undefined;
  }

  cursor(component: string): Cursor | undefined {
    return this.#cursors.get(component);
  }

  backlog(sink: string): ChunkLog | undefined {
    return this.#backlogs.get(sink);
  }

  schema(source: string): RecordSchema | undefined {
    return this.#schemas.get(source);
  }

  renew(): void {
    this.#renewals$.next();
  }

  #find(id: string): Served {
    const found = this.#served.get(id);
    if (!found) throw new RangeError(`the pipeline serves no endpoint ${JSON.stringify(id)}`);
    return found;
  }

  #read({ source, ...owner }: SchemaOwner): Child {
    const { environment, pipeline, folder } = this.#options;
    const schema = new SourceSchema({ source, ...owner, files: environment.files, folder });
    this.#schemas.set(source, schema);
    const id = `${pipeline.name}/${source}/schema`;
    return child(id, openedActor(id, schema));
  }

  #keep(component: string, options: CursorOptions): Child {
    const { environment, pipeline, stateDir } = this.#options;
    const { files, clock, logger } = environment;
    const cursor = createCursor({
      path: cursorPath({
        stateDir,
        persistTo: options['persist-to'],
        stateId: options['state-id'],
        pipeline: pipeline.name,
        component,
      }),
      ...(options['initial-value'] === undefined ? {} : { initialValue: options['initial-value'] }),
      files,
      clock,
      logger,
    });
    this.#cursors.set(component, cursor);
    const id = `${pipeline.name}/${component}/cursor`;
    return child(id, openedActor(id, cursor));
  }

  /** A sink that is renamed, or no longer on disk, leaves behind what it has not delivered. */
  #lookAround(): Child {
    const { environment, pipeline, stateDir } = this.#options;
    const { files, logger } = environment;
    const sinks = pipeline.sinks.filter(({ buffer }) => buffer.type === 'disk').map(({ name }) => name);
    const id = `${pipeline.name}/buffers`;
    const open = async () => {
      // Where it cannot be looked, whoever keeps something there says so.
      const unused = await unusedBuffers({ stateDir, pipeline: pipeline.name }, sinks, files).catch(() => []);
      for (const buffer of unused) {
        logger.warn({ buffer }, `no sink takes what is left in the buffer ${buffer}, if anything is; ${REMEDY}`);
      }
    };
    return child(id, openedActor(id, { open, close: async () => {} }));
  }

  /** Its faults are a child of their own, which may end: what is on disk can be read until the sinks have ended. */
  #store({ name, buffer }: SinkOptions): Child[] {
    const { environment, pipeline, stateDir, resume } = this.#options;
    const { files, openStore, logger } = environment;
    const log = createChunkLog({
      folder: bufferPath({ stateDir, pipeline: pipeline.name, component: name }),
      durability: buffer.durability ?? 'commit',
      files,
      openStore,
      logger,
      decode: (source) => {
        const schema = this.schema(source);
        return schema && ((text) => schema.read(text));
      },
    });
    this.#backlogs.set(name, log);
    const id = `${pipeline.name}/${name}/buffer`;
    const opened = {
      open: async () => {
        await log.open();
        resume(log.sources);
      },
      close: () => log.close(),
    };
    const faults = { open: async () => {}, close: async () => {}, failed$: log.failed$ };
    return [child(id, openedActor(id, opened)), child(`${id}/faults`, openedActor(`${id}/faults`, faults))];
  }

  #serve(options: ListenerOptions): Child {
    const { environment, pipeline, secretsDir, remaining, changed } = this.#options;
    const { clock, now, logger } = environment;
    const id = `${pipeline.name}/listener/${options.bind}`;
    const listener: Served['listener'] = { state: 'binding', address: options.bind };
    const scope = createScope({ environment, secretsDir });
    const endpoints = options.endpoints.map((each) => {
      const gate = createGate(each.auth, scope);
      return new Endpoint(each, componentsOf(pipeline, each.id), gate, { clock, now, logger });
    });
    for (const endpoint of endpoints) {
      this.#served.set(endpoint.options.id, { path: id, endpoint, listener });
    }
    const logic = listenerActor({
      id,
      options,
      endpoints,
      environment,
      histories: this.#histories,
      remaining,
      renewals$: this.#renewals$,
      report: (state, port) => {
        if (port !== undefined) listener.address = `${shownHost(options.host)}:${port}`;
        if (state === listener.state) return;
        listener.state = state;
        changed();
      },
    });
    return child(id, logic, { shutdown: null, startTimeout: null });
  }
}

/** For a buffer that is nobody's. */
const REMEDY = 'name the sink as before, or remove the folder';

type SchemaOwner = Pick<SourceSchemaOptions, 'source' | 'schema' | 'added'>;

function schemaOwners({ sources }: PipelineOptions): SchemaOwner[] {
  return sources.flatMap(({ name, kind, options }): SchemaOwner[] => {
    if (kind !== 'web-socket' || options.mode === 'relay' || !options.schema) return [];
    return [{ source: name, schema: options.schema, added: options }];
  });
}

function cursorOwners({ sources, sinks }: PipelineOptions): [string, CursorOptions][] {
  return [...sources, ...sinks].flatMap(({ name, kind, options }): [string, CursorOptions][] => {
    if (kind !== 'web-socket' || options.mode !== 'client' || !options.cursor) return [];
    return [[name, options.cursor]];
  });
}

/** How many components send to or take from the peers of an endpoint. */
function componentsOf({ sources, sinks }: PipelineOptions, endpoint: string): number {
  return [...sources, ...sinks].filter(
    ({ kind, options }) => kind === 'web-socket' && 'endpoint' in options && options.endpoint === endpoint,
  ).length;
}
