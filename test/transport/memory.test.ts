import { expect } from 'vitest';
import { createMemoryNetwork } from '../../src/testing/memory-network.ts';
import { createStepClock } from '../../src/testing/step-clock.ts';
import { describeFrameSockets } from './contract.ts';
import type { TestNetwork } from './ends.ts';

describeFrameSockets('a memory network', (): TestNetwork => {
  const clock = createStepClock();
  const { dial, listen } = createMemoryNetwork({ clock });
  return {
    dial,
    listen,
    async until(promise) {
      let done = false;
      const finish = () => {
        done = true;
      };
      promise.then(finish, finish);
      await clock.settle();
      while (!done) {
        if (!(await clock.next())) throw new Error('Nothing is left that could happen');
        await clock.settle();
      }
      return promise;
    },
    async end() {
      await clock.settle();
      expect(clock.pending).toBe(0);
    },
  };
});
