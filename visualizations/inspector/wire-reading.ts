import type { WIRE_VERSION, WireEvent } from '../../src/inspection/wire.ts';

const VERSION: typeof WIRE_VERSION = 'hawser-1';

/** Whether it is an event that this page knows; one of another version is not. */
export function isWireEvent(value: unknown): value is WireEvent {
  if (!isRecord(value) || value._version !== VERSION) return false;
  const { type, id, createdAt } = value;
  if (typeof id !== 'string' || typeof createdAt !== 'string' || !Number.isFinite(Number(createdAt))) return false;
  return typeof type === 'string' && (PARTS[type]?.(value) ?? false);
}

/** The events of a text that holds a JSON array, and how many of its items are none. */
export function eventsOf(text: string): { readonly events: WireEvent[]; readonly unknown: number } {
  const items = parsed(text);
  if (!Array.isArray(items)) return { events: [], unknown: 1 };
  const events = items.filter(isWireEvent);
  return { events, unknown: items.length - events.length };
}

/** One line of a recording. */
export function eventOfLine(line: string): WireEvent | undefined {
  const value = parsed(line);
  return isWireEvent(value) ? value : undefined;
}

const PARTS: Readonly<Record<string, (value: Record<string, unknown>) => boolean>> = {
  '@xstate.actor': (value) => isOfActor(value) && typeof value.name === 'string' && hasStatus(value.snapshot),
  '@xstate.event': (value) => isOfActor(value) && hasType(value.event),
  '@xstate.snapshot': (value) =>
    isOfActor(value) && hasType(value.event) && hasStatus(value.snapshot) && Array.isArray(value.transitions),
  '@hawser.stop': isOfActor,
  '@hawser.samples': ({ samples }) => Array.isArray(samples) && samples.every(isSample),
  '@hawser.gap': ({ events, reason }) => typeof events === 'number' && typeof reason === 'string',
};

function isOfActor(value: Record<string, unknown>): boolean {
  return typeof value.sessionId === 'string';
}

function hasType(value: unknown): boolean {
  return isRecord(value) && typeof value.type === 'string';
}

function hasStatus(value: unknown): boolean {
  return isRecord(value) && typeof value.status === 'string';
}

function isSample(value: unknown): boolean {
  return (
    isRecord(value) &&
    typeof value.component === 'string' &&
    (value.role === 'source' || value.role === 'sink') &&
    ['events', 'inFlight', 'failed', 'restarts'].every((member) => typeof value[member] === 'number')
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
