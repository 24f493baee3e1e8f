import { z } from 'zod';
import type { Complaint } from './complaint.ts';
import { type Origin, type Translation, written } from './dialect.ts';
import { check } from './issues.ts';
import { SINK_KINDS } from './kinds.ts';
import { isStep } from './requests.ts';
import { isRecord, listOf, type Path, valueAt } from './tree.ts';
import { urlFault } from './url.ts';
import { handshakeTemplate, integer, name } from './values.ts';

/** Whether a file is written in the source-module dialect: a component says its kind with `module:`. */
export function isSourceModule(root: unknown): boolean {
  const components = [...listOf(valueAt(root, ['sources'])), ...listOf(valueAt(root, ['sinks']))];
  return components.some((each) => isRecord(each) && Object.hasOwn(each, 'module'));
}

/** A file of the source-module dialect in the native shape. `${args.NAME}` is filled in already. */
export function readSourceModule(root: unknown): Translation {
  const sources = listOf(valueAt(root, ['sources']));
  const sinks = listOf(valueAt(root, ['sinks']));
  return {
    value: written({
      name: valueAt(root, ['name']),
      context: valueAt(root, ['context']),
      sources: sources.length === 0 ? valueAt(root, ['sources']) : sources.map(nativeSource),
      sinks: sinks.length === 0 ? valueAt(root, ['sinks']) : sinks.map(nativeSink),
    }),
    origins: [...sources.flatMap(sourceOrigins), ...sinks.flatMap(sinkOrigins)],
    complaints: [...check(file, root).complaints, ...sinks.flatMap(debugParameters)],
    warnings: sinks.flatMap(debugWarnings),
  };
}

const anything = () => z.unknown().optional();
const seconds = (least: number) => integer(least).optional();

const parameters = z.strictObject({
  endpoint: handshakeTemplate()
    .superRefine((url, context) => {
      const fault = urlFault(url, ['ws', 'wss']);
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
    })
    .meta({ expected: 'a ws:// or wss:// url' }),
  requests: anything(),
  requestIntervalSeconds: seconds(0),
  intervalSeconds: seconds(1),
  heartbeatRequests: anything(),
  heartbeatIntervalSeconds: seconds(0),
  checkIntervalSeconds: seconds(0),
  format: z
    .string()
    .refine((format) => format === 'json', { message: 'is not supported, expected json' })
    .optional()
    .meta({ expected: 'json' }),
  eventtimeField: anything(),
  receivedTimestampField: anything(),
  ignoreError: z.boolean().optional(),
  isArrayContent: anything(),
  pruning: anything(),
  outputType: z
    .string()
    .refine((type) => type === 'row', { message: 'is not supported, expected row: each event is a record' })
    .optional()
    .meta({ expected: 'row' }),
});

const isMap = () => z.custom<Readonly<Record<string, unknown>>>(isRecord).meta({ expected: 'a map' });

const file = z.strictObject({
  name: name().optional(),
  context: anything(),
  system: z.looseObject({ args: isMap().optional() }).optional(),
  settings: anything(),
  options: anything(),
  sources: z
    .array(
      z.strictObject({
        name: name(),
        module: z.enum(['websocket']),
        schema: isMap().meta({ expected: 'the schema of the records' }),
        parameters,
      }),
    )
    .min(1),
  sinks: z
    .array(
      z
        .strictObject({
          name: name(),
          module: z.enum(['debug', ...SINK_KINDS]),
          inputs: anything(),
          input: anything(),
          parameters: isMap().optional(),
        })
        .refine((sink) => sink.input === undefined || sink.inputs === undefined, {
          path: ['input'],
          message: 'is given beside inputs, expected one of the two',
          params: { bare: true },
          when: ({ value }) => isRecord(value),
        }),
    )
    .optional(),
});

/** Native option ← parameter. */
const PARAMETERS: readonly (readonly [Path, string])[] = [
  [['url'], 'endpoint'],
  [['requests'], 'requests'],
  [['request-interval'], 'requestIntervalSeconds'],
  [['emit-interval'], 'intervalSeconds'],
  [['app-heartbeat', 'requests'], 'heartbeatRequests'],
  [['app-heartbeat', 'interval'], 'heartbeatIntervalSeconds'],
  [['no-data-timeout'], 'checkIntervalSeconds'],
  [['received-field'], 'receivedTimestampField'],
  [['event-time-field'], 'eventtimeField'],
  [['on-error'], 'ignoreError'],
  [['split-arrays'], 'isArrayContent'],
  [['latest-only'], 'pruning'],
];

const DEFAULT_EMIT_INTERVAL = 1;

