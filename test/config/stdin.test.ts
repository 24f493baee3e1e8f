import { expect, test } from 'vitest';
import { readPipeline } from '../../src/config/load.ts';

test('a second stdin source is refused', () => {
  const text =
    'sources:\n  - { name: a, stdin: {} }\n  - { name: b, stdin: {} }\nsinks:\n  - { name: s, inputs: [a, b], stdout: {} }\n';
  expect(() => readPipeline(text, 'p.yaml')).toThrow(
    'p.yaml:3:16 sources[1].stdin: is a second stdin source, expected one',
  );
});
