import type { Stdio } from '../environment.ts';
import type { LineEncoder } from '../messages/batch-encoder.ts';
import { writeLines } from './lines.ts';
import type { Outlet } from './outlet.ts';

/** Lines on the standard output. */
export function stdoutSink(stdio: Pick<Stdio, 'stdout'>, encode: LineEncoder): Outlet {
  return writeLines(() => stdio.stdout, 'stdout', encode);
}
