import { map, type OperatorFunction } from 'rxjs';
import type { Chunk } from '../messages/chunk.ts';
import type { Message } from '../messages/message.ts';

/**
 * What a sink does to its events before they are buffered. Any operator over chunks, as long as it keeps `through`:
 * what is not covered any more is never settled. One that throws is a crash of its sink, and the chunk is tried again.
 */
export type Transform = OperatorFunction<Chunk, Chunk>;

/** Replaces each event's value. Strings and Buffers become the payload as they are, anything else its JSON text. */
export function mapMessages<In = unknown>(project: (message: Message<In>) => unknown): Transform {
  return overMessages<In>((messages) => messages.map((message) => message.with(project(message))));
}

/** Keeps the events for which `keep` answers true; the others settle in their place and are never delivered. */
export function filterMessages<In = unknown>(keep: (message: Message<In>) => boolean): Transform {
  return overMessages<In>((messages) => messages.filter(keep));
}

/** Makes any number of events out of each. They share its id and settle together. */
export function expandMessages<In = unknown>(project: (message: Message<In>) => Iterable<unknown>): Transform {
  return overMessages<In>((messages) =>
    messages.flatMap((message) => Array.from(project(message), (value) => message.with(value))),
  );
}

function overMessages<In>(change: (messages: readonly Message<In>[]) => Message[]): Transform {
  // Which values a source yields is the app's knowledge: it names the type where it writes the transform.
  return map(({ source, through, messages }) => ({
    source,
    through,
    messages: change(messages as readonly Message<In>[]),
  }));
}
