import { describe, expect, test } from 'vitest';
import { holes, ownConfig, summary } from '../../src/cli/demo/words.ts';
import { readPipeline } from '../../src/index.ts';

describe('what the demo says at its end', () => {
  test('the five lines that it shows are a good config', () => {
    const { options, warnings } = readPipeline(ownConfig('ws://127.0.0.1:9001/').join('\n'), 'my.yaml');
    expect({ sources: options.sources.length, sinks: options.sinks.length, warnings }).toEqual({
      sources: 1,
      sinks: 1,
      warnings: [],
    });
  });

  test('the five lines are five', () => {
    expect(ownConfig('ws://h/')).toHaveLength(5);
  });

  test('events that have not arrived are lost', () => {
    expect(summary({ received: 5, arrived: 3, ticks: [] })[0]).toMatch(/5 events came .* 3 are .* 2 lost/);
  });

  test('numbers that are missing are named as ranges', () => {
    expect(holes([3, 4, 8, 9, 11])).toEqual([
      { from: 5, to: 7 },
      { from: 10, to: 10 },
    ]);
  });

  test('what came twice is no hole', () => {
    expect(holes([3, 4, 3, 4, 5])).toEqual([]);
  });
});
