import { describe, expect, test } from 'vitest';
import { coverage } from './connection-bench.ts';
import { describeOpening } from './connection-opening.ts';

describeOpening();

describe('the tests of the connection machine', () => {
  test('take each of its transitions', () => {
    expect(coverage.missed).toEqual([]);
  });
});
