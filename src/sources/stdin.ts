import type { Stdio } from '../environment.ts';
import type { Intake } from './intake.ts';
import { readLines } from './lines.ts';

/** Each line of the standard input is an event. */
export function stdinSource(stdio: Pick<Stdio, 'stdin'>): Intake {
  return readLines(() => stdio.stdin, 'stdin');
}
