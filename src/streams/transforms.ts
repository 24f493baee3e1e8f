import { map, type OperatorFunction } from 'rxjs';
import type { Chunk } from '../messages/chunk.ts';
import type { Fault, Message } from '../messages/message.ts';
import { PayloadError, readValue } from '../messages/payload.ts';

/**
 * What a sink does to its events before they are buffered. Any operator over chunks, as long as it keeps `through`:
 * what is not covered any more is never settled. One that throws is a crash of its sink, and the chunk is tried again.
 */
export type Transform = OperatorFunction<Chunk, Chunk>;

/** Replaces each event's value: text is text, a Buffer bytes, anything else JSON. */
export function mapMessages<In = unknown>(project: (message: Message<In>) => unknown): Transform {
  return overMessages<In>((message) => [message.with(project(message))]);
}

/** Keeps the events for which `keep` answers true; the others settle in their place and are never delivered. */
export function filterMessages<In = unknown>(keep: (message: Message<In>) => boolean): Transform {
  return overMessages<In>((message) => (keep(message) ? [message] : []));
}

/** Makes any number of events out of each. They share its id and settle together. */
export function expandMessages<In = unknown>(project: (message: Message<In>) => Iterable<unknown>): Transform {
  return overMessages<In>((message) => Array.from(project(message), (value) => message.with(value)));
}

function overMessages<In>(change: (message: Message<In>) => Message[]): Transform {
  return map(({ source, through, messages }) => ({
    source,
    through,
    // Which values a source yields is the app's knowledge: it names the type where it writes the transform.
    messages: (messages as readonly Message<In>[]).flatMap((message) => changed(message, change)),
  }));
}

/** An event that has no value, since it is not JSON, fails at its sink. Anything else that is thrown is a crash. */
function changed<In>(message: Message<In>, change: (message: Message<In>) => Message[]): Message[] {
  try {
    return change(message);
  } catch (error) {
    const fault = faultOf(message);
    if (!fault) throw error;
    return [message.withFault(fault)];
  }
}

function faultOf(message: Message): Fault | undefined {
  try {
    readValue(message);
    return undefined;
  } catch (error) {
    return error instanceof PayloadError ? error : undefined;
  }
}
