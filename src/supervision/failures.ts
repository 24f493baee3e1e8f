import type { SinkOptions } from '../config/options.ts';

const ENDING = '.failures';

/** The component whose failures an input names; undefined when it names a source. */
export function originOf(input: string): string | undefined {
  return input.endsWith(ENDING) ? input.slice(0, -ENDING.length) : undefined;
}

/** Names of the components whose failures some sink takes. */
export function failureOrigins(sinks: readonly SinkOptions[]): ReadonlySet<string> {
  return new Set(sinks.flatMap(({ inputs }) => inputs.flatMap((input) => originOf(input) ?? [])));
}

/**
 * Sinks in the order of their start: who takes the failures of another one stands before it, so that it is stopped
 * after it.
 */
export function inOrderOfStart(sinks: readonly SinkOptions[]): readonly SinkOptions[] {
  const ordered = new Set<SinkOptions>();
  function place(sink: SinkOptions): void {
    for (const taker of sinks) if (taker.inputs.includes(`${sink.name}${ENDING}`)) place(taker);
    ordered.add(sink);
  }
  for (const sink of sinks) place(sink);
  return [...ordered];
}
