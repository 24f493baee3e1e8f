import { z } from 'zod';
import { batch } from './batch.ts';
import { buffer } from './buffer.ts';
import { isRecord, type Json } from './tree.ts';
import { eventTemplate, name, path, payload } from './values.ts';
import { webSocketSink, webSocketSource } from './web-socket.ts';

const source = z.strictObject({
  name: name().describe('Name, unique in the pipeline.'),
  'web-socket': webSocketSource.optional().describe('Messages of a WebSocket connection.'),
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
    .describe(
      'Sources that it takes from, and `<name>.failures` of any component. May be left out with a single source.',
    ),
  'reply-to': z
    .string()
    .optional()
    .meta({ type: 'name', expected: 'the name of a source' })
    .describe('Source in mode `server-input` whose peers are answered: each event goes to the peer in its `peer.id`.'),
  buffer: buffer(),
  batch: batch(),
  'web-socket': webSocketSink.optional().describe('Messages to WebSocket peers.'),
  stdout: z
    .strictObject({ template: lineTemplate(), batch: batch() })
    .optional()
    .describe('One line each on the standard output.'),
  file: z
    .strictObject({ path: path().describe('File to append to.'), template: lineTemplate(), batch: batch() })
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

/** As it was written, checked, with every default. */
export type CheckedPipeline = z.output<typeof pipelineSchema>;
export type CheckedSource = z.output<typeof source>;
export type CheckedSink = z.output<typeof sink>;

/** What a line says of its event. */
function lineTemplate() {
  return eventTemplate().optional().describe('The line of an event, filled in from it. Left out: the event itself.');
}
