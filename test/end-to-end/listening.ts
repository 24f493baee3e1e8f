import type { Command } from '../cli/command.ts';

/** Where a command serves a path, once it says so. */
export async function addressOf(command: Command, path: string): Promise<string> {
  const line = new RegExp(`listening on (wss?:[^" ]+${path})"`);
  await command.has('stderr', line);
  return line.exec(command.stderr)?.[1] ?? '';
}
