import { describe, expect, test } from 'vitest';
import { lines, sink, web } from './samples.ts';

describe('an option that is documented and not built yet is told apart from a mistake', () => {
  test('buffer.type: disk', () => {
    expect(lines(sink('buffer: { type: disk }', 'stdout:'))).toEqual([
      'ticks.yaml:4:21 sinks[0].buffer.type: "disk" is not supported yet; supported: memory',
    ]);
  });

  test.each(['schema', 'on-error', 'received-field', 'event-time-field', 'event-time', 'split-arrays', 'latest-only'])(
    'web-socket.%s',
    (option) => {
      expect(lines(web(`${option}: 1`))[0]).toMatch(/is not supported yet; supported here: mode, url/);
    },
  );
});
