import type { Template } from '../config/template.ts';
import type { Frame, PackedFrames } from '../environment.ts';
import type { Batch } from './batch.ts';
import { type BatchLayout, type Frills, fillFrills, joinBytes, joinText } from './batch-layout.ts';
import { markDocument } from './document.ts';
import { encodeEvents, payloadFault } from './encoded-events.ts';
import { eventScope, fillFromEvent, type SinkScope } from './event-scope.ts';
import type { Reject } from './failure.ts';
import { oneLine } from './json-text.ts';
import type { Message } from './message.ts';
import type { Origin } from './packed-chunk.ts';
import { encodeLine, encodePayload, OPCODE, type PayloadForm, refuseFaulty } from './payload.ts';

/** A batch as frames, and what of it cannot be one. */
export interface FramedBatch {
  readonly frames: readonly Frame[] | PackedFrames;
  /** Size of the payloads; of text that is not packed in UTF-16 units, which is near enough for a window. */
  readonly bytes: number;
  readonly rejects: readonly Reject[];
}

/** A batch as lines, each with its line end, and what of it cannot be one. */
export interface LinedBatch {
  readonly text: string;
  readonly rejects: readonly Reject[];
}

export type FrameEncoder = (batch: Batch) => FramedBatch;
export type LineEncoder = (batch: Batch) => LinedBatch;

export interface BatchEncoderOptions {
  /** A batch is one payload; without it each event is one. */
  readonly layout?: BatchLayout | undefined;
  readonly scope: SinkScope;
}

/**
 * Makes the frames of a sink's batches: one per batch when there is a layout, else one per event. It counts the
 * batches, so it lives as long as the sink and outlives its actor.
 */
export function createFrameEncoder(form: PayloadForm, { layout, scope }: BatchEncoderOptions): FrameEncoder {
  if (!layout) return (batch) => frameEvents(batch, form);
  const encode = frameEncoding(form, layout);
  const layOut = createLayOut(layout, scope, encode, (frames, frills) => joinFrames(frames, frills, layout));
  return (batch) => {
    const { laidOut, rejects } = layOut(batch);
    return { frames: laidOut ? [laidOut] : [], bytes: laidOut?.data.length ?? 0, rejects };
  };
}

export interface LineEncoderOptions extends BatchEncoderOptions {
  /** The line of an event; without it the line is the event. */
  readonly template?: Template | undefined;
}

/** Makes the lines of a sink's batches; an array of JSON is one line. Lives as long as the sink, as for frames. */
export function createLineEncoder({ layout, scope, template }: LineEncoderOptions): LineEncoder {
  const line = template ? templateLine(template, scope) : encodeLine;
  if (!layout) {
    return (batch) => {
      const { encoded, rejects } = encodeEvents(batch, line);
      return { text: encoded.map((each) => `${each}\n`).join(''), rejects };
    };
  }
  const encode = (message: Message) => (layout.marker ? markDocument(message, line(message)) : line(message));
  const layOut = createLayOut(layout, scope, encode, (lines, frills) => joinLines(lines, frills, layout));
  return (batch) => {
    const { laidOut, rejects } = layOut(batch);
    return { text: laidOut === undefined ? '' : `${laidOut}\n`, rejects };
  };
}

/** An event stays one line, whatever is filled in. */
function templateLine(template: Template, scope: SinkScope): (message: Message) => string {
  return (message) => {
    refuseFaulty(message);
    return oneLine(fillFromEvent(template, eventScope(message, scope)));
  };
}

function frameEvents(batch: Batch, form: PayloadForm): FramedBatch {
  const { packed } = batch;
  // What is passed on as it came is neither read nor made into messages.
  if (packed && passesUnread(packed.origin, form)) return { frames: packed.frames, bytes: packed.bytes, rejects: [] };
  const { encoded, rejects } = encodeEvents(batch, (message) => encodePayload(message, form));
  return { frames: encoded, bytes: encoded.reduce((sum, { data }) => sum + data.length, 0), rejects };
}

/** Packed frames are text frames. */
function passesUnread({ encoding, attributes }: Origin, form: PayloadForm): boolean {
  if (form === 'text') return encoding === 'text';
  return form === 'verbatim' && attributes?.[OPCODE] !== 'binary';
}

function frameEncoding(form: PayloadForm, { wrapAsJson, marker }: BatchLayout): (message: Message) => Frame {
  // The elements of a JSON array are JSON.
  const own = wrapAsJson && form === 'text' ? 'json' : form;
  if (!marker || own !== 'json') return (message) => encodePayload(message, own);
  return (message) => ({ data: markDocument(message, encodePayload(message, own).data), binary: false });
}

/** One payload per batch; none when all of its events are rejected. */
function createLayOut<Encoded, LaidOut>(
  layout: BatchLayout,
  scope: SinkScope,
  encode: (message: Message) => Encoded,
  join: (encoded: readonly Encoded[], frills: Frills) => LaidOut,
): (batch: Batch) => { readonly laidOut?: LaidOut; readonly rejects: readonly Reject[] } {
  let number = 0;
  return (batch) => {
    const { encoded, first, rejects } = encodeEvents(batch, encode);
    if (!first) return { rejects };
    try {
      const laidOut = join(encoded, fillFrills(layout, first, number + 1, scope));
      number += 1;
      return { laidOut, rejects };
    } catch (error) {
      const fault = payloadFault(error);
      return { rejects: batch.messages.map((message) => ({ message, error: fault })) };
    }
  };
}

function joinFrames(frames: readonly Frame[], frills: Frills, layout: BatchLayout): Frame {
  const payloads = frames.map(({ data }) => data);
  if (!frames.some(({ binary }) => binary)) return { data: joinText(payloads, frills, layout), binary: false };
  return { data: joinBytes(payloads, frills), binary: true };
}

function joinLines(lines: readonly (Buffer | string)[], frills: Frills, layout: BatchLayout): string {
  const text = joinText(lines, frills, layout);
  return layout.wrapAsJson ? oneLine(text) : text.replace(/[\r\n]+$/, '');
}
