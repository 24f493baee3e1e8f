import { join } from 'node:path';
import type { Environment } from '../environment.ts';
import { TemplateError } from './error.ts';

/** Where a template's values come from. Asked anew each time a template is resolved. */
export interface Scope {
  env(name: string): string | undefined;
  readText(path: string): Promise<string>;
  secret(name: string): Promise<string | undefined>;
  cursor(): string | undefined;
  stat(name: string): string | number | undefined;
  /** Milliseconds since the epoch. */
  time(): number;
  /** The event whose fields are read; absent where there is none. */
  readonly event?: { lookUp(path: readonly string[]): unknown };
  attribute?(name: string): unknown;
  /** Told every value that came from a secret, the environment or a file, so that it can be kept out of errors. */
  onSensitive?(value: string): void;
}

/** Where the values of a template come from that is filled in at once, with an event. */
export interface EventScope {
  /** A field of the event; undefined when it has none. */
  lookUp(path: readonly string[]): unknown;
  attribute(name: string): unknown;
  stat(name: string): string | number | undefined;
  cursor(): string | undefined;
  env(name: string): string | undefined;
  /** Milliseconds since the epoch. */
  time(): number;
}

export interface ScopeOptions {
  readonly environment: Pick<Environment, 'env' | 'now'> & { readonly files: Pick<Environment['files'], 'readText'> };
  /** Where `${secret|NAME}` looks for the file NAME when `HAWSER_SECRET_NAME` is not set. Default: nowhere. */
  readonly secretsDir?: string | undefined;
  readonly cursor?: (() => string | undefined) | undefined;
  readonly stat?: ((name: string) => string | number | undefined) | undefined;
  readonly onSensitive?: ((value: string) => void) | undefined;
}

/** A scope for the handshake and requests: there is no event. */
export function createScope(options: ScopeOptions): Scope {
  const { environment, onSensitive } = options;
  return {
    env: (name) => (Object.hasOwn(environment.env, name) ? environment.env[name] : undefined),
    readText: (path) => environment.files.readText(path),
    secret: (name) => readSecret(name, options),
    cursor: () => options.cursor?.(),
    stat: (name) => options.stat?.(name),
    time: () => environment.now(),
    ...(onSensitive === undefined ? {} : { onSensitive }),
  };
}

/** `HAWSER_SECRET_<NAME>`, else the file NAME in the secrets directory without its last newline. */
async function readSecret(name: string, options: ScopeOptions): Promise<string | undefined> {
  const { env, files } = options.environment;
  const variable = `HAWSER_SECRET_${name}`;
  if (Object.hasOwn(env, variable) && env[variable] !== undefined) return env[variable];
  if (options.secretsDir === undefined) return undefined;
  try {
    return (await files.readText(join(options.secretsDir, name))).replace(/\r?\n$/, '');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw new TemplateError(`\${secret|${name}}`, 'has no value: its file cannot be read', { cause: error });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
