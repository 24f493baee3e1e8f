import { ConfigError, formatProblem, type LoadedPipeline, loadPipeline } from '../index.ts';
import { complain } from './complain.ts';
import { EXIT } from './exit-code.ts';
import { plural } from './phrases.ts';
import { countWritten } from './relay-parts.ts';

export interface LoadOptions {
  readonly context?: Readonly<Record<string, string>>;
  readonly arg?: Readonly<Record<string, string>>;
}

/** `hawser check FILE`. */
export async function check(file: string, options: LoadOptions): Promise<number> {
  const pipeline = await load(file, options);
  if (!pipeline) return EXIT.misused;
  for (const warning of pipeline.warnings) complain(`warning: ${formatProblem(warning)}`);
  for (const name of functionsOf(pipeline)) complain(`warning: ${file}: ${name} ${ONLY_EMBEDDED}`);
  process.stdout.write(`ok: ${sizeOf(pipeline)}\n`);
  return EXIT.done;
}

/** `1 source, 2 sinks`, as they were written. */
export function sizeOf({ options: { sources, sinks } }: LoadedPipeline): string {
  return `${plural(countWritten(sources), 'source')}, ${plural(countWritten(sinks), 'sink')}`;
}

/** Names of the components that only an application can fill in. */
export function functionsOf({ options }: LoadedPipeline): string[] {
  return [...options.sources, ...options.sinks].filter(({ kind }) => kind === 'function').map(({ name }) => name);
}

export const ONLY_EMBEDDED = 'is of the kind function: only an application that embeds hawser can run it';

/** Reads a config; undefined when it cannot be used, which has been said then, a line per problem. */
export async function load(file: string, { context, arg }: LoadOptions): Promise<LoadedPipeline | undefined> {
  try {
    return await loadPipeline(file, { ...(context ? { context } : {}), ...(arg ? { args: arg } : {}) });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) complain(formatProblem(problem));
    return undefined;
  }
}
