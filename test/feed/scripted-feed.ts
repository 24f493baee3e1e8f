import { type Command, type CommandOptions, type Ended, hawser } from '../cli/command.ts';
import { type PeerProcess, startProcess } from '../end-to-end/processes.ts';

/** The feed of the examples, as a process that plays a script. */
export class ScriptedFeed {
  readonly url: string;
  readonly #process: PeerProcess;

  constructor(url: string, process: PeerProcess) {
    this.url = url;
    this.#process = process;
  }

  /** Resolves when so many connections have had their script played to its end. */
  async played(connections: number): Promise<void> {
    if (connections > 0) await this.#process.prints('done', connections - 1);
  }

  /** What it has said of its connections. */
  get said(): string {
    return this.#process.errors;
  }
}

/** Plays a script on any free port until the test has finished. */
export async function playFeed(script: string): Promise<ScriptedFeed> {
  const process = startProcess('../../examples/feed.mjs', script, '--port', '0');
  return new ScriptedFeed(await process.prints('listening'), process);
}

export interface RunOptions extends CommandOptions {
  readonly feed: ScriptedFeed;
  /** Lines on its standard output that it is stopped after. */
  readonly lines: number;
  /** Scripts that must have come to their end before. Default 1. */
  readonly played?: number;
}

/**
 * `hawser run` with these arguments, stopped when the feed has played and the lines are there.
 * @throws Error when the feed hears what its script does not expect.
 */
export async function runAgainst(args: readonly string[], options: RunOptions): Promise<Ended> {
  const { feed, lines, played = 1, ...rest } = options;
  const command = hawser(['run', ...args], rest);
  const printed = command.has('stdout', new RegExp(`^(?:.*\n){${lines}}`));
  await Promise.race([Promise.all([printed, feed.played(played)]), refusal(command, feed)]);
  command.signal('SIGTERM');
  return command.ended;
}

async function refusal(command: Command, feed: ScriptedFeed): Promise<void> {
  const refused = await command.has('stderr', 'closed with 4400').then(
    () => true,
    () => false,
  );
  if (refused) throw new Error(`not what the script expects:\n${feed.said}`);
  // It has ended: what is waited for beside this says more about it.
  await new Promise(() => {});
}
