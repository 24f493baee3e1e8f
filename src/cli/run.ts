import { formatProblem, type LoadedPipeline } from '../index.ts';
import { type LoadOptions, load } from './check.ts';
import { complain } from './complain.ts';
import { createConsole } from './console.ts';
import { EXIT } from './exit-code.ts';
import type { Level } from './level.ts';
import { runSession } from './session.ts';

export interface RunOptions extends LoadOptions {
  /** Milliseconds. */
  readonly for?: number;
  /** Milliseconds. */
  readonly drain?: number;
  readonly secretsDir?: string;
  readonly logLevel?: Level;
}

/** `hawser run FILE`. */
export async function run(file: string, options: RunOptions): Promise<number> {
  const pipeline = await load(file, options);
  if (!pipeline || !runnable(file, pipeline)) return EXIT.misused;
  const console = createConsole({ level: options.logLevel ?? 'info' });
  for (const warning of pipeline.warnings) console.logger.warn(formatProblem(warning));
  const end = await runSession({
    pipeline,
    console,
    duration: options.for,
    drain: options.drain,
    secretsDir: options.secretsDir,
  });
  return end.exitCode;
}

function runnable(file: string, { options }: LoadedPipeline): boolean {
  const embedded = [...options.sources, ...options.sinks].filter(({ kind }) => kind === 'function');
  for (const { name } of embedded) {
    complain(`${file}: ${name} is of the kind function, which only an application that embeds hawser can provide`);
  }
  return embedded.length === 0;
}
