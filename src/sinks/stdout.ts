import type { Logger, Stdio } from '../environment.ts';
import { writeLines } from './lines.ts';
import type { Outlet } from './outlet.ts';

/** One line each on the standard output. */
export function stdoutSink(stdio: Pick<Stdio, 'stdout'>, logger: Logger): Outlet {
  return writeLines(() => stdio.stdout, 'stdout', logger);
}
