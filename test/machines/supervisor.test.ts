import { describe, expect, test } from 'vitest';
import { coverage } from './supervisor-bench.ts';
import { describeForgetting } from './supervisor-forgetting.ts';
import { describeRestarting } from './supervisor-restarting.ts';
import { describeStarting } from './supervisor-starting.ts';
import { describeStopping } from './supervisor-stopping.ts';

describeStarting();
describeRestarting();
describeStopping();
describeForgetting();

describe('the tests of the supervisor machine', () => {
  test('take each of its transitions', () => {
    expect(coverage.missed).toEqual([]);
  });
});
