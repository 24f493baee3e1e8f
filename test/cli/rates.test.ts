import { describe, expect, test } from 'vitest';
import { createRateMeter } from '../../src/cli/rates.ts';
import { sink, source, statusOf } from './status.ts';

function counted(received: number, delivered: number) {
  return statusOf([source('in', { received })], [sink('out', { inputs: ['in'], delivered })]);
}

test('one look alone gives no rate', () => {
  expect(createRateMeter()(0, counted(100, 100))).toEqual({ received: 0, delivered: 0 });
});

test('two looks give the events between them per second', () => {
  const meter = createRateMeter();
  meter(0, counted(100, 50));
  expect(meter(500, counted(110, 51))).toEqual({ received: 20, delivered: 2 });
});

test('a rate forgets what is more than two seconds old', () => {
  const meter = createRateMeter();
  meter(0, counted(0, 0));
  meter(1000, counted(1000, 0));
  for (const at of [2000, 3000]) expect(meter(at, counted(1000, 0))).not.toBeNull();
  expect(meter(4000, counted(1000, 0))).toEqual({ received: 0, delivered: 0 });
});

describe('what goes out', () => {
  function rate(inputs: readonly string[][], delivered: readonly number[]): number {
    const meter = createRateMeter();
    const at = (factor: number) =>
      inputs.map((names, index) => sink(`s${index}`, { inputs: names, delivered: (delivered[index] ?? 0) * factor }));
    meter(0, statusOf([], at(1)));
    return meter(1000, statusOf([], at(2))).delivered;
  }

  test('counts an event once that goes to two sinks: the faster one', () => {
    expect(rate([['a'], ['a']], [7, 8])).toBe(8);
  });

  test('is added up over the sides of a relay, which share what comes', () => {
    const meter = createRateMeter();
    const at = (factor: number) =>
      ['chat.peers', 'chat.upstream'].map((name) => sink(name, { inputs: ['chat'], delivered: 5 * factor }));
    meter(0, statusOf([], at(1)));
    expect(meter(1000, statusOf([], at(2))).delivered).toBe(10);
  });

  test('is added up where sinks take from different sources', () => {
    expect(rate([['a'], ['b']], [7, 8])).toBe(15);
  });

  test('counts a sink of both sources, not those of one each', () => {
    expect(rate([['a'], ['b'], ['a', 'b']], [7, 8, 15])).toBe(15);
  });
});
