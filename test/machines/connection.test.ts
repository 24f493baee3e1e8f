import { describe, expect, test } from 'vitest';
import { describeAsking } from './connection-asking.ts';
import { coverage } from './connection-bench.ts';
import { describeEnding } from './connection-ending.ts';
import { describeGreeting } from './connection-greeting.ts';
import { describeHeartbeat } from './connection-heartbeat.ts';
import { describeOpening } from './connection-opening.ts';
import { describeRetry } from './connection-retry.ts';
import { describeWatching } from './connection-watching.ts';

describeOpening();
describeGreeting();
describeHeartbeat();
describeWatching();
describeRetry();
describeEnding();
describeAsking();

describe('the tests of the connection machine', () => {
  test('find transitions to take', () => {
    expect(coverage.defined.length).toBeGreaterThan(50);
  });

  test('take each of them', () => {
    expect(coverage.missed).toEqual([]);
  });
});
