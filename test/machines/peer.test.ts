import { describe, expect, test } from 'vitest';
import { describeActivity } from './peer-activity.ts';
import { coverage } from './peer-bench.ts';
import { describeEnding } from './peer-ending.ts';
import { describeHeartbeat } from './peer-heartbeat.ts';

describeHeartbeat();
describeActivity();
describeEnding();

describe('the tests of the peer machine', () => {
  test('take each of its transitions', () => {
    expect(coverage.missed).toEqual([]);
  });
});
