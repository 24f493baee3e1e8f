import { formatProblem, type LoadedPipeline } from '../index.ts';
import { functionsOf, type LoadOptions, load, ONLY_EMBEDDED } from './check.ts';
import { complain } from './complain.ts';
import { createConsole } from './console.ts';
import { EXIT } from './exit-code.ts';
import type { Level } from './level.ts';
import { type InspectionOptions, runSession } from './session.ts';

export interface RunOptions extends LoadOptions, InspectionOptions {
  /** Milliseconds. */
  readonly for?: number;
  /** Milliseconds. */
  readonly drain?: number;
  readonly stateDir?: string;
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
    stateDir: options.stateDir,
    secretsDir: options.secretsDir,
    inspection: options,
  });
  return end.exitCode;
}

function runnable(file: string, pipeline: LoadedPipeline): boolean {
  const functions = functionsOf(pipeline);
  for (const name of functions) complain(`${file}: ${name} ${ONLY_EMBEDDED}`);
  return functions.length === 0;
}
