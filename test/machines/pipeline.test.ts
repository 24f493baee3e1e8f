import { describe, expect, test } from 'vitest';
import { coverage } from './pipeline-bench.ts';
import { describeFailing } from './pipeline-failing.ts';
import { describeStarting } from './pipeline-starting.ts';
import { describeStopping } from './pipeline-stopping.ts';

describeStarting();
describeStopping();
describeFailing();

describe('the tests of the pipeline machine', () => {
  test('take each of its transitions', () => {
    expect(coverage.missed).toEqual([]);
  });
});
