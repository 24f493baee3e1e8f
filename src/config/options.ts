import { z } from 'zod';
import { isRecord, type Json } from './tree.ts';
import { integer, name, size } from './values.ts';
import { batch, payload, webSocketSink, webSocketSource } from './web-socket.ts';

const path = () => z.string().min(1).meta({ type: 'path', expected: 'a path' });

const source = z.strictObject({
  name: name().describe('Name, unique in the pipeline.'),
  'web-socket': webSocketSource().optional().describe('Messages of a WebSocket connection.'),
  stdin: z.strictObject({ payload: payload() }).optional().describe('Lines of the standard input.'),
  file: z
    .strictObject({ path: path().describe('File to read.'), payload: payload() })
    .optional()
    .describe('Lines of a file.'),
  function: z.strictObject({}).optional().describe('What the application pushes.'),
});

const sink = z.strictObject({
  name: name().describe('Name, unique in the pipeline.'),
  inputs: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .meta({ type: 'list of names', expected: 'a list of source names' })
    .describe('Sources that it takes from. May be left out with a single source.'),
  buffer: z
    .strictObject({
      type: z.enum(['memory']).default('memory').describe('Where waiting events are kept.'),
      'max-events': integer(1).default(10_000).describe('Events that may wait; at least 1.'),
      'max-bytes': size().prefault('16MiB').describe('Bytes that may wait.'),
      'when-full': z
        .enum(['block', 'drop-oldest', 'drop-newest'])
        .default('block')
        .describe('`block` pauses the source; the others drop and count.'),
    })
    .prefault({})
    .describe('What waits for the sink.'),
  batch: batch(),
  'web-socket': webSocketSink().optional().describe('Messages to a WebSocket peer.'),
  stdout: z.strictObject({ batch: batch() }).optional().describe('One line each on the standard output.'),
  file: z
    .strictObject({ path: path().describe('File to append to.'), batch: batch() })
    .optional()
    .describe('One line each at the end of a file.'),
  function: z.strictObject({ batch: batch() }).optional().describe('A function of the application.'),
});

/** The native shape: type, default and doc of every option. */
export const pipelineSchema = z.strictObject({
  name: name().describe("Name of the pipeline. Default in a file: the file's name."),
  context: z
    .custom<Readonly<Record<string, Json>>>(isRecord)
    .optional()
    .meta({ type: 'map', expected: 'a map' })
    .describe('Values for `{{key}}`, resolved when the file is loaded.'),
  sources: z.array(source).min(1).describe('Where events come from.'),
  sinks: z.array(sink).default([]).describe('Where events go.'),
});

/** What an app may write; durations as `'2s'` or seconds, sizes as `'16MiB'` or bytes. */
export type PipelineInput = z.input<typeof pipelineSchema>;
export type SourceInput = z.input<typeof source>;
export type SinkInput = z.input<typeof sink>;

export type WebSocketSourceOptions = z.output<ReturnType<typeof webSocketSource>>;
export type WebSocketSinkOptions = Omit<z.output<ReturnType<typeof webSocketSink>>, 'batch'>;
/** What a web-socket source and sink have in common. */
export type WebSocketClientOptions = Pick<
  WebSocketSourceOptions,
  keyof WebSocketSourceOptions & keyof WebSocketSinkOptions
>;
export type LinesOptions = NonNullable<z.output<typeof source>['stdin']>;
export type FileSourceOptions = NonNullable<z.output<typeof source>['file']>;
export type FileSinkOptions = Omit<NonNullable<z.output<typeof sink>['file']>, 'batch'>;
export type FunctionOptions = Readonly<Record<never, never>>;
export type BufferOptions = z.output<typeof sink>['buffer'];
export type BatchOptions = NonNullable<z.output<typeof sink>['batch']>;

export type SourceOptions = { readonly name: string } & (
  | { readonly kind: 'web-socket'; readonly options: WebSocketSourceOptions }
  | { readonly kind: 'stdin'; readonly options: LinesOptions }
  | { readonly kind: 'file'; readonly options: FileSourceOptions }
  | { readonly kind: 'function'; readonly options: FunctionOptions }
);

export type SinkOptions = {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly buffer: BufferOptions;
  readonly batch?: BatchOptions;
} & (
  | { readonly kind: 'web-socket'; readonly options: WebSocketSinkOptions }
  | { readonly kind: 'stdout'; readonly options: FunctionOptions }
  | { readonly kind: 'file'; readonly options: FileSinkOptions }
  | { readonly kind: 'function'; readonly options: FunctionOptions }
);

/** Durations are milliseconds, sizes bytes, every default is filled in. */
export interface PipelineOptions {
  readonly name: string;
  readonly sources: readonly SourceOptions[];
  readonly sinks: readonly SinkOptions[];
}

/** The shape that the rest of hawser reads. */
export function normalise(pipeline: z.output<typeof pipelineSchema>): PipelineOptions {
  const names = pipeline.sources.map((each) => each.name);
  return {
    name: pipeline.name,
    sources: pipeline.sources.map(sourceOptions),
    sinks: pipeline.sinks.map((each) => sinkOptions(each, names)),
  };
}

function sourceOptions(written: z.output<typeof source>): SourceOptions {
  const { name, stdin, file } = written;
  if (written['web-socket'] !== undefined) return { name, kind: 'web-socket', options: written['web-socket'] };
  if (stdin !== undefined) return { name, kind: 'stdin', options: stdin };
  if (file !== undefined) return { name, kind: 'file', options: file };
  return { name, kind: 'function', options: {} };
}

function sinkOptions(written: z.output<typeof sink>, sources: readonly string[]): SinkOptions {
  const { name, buffer, inputs = [...sources], stdout, file } = written;
  const within = written['web-socket'] ?? stdout ?? file ?? written.function;
  const batching = written.batch ?? within?.batch;
  const common = {
    name,
    inputs: typeof inputs === 'string' ? [inputs] : inputs,
    buffer,
    ...(batching === undefined ? {} : { batch: batching }),
  };
  if (written['web-socket'] !== undefined) {
    const { batch: _, ...options } = written['web-socket'];
    return { ...common, kind: 'web-socket', options };
  }
  if (file !== undefined) return { ...common, kind: 'file', options: { path: file.path } };
  return { ...common, kind: stdout === undefined ? 'function' : 'stdout', options: {} };
}
