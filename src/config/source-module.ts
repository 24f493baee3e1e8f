import { z } from 'zod';
import type { Complaint } from './complaint.ts';
import { type Origin, type Translation, written } from './dialect.ts';
import { check } from './issues.ts';
import { SINK_KINDS } from './kinds.ts';
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
    origins: [...sources.flatMap((_, index) => sourceOrigins(index)), ...sinks.flatMap(sinkOrigins)],
    complaints: [...check(file, root).complaints, ...sinks.flatMap(debugParameters)],
    warnings: sources.flatMap(sourceWarnings),
  };
}

const anything = () => z.unknown().optional();
const flag = () => z.literal(false).optional().meta({ expected: 'false' });
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
  format: z.enum(['json']).optional(),
  ignoreError: flag(),
  isArrayContent: flag(),
  pruning: flag(),
  outputType: z.enum(['row']).optional(),
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
      requests: given('requests'),
      'request-interval': given('requestIntervalSeconds'),
      'emit-interval': given('intervalSeconds') ?? DEFAULT_EMIT_INTERVAL,
      'app-heartbeat':
        beats === undefined ? undefined : written({ requests: beats, interval: given('heartbeatIntervalSeconds') }),
      'no-data-timeout': silence === 0 ? 'off' : silence,
    }),
  });
}

function nativeSink(sink: unknown): unknown {
  if (!isRecord(sink)) return sink;
  const { module } = sink;
  const kind = SINK_KINDS.find((each) => each === module);
  const block = kind === undefined ? { stdout: {} } : { [kind]: sink.parameters ?? {} };
  return written({ name: sink.name, inputs: sink.inputs ?? sink.input, ...block });
}

function sourceOrigins(index: number): Origin[] {
  const native: Path = ['sources', index, 'web-socket'];
  const own: Path = ['sources', index, 'parameters'];
  return [
    { native, written: own },
    { native: [...native, 'app-heartbeat'], written: [...own, 'heartbeatRequests'] },
    ...PARAMETERS.map(([option, key]) => ({ native: [...native, ...option], written: [...own, key] })),
  ];
}

function sinkOrigins(sink: unknown, index: number): Origin[] {
  const module = valueAt(sink, ['module']);
  const kind = SINK_KINDS.find((each) => each === module) ?? 'stdout';
  const origins: Origin[] = [{ native: ['sinks', index, kind], written: ['sinks', index, 'parameters'] }];
  if (valueAt(sink, ['input']) === undefined) return origins;
  return [...origins, { native: ['sinks', index, 'inputs'], written: ['sinks', index, 'input'] }];
}

/** `debug` takes none of its parameters yet. */
function debugParameters(sink: unknown, index: number): Complaint[] {
  if (valueAt(sink, ['module']) !== 'debug') return [];
  const given = valueAt(sink, ['parameters']);
  if (!isRecord(given)) return [];
  const { complaints } = check(z.strictObject({ parameters: z.strictObject({}) }), { parameters: given });
  return complaints.map((complaint) => ({ ...complaint, path: ['sinks', index, ...complaint.path] }));
}

function sourceWarnings(source: unknown, index: number): Complaint[] {
  const path: Path = ['sources', index];
  const warnings: Complaint[] = [];
  if (hasFields(valueAt(source, ['schema']))) {
    const message = 'is not supported yet: events are passed on as parsed JSON, without conversion';
    warnings.push({ path: [...path, 'schema'], at: 'key', message });
  }
  if (valueAt(source, ['parameters', 'heartbeatRequests']) !== undefined) {
    const message = 'an answer that is just pong is not dropped yet: it counts as a message that is not JSON';
    warnings.push({ path: [...path, 'parameters', 'heartbeatRequests'], at: 'key', message });
  }
  return warnings;
}

function hasFields(schema: unknown): boolean {
  if (!isRecord(schema)) return false;
  return Object.values(schema).some((value) => !Array.isArray(value) || value.length > 0);
}