function nativeSource(source: unknown): unknown {
  if (!isRecord(source)) return source;
  const given = (key: string) => valueAt(source, ['parameters', key]);
  const beats = given('heartbeatRequests');
  const silence = given('checkIntervalSeconds');
  return written({
    name: source.name,
    'web-socket': written({
      url: given('endpoint'),
      payload: 'json',
      schema: source.schema,
      requests: nativeRequests(given('requests')),
      'request-interval': given('requestIntervalSeconds'),
      'emit-interval': emitInterval(given('intervalSeconds')),
      'app-heartbeat':
        beats === undefined ? undefined : written({ requests: beats, interval: given('heartbeatIntervalSeconds') }),
      'no-data-timeout': silence === 0 ? 'off' : silence,
      'received-field': given('receivedTimestampField'),
      'event-time-field': given('eventtimeField'),
      'on-error': given('ignoreError') === true ? 'continue' : 'fail',
      'split-arrays': given('isArrayContent'),
      'latest-only': given('pruning'),
      'ignore-text': 'pong',
    }),
  });
}

/** Here nothing is a step. */
function nativeRequests(requests: unknown): unknown {
  return Array.isArray(requests) ? requests.map(nativeRequest) : nativeRequest(requests);
}

function nativeRequest(request: unknown): unknown {
  return isStep(request) ? { send: request } : request;
}

/** One that is wrong is told of already. */
function emitInterval(seconds: unknown): number {
  return typeof seconds === 'number' && seconds >= DEFAULT_EMIT_INTERVAL ? seconds : DEFAULT_EMIT_INTERVAL;
}

function nativeSink(sink: unknown): unknown {
  if (!isRecord(sink)) return sink;
  const { kind, block } = nativeBlock(sink);
  return written({ name: sink.name, inputs: sink.inputs ?? sink.input, [kind]: block });
}

/** What its module is natively; an unknown one is told of already. */
function nativeBlock(sink: Readonly<Record<string, unknown>>) {
  const kind = SINK_KINDS.find((each) => each === sink.module);
  if (kind !== undefined) return { kind, block: sink.parameters ?? {} };
  return { kind: 'stdout', block: written({ template: valueAt(sink, ['parameters', 'logTemplate']) }) };
}

function sourceOrigins(source: unknown, index: number): Origin[] {
  const native: Path = ['sources', index, 'web-socket'];
  const own: Path = ['sources', index, 'parameters'];
  const requests = valueAt(source, ['parameters', 'requests']);
  return [
    { native, written: own },
    { native: [...native, 'schema'], written: ['sources', index, 'schema'] },
    { native: [...native, 'app-heartbeat'], written: [...own, 'heartbeatRequests'] },
    ...PARAMETERS.map(([option, key]) => ({ native: [...native, ...option], written: [...own, key] })),
    ...wrappedPlaces(requests).map((at) => ({
      native: [...native, 'requests', ...at, 'send'],
      written: [...own, 'requests', ...at],
    })),
  ];
}

/** Where in `requests` something was wrapped. */
function wrappedPlaces(requests: unknown): Path[] {
  if (isStep(requests)) return [[]];
  return listOf(requests).flatMap((request, index) => (isStep(request) ? [[index]] : []));
}

function sinkOrigins(sink: unknown, index: number): Origin[] {
  const module = valueAt(sink, ['module']);
  const kind = SINK_KINDS.find((each) => each === module) ?? 'stdout';
  const own: Path = ['sinks', index, 'parameters'];
  const origins: Origin[] = [{ native: ['sinks', index, kind], written: own }];
  if (module === 'debug')
    origins.push({ native: ['sinks', index, kind, 'template'], written: [...own, 'logTemplate'] });
  if (valueAt(sink, ['input']) === undefined) return origins;
  return [...origins, { native: ['sinks', index, 'inputs'], written: ['sinks', index, 'input'] }];
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;
const debugSink = z.strictObject({
  parameters: z.strictObject({ logLevel: z.enum(LOG_LEVELS).optional(), logTemplate: anything() }),
});

function debugParameters(sink: unknown, index: number): Complaint[] {
  const given = valueAt(sink, ['parameters']);
  if (valueAt(sink, ['module']) !== 'debug' || !isRecord(given)) return [];
  const { complaints } = check(debugSink, { parameters: given });
  return complaints.map((complaint) => ({ ...complaint, path: ['sinks', index, ...complaint.path] }));
}

function debugWarnings(sink: unknown, index: number): Complaint[] {
  const path: Path = ['parameters', 'logLevel'];
  if (valueAt(sink, ['module']) !== 'debug' || valueAt(sink, path) === undefined) return [];
  const message = 'has no effect: lines are data, and go to the standard output whatever the level';
  return [{ path: ['sinks', index, ...path], at: 'key', message }];
}
