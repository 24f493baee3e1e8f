import { printable } from './style.ts';

/** One line on stderr, whatever the text holds. */
export function complain(line: string): void {
  process.stderr.write(`${printable(line)}\n`);
}
