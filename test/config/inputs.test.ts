import { describe, expect, test } from 'vitest';
import { lines, optionsOf, warningsOf } from './samples.ts';

/** Sinks x, y, z, one in two lines from line 4 on, that take from what is given. */
const sinks = (...inputs: string[]) =>
  [
    'sources:',
    '  - { name: feed, stdin: }',
    'sinks:',
    ...inputs.map((each, index) => `  - { name: ${'xyz'[index]}, stdout: , inputs: ${each} }`),
  ].join('\n');

describe('the inputs of a sink', () => {
  test('may be failures of a source and of another sink', () => {
    const { sinks: found } = optionsOf(sinks('feed', '[feed.failures, x.failures]'));
    expect(found[1]?.inputs).toEqual(['feed.failures', 'x.failures']);
  });

  test('may be failures of a sink that is written later', () => {
    expect(optionsOf(sinks('[feed.failures, y.failures]', 'feed')).sinks[0]?.inputs).toContain('y.failures');
  });

  test('may be a chain of failures', () => {
    expect(optionsOf(sinks('feed', 'x.failures', '[x.failures, y.failures]')).sinks).toHaveLength(3);
  });

  test('left out are the only source, without its failures', () => {
    const text = 'sources: [{ name: feed, stdin: }]\nsinks: [{ name: x, stdout: }]';
    expect(optionsOf(text).sinks[0]?.inputs).toEqual(['feed']);
  });

  test('that are failures alone leave the source without a taker', () => {
    expect(warningsOf(sinks('feed.failures'))).toEqual(['2 sources[0]: no sink takes what feed gives']);
  });
});

describe('inputs that cannot be are refused', () => {
  test.each<[string, string, string]>([
    [
      'near failures',
      sinks('fed.failures'),
      '4:34 sinks[0].inputs: "fed.failures" is not of a source or sink; did you mean "feed.failures"?',
    ],
    [
      'far failures',
      sinks('[qqqqqq.failures]'),
      '4:35 sinks[0].inputs[0]: "qqqqqq.failures" is not of a source or sink; expected one of feed.failures, x.failures',
    ],
    [
      'misspelt failures',
      sinks('feed.failure'),
      '4:34 sinks[0].inputs: "feed.failure" is not a source; did you mean "feed.failures"?',
    ],
    ['a sink', sinks('feed', 'x'), '5:34 sinks[1].inputs: "x" is a sink; its failures are "x.failures"'],
    [
      'failures twice',
      sinks('[feed.failures, feed.failures]'),
      '4:50 sinks[0].inputs[1]: "feed.failures" is listed twice',
    ],
    [
      'its own failures',
      sinks('[feed, x.failures]'),
      '4:41 sinks[0].inputs[1]: "x.failures" closes a circle: a sink cannot take its own failures',
    ],
    [
      'failures of each other',
      sinks('[feed, y.failures]', '[feed, x.failures]'),
      '5:41 sinks[1].inputs[1]: "x.failures" closes a circle: they would go round: x → y → x',
    ],
    [
      'failures in a circle of three',
      sinks('z.failures', '[feed, x.failures]', 'y.failures'),
      '5:41 sinks[1].inputs[1]: "x.failures" closes a circle: they would go round: x → y → z → x',
    ],
  ])('%s', (_, text, line) => {
    expect(lines(text)).toEqual([`ticks.yaml:${line}`]);
  });

  test('with one error for each circle', () => {
    expect(lines(sinks('[x.failures, y.failures]', '[feed, x.failures]'))).toHaveLength(2);
  });

  test('in a circle of thousands too, without listing them all', () => {
    const all = Array.from({ length: 10_000 }, (_, index) => ({
      name: `s${index}`,
      stdout: {},
      inputs: `s${(index + 1) % 10_000}.failures`,
    }));
    const text = JSON.stringify({ sources: [{ name: 'feed', stdin: {} }], sinks: all });
    const found = lines(text);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(
      'sinks[9999].inputs: "s0.failures" closes a circle: they would go round: s0 → … → s7 → s6 → s5 → s4 → s3 → s2 → s1 → s0',
    );
  });
});
