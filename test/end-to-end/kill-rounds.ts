import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { directory, hawser } from '../cli/command.ts';
import type { Chance } from './chance.ts';
import { startProcess } from './processes.ts';

/** Events that may be in flight. */
export const WINDOW = 500;

/** Events per round, more than a server is sent before it dies. */
const LOAD = 10_000;

export interface KillRounds {
  /** Exit code of the command. */
  readonly code: number | null;
  /** The numbers 0, 1, … below it were sent. */
  readonly total: number;
  /** What each life of the server wrote down; in the last one it was not killed. */
  readonly lives: readonly (readonly number[])[];
}

/**
 * A command floods a server that writes down what it gets, and that is killed (SIGKILL) at a random message, and
 * started again, as often as there are rounds.
 * @throws Error when the command ends before the last kill.
 */
export async function killServer(rounds: number, chance: Chance): Promise<KillRounds> {
  const total = rounds * LOAD;
  const cwd = await directory({ 'numbers.txt': Array.from({ length: total }, (_, index) => `${index}\n`).join('') });
  const diary = (life: number) => join(cwd, `diary-${life}.txt`);
  let server = startProcess('diary.mjs', '0', diary(0), ...moment(chance));
  const port = await server.prints('listening');
  const command = hawser(['run', await configFile(port)], { cwd });
  const early = command.ended.then(({ stderr }) => `the command has ended before the last kill: ${stderr}`);
  for (let round = 1; round <= rounds; round += 1) {
    const fault = await Promise.race([server.exited.then(() => undefined), early]);
    if (fault !== undefined) throw new Error(fault);
    server = startProcess('diary.mjs', port, diary(round), ...(round < rounds ? moment(chance) : []));
  }
  const { code } = await command.ended;
  const lives = await Promise.all(Array.from({ length: rounds + 1 }, (_, life) => numbersIn(diary(life))));
  return { code, total, lives };
}

/** How far back of what was written before it each life begins. @throws Error when one is missing or out of order. */
export function repeatsOf(lives: KillRounds['lives']): number[] {
  let next = 0;
  return lives.map((numbers, life) => {
    const start = numbers[0] ?? next;
    const wrong = numbers.findIndex((number, at) => number !== start + at);
    if (wrong >= 0) throw new Error(`life ${life}: ${numbers[wrong]} instead of ${start + wrong}`);
    if (start > next) throw new Error(`life ${life} begins with ${start}: ${next} is missing`);
    const repeated = next - start;
    next = Math.max(next, start + numbers.length);
    return repeated;
  });
}

/** Before the first message now and then; most of the others within a handler, before the next ping is answered. */
function moment(chance: Chance): string[] {
  const count = chance(8) === 0 ? 0 : 1 + chance(3000);
  return [String(count), String(chance(4) === 0 ? chance(20) : 0)];
}

async function configFile(port: string): Promise<string> {
  const options = [
    `url: "ws://127.0.0.1:${port}/"`,
    'ack: pong',
    'ack-interval: 5ms',
    `max-in-flight: { events: ${WINDOW} }`,
    'reconnect: { initial-backoff: 20ms, max-backoff: 20ms }',
  ];
  const config = `sources:\n  - { name: numbers, file: { path: numbers.txt } }\nsinks:\n  - { name: diary, web-socket: { ${options.join(', ')} } }\n`;
  return join(await directory({ 'it.yaml': config }), 'it.yaml');
}

async function numbersIn(path: string): Promise<number[]> {
  const text = await readFile(path, 'utf8');
  return text === '' ? [] : text.trimEnd().split('\n').map(Number);
}
