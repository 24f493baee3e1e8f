import { performance } from 'node:perf_hooks';
import { pino } from 'pino';
import type { Clock, Environment } from './environment.ts';
import { nodeFiles } from './node-files.ts';
import { openNodeStore } from './node-store.ts';
import { dialWebSocket } from './transport/dial.ts';
import { listenWebSocket } from './transport/listen.ts';

/** Node's timers fire at once for a delay above this. */
const LONGEST_DELAY = 2 ** 31 - 1;

/**
 * The real world: system clock, network and disk. What is given replaces a part of it. Logs warnings and errors as
 * JSON lines to stderr unless a logger is given.
 */
export function nodeEnvironment(replaced: Partial<Environment> = {}): Environment {
  return {
    clock: systemClock,
    now: Date.now,
    random: Math.random,
    dial: dialWebSocket,
    listen: listenWebSocket,
    files: nodeFiles,
    openStore: openNodeStore,
    env: process.env,
    stdio: process,
    ...replaced,
    logger: replaced.logger ?? pino({ level: 'warn' }, pino.destination(2)),
  };
}

const systemClock: Clock = {
  now: () => performance.now(),
  setTimeout: (run, delay) => setTimeout(run, Math.min(delay, LONGEST_DELAY)),
  clearTimeout: (timer) => {
    if (timer instanceof Object && Symbol.toPrimitive in timer) clearTimeout(Number(timer));
  },
};
