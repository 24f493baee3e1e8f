/** Every error that hawser throws on purpose has a `code`: one word per kind, stable across releases. */
export abstract class HawserError extends Error {
  abstract readonly code: string;
  override get name(): string {
    return this.constructor.name;
  }
}

/** An address cannot be bound or resolved. */
export class NetworkError extends HawserError {
  readonly code = 'network';
}

/** The library was called in a way that cannot work: a name that does not exist, a call that comes too late. */
export class UsageError extends HawserError {
  readonly code = 'usage';
}

/** A pipeline could not be started; nothing of it is left running. */
export class StartError extends HawserError {
  readonly code = 'start';
}

/** State on disk that cannot be used: broken, or kept by another one who lives. */
export class StateError extends HawserError {
  readonly code = 'state';
}

/** Why a file could not be used, as the end of a sentence. */
export function describeFileFault(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  return (code === undefined ? undefined : FILE_FAULTS.get(code)) ?? code ?? 'it failed';
}

const FILE_FAULTS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'no such file'],
  ['EACCES', 'permission denied'],
  ['EISDIR', 'it is a directory'],
]);

/** What an error says; of anything else that was thrown, its text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
