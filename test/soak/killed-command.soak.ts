import { performance } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { startChance } from '../end-to-end/chance.ts';
import { BOUND, killCommand } from '../end-to-end/killed-command.ts';

const ROUNDS = 100;

test.each(['commit', 'flush'])(
  'a command with a cursor and a buffer on disk (durability: %s) that is killed a hundred times loses nothing',
  async (durability) => {
    const started = performance.now();
    const { code, sent, verdict } = await killCommand(ROUNDS, startChance(), durability);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const { lost, orderBreaks, duplicates, repeatedPerDisturbance } = verdict;
    console.info(
      [
        `${ROUNDS} kills in ${seconds} s, ${sent} messages: ${lost} lost, ${orderBreaks} out of order`,
        `${duplicates} came twice; at most ${Math.max(...repeatedPerDisturbance)} after a kill, ${2 * BOUND} may`,
      ].join('\n'),
    );
    expect({ code, delivered: verdict.delivered, faults: verdict.faults }).toEqual({
      code: 0,
      delivered: sent,
      faults: [],
    });
  },
);
