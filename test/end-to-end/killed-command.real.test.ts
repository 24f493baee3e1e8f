import { expect, test } from 'vitest';
import { startChance } from './chance.ts';
import { BOUND, killCommand } from './killed-command.ts';

const ROUNDS = 10;

test.each(['commit', 'flush'])(
  'a command with a cursor and a buffer on disk (durability: %s) that is killed ten times at random loses nothing',
  async (durability) => {
    const { code, sent, verdict } = await killCommand(ROUNDS, startChance(), durability);
    console.info(
      `${ROUNDS} kills, ${sent} messages: ${verdict.lost} lost, ${verdict.orderBreaks} out of order, ` +
        `${verdict.duplicates} twice (bound ${2 * BOUND * ROUNDS}); per disturbance ${verdict.repeatedPerDisturbance.join(' ')}`,
    );
    expect({ code, delivered: verdict.delivered, faults: verdict.faults }).toEqual({
      code: 0,
      delivered: sent,
      faults: [],
    });
  },
);
