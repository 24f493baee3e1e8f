import type { z } from 'zod';
import type { ListenerOptions } from './endpoint-options.ts';
import type { CheckedSink, CheckedSource } from './pipeline.ts';
import type { RecordOptions } from './records.ts';
import type { clientSink, clientSource } from './web-socket.ts';

export type {
  EndpointOptions,
  HeartbeatOptions,
  ListenerOptions,
  PeerAuth,
  PeerCursorOptions,
  ReplayOptions,
} from './endpoint-options.ts';
export type { PipelineInput, SinkInput, SourceInput } from './pipeline.ts';
export type { Answer, Condition, RecordOptions, SchemaOptions, Step } from './records.ts';
export type { Authenticate } from './server.ts';

/** Durations are milliseconds, sizes bytes, every default is filled in. */
export interface PipelineOptions {
  readonly name: string;
  /** Those that were written, then those that relay sinks bring along: these have a dot in their names. */
  readonly sources: readonly SourceOptions[];
  /** Those that were written, then the sides of the relays: these have a dot in their names. */
  readonly sinks: readonly SinkOptions[];
  /** What components that listen share, by the address that it is bound to. */
  readonly listeners: readonly ListenerOptions[];
}

export type SourceOptions = { readonly name: string } & (
  | { readonly kind: 'web-socket'; readonly options: WebSocketSourceOptions }
  | { readonly kind: 'stdin'; readonly options: LinesOptions }
  | { readonly kind: 'file'; readonly options: FileSourceOptions }
  | { readonly kind: 'function'; readonly options: FunctionOptions }
);

export type SinkOptions = {
  readonly name: string;
  /** Names of sources, and `<name>.failures` of components. */
  readonly inputs: readonly string[];
  readonly buffer: BufferOptions;
  readonly batch?: BatchOptions;
  /** Of the sides of a relay: events of which source, received on which side, are taken. */
  readonly relay?: RelaySide;
} & (
  | { readonly kind: 'web-socket'; readonly options: WebSocketSinkOptions }
  | { readonly kind: 'stdout'; readonly options: StdoutOptions }
  | { readonly kind: 'file'; readonly options: FileSinkOptions }
  | { readonly kind: 'function'; readonly options: FunctionOptions }
);

export type WebSocketSourceOptions = WebSocketClientSource | WebSocketServerSource;
export type WebSocketSinkOptions = WebSocketClientSink | WebSocketServerSink;

export type WebSocketClientSource = z.output<typeof clientSource>;

export interface WebSocketClientSink extends Omit<z.output<typeof clientSink>, 'batch' | 'payload'> {
  readonly payload: SentForm;
}

/** What a client source and sink have in common. */
export type WebSocketClientOptions = Omit<
  Pick<WebSocketClientSource, keyof WebSocketClientSource & keyof WebSocketClientSink>,
  'payload'
> & { readonly payload: SentForm };

export type WebSocketServerSource = WebSocketInputSource | WebSocketRelaySource;

/** What the peers of an endpoint send. */
export interface WebSocketInputSource extends Omit<RecordOptions, 'on-error'> {
  readonly mode: 'server-input';
  /** Id of an endpoint. */
  readonly endpoint: string;
  readonly payload: PayloadForm;
  /** Milliseconds. */
  readonly 'emit-interval': number;
}

/** What the peers of an endpoint send to each other, or to the upstream and it to them. */
export interface WebSocketRelaySource {
  readonly mode: 'relay';
  /** Id of an endpoint. */
  readonly endpoint: string;
  readonly payload: PayloadForm;
  /** Milliseconds. */
  readonly 'emit-interval': number;
  /** Whether there is an upstream: the sink `<name>.upstream` dials it. */
  readonly upstream?: boolean;
}

/** To every peer of an endpoint; in mode `server-input` to the one that the event's attribute `peer.id` names. */
export interface WebSocketServerSink {
  readonly mode: 'server-output' | 'server-input' | 'relay';
  /** Id of an endpoint. */
  readonly endpoint: string;
  readonly payload: SentForm;
}

export interface RelaySide {
  readonly source: string;
  readonly side: 'upstream' | 'peer';
}

export type PayloadForm = WebSocketClientSource['payload'];
/** `verbatim`: bytes and opcode as they came; of the sides of a relay only. */
export type SentForm = PayloadForm | 'verbatim';
export type CursorOptions = NonNullable<WebSocketClientSource['cursor']>;
export type LinesOptions = NonNullable<CheckedSource['stdin']>;
export type FileSourceOptions = NonNullable<CheckedSource['file']>;
export type StdoutOptions = Omit<NonNullable<CheckedSink['stdout']>, 'batch'>;
export type FileSinkOptions = Omit<NonNullable<CheckedSink['file']>, 'batch'>;
export type FunctionOptions = Readonly<Record<never, never>>;
export type BufferOptions = CheckedSink['buffer'];
export type BatchOptions = NonNullable<CheckedSink['batch']>;
