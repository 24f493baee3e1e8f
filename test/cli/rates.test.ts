import { expect, test } from 'vitest';
import { createRateMeter } from '../../src/cli/rates.ts';

test('one look alone gives no rate', () => {
  expect(createRateMeter()(0, { received: 100, delivered: 100 })).toEqual({ received: 0, delivered: 0 });
});

test('two looks give the events between them per second', () => {
  const meter = createRateMeter();
  meter(0, { received: 100, delivered: 50 });
  expect(meter(500, { received: 110, delivered: 51 })).toEqual({ received: 20, delivered: 2 });
});

test('a rate forgets what is more than two seconds old', () => {
  const meter = createRateMeter();
  meter(0, { received: 0, delivered: 0 });
  meter(1000, { received: 1000, delivered: 0 });
  for (const at of [2000, 3000]) expect(meter(at, { received: 1000, delivered: 0 })).not.toBeNull();
  expect(meter(4000, { received: 1000, delivered: 0 })).toEqual({ received: 0, delivered: 0 });
});
