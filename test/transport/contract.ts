import { afterEach, beforeEach, describe } from 'vitest';
import { describeEnding } from './contract-ending.ts';
import { describeFlow } from './contract-flow.ts';
import { describeFrames } from './contract-frames.ts';
import { describeOpening } from './contract-opening.ts';
import { Fleet, type TestNetwork } from './ends.ts';

/** The facts that every network holds, the real one and the one in memory. */
export function describeFrameSockets(name: string, makeNetwork: () => TestNetwork): void {
  describe(name, () => {
    let fleet: Fleet | undefined;
    beforeEach(() => {
      fleet = new Fleet(makeNetwork());
    });
    afterEach(async () => {
      await fleet?.end();
    });
    const current = (): Fleet => {
      if (fleet === undefined) throw new Error('No network yet');
      return fleet;
    };
    describeOpening(current);
    describeFrames(current);
    describeFlow(current);
    describeEnding(current);
  });
}
