import { expect, test } from 'vitest';
import { lines, sink } from './samples.ts';

test('buffer.type: disk is documented and not built yet, and so told apart from a mistake', () => {
  expect(lines(sink('buffer: { type: disk }', 'stdout:'))).toEqual([
    'ticks.yaml:4:21 sinks[0].buffer.type: "disk" is not supported yet; supported: memory',
  ]);
});
