import { expect, test } from 'vitest';
import { colourStyle, plainStyle } from '../../src/cli/style.ts';
import { clockTime, failedLines, passedLine, timelineLines } from '../../src/cli/test-report.ts';
import type { SimulationReport } from '../../src/testing/simulation/report.ts';

const REPORT: SimulationReport = {
  name: 'a store that dies',
  seed: 7,
  passed: false,
  checks: 12,
  consumers: [],
  faults: { down: 1 },
  time: 200_000,
  exit: 0,
  failures: [
    { at: 90_000, what: 'store.dropped', expected: '100', came: '57' },
    { at: 90_000, what: 'state of store', expected: 'live', came: 'waiting' },
    { at: 200_000, what: 'lost on the way to store.example', expected: '0', came: '5' },
  ],
  timeline: [
    { at: 3, who: 'store', what: 'live' },
    { at: 60_000, who: 'store.example', what: 'down for 30s' },
    { at: 90_250, who: 'store.example', what: 'healed' },
  ],
  log: [
    { at: 3, level: 'info', who: 'store', text: 'live: ws://store.example/in' },
    { at: 60_001, level: 'warn', who: 'store', text: 'lost: the peer closed with 1006' },
  ],
};

const viewOf = (report: Partial<SimulationReport> = {}) => ({
  report: { ...REPORT, ...report },
  file: 'store.yaml',
  took: 41.3,
  style: plainStyle,
});

test('a scenario that has passed is one line', () => {
  expect(passedLine(viewOf())).toBe('ok    a store that dies (12 checks, 3m20s simulated in 41 ms)');
});

test('one that has failed says what was expected, what came, when, and what had happened until then', () => {
  expect(
    failedLines(viewOf()).join('\n'),
  ).toBe(`FAIL  a store that dies (3 failures, 12 checks, 3m20s simulated in 41 ms)

  store.dropped at 1m30s
    expected  100
    came      57

  state of store at 1m30s
    expected  live
    came      waiting

  what had happened until then
       0.003s  store          live
       0.003s  store          info live: ws://store.example/in
           1m  store.example  down for 30s
    1m00.001s  store          warn lost: the peer closed with 1006

  lost on the way to store.example at 3m20s
    expected  0
    came      5

  what had happened since then
    1m30.250s  store.example  healed

  again: hawser test store.yaml --seed 7 --timeline
`);
});

test('of many failures the first five are shown, and the number of the others', () => {
  const failures = Array.from({ length: 8 }, (_, at) => ({ at, what: `number ${at}`, expected: '0', came: '1' }));
  const lines = failedLines(viewOf({ failures }));
  expect(lines.filter((line) => /number \d/.test(line))).toHaveLength(5);
  expect(lines).toContain('  and 3 failures more');
});

test('of a long history the last ten lines before a failure are shown', () => {
  const timeline = Array.from({ length: 30 }, (_, at) => ({ at, who: 'store', what: `step ${at}` }));
  const failures = [{ at: 25, what: 'exit', expected: '0', came: '1' }];
  const steps = failedLines(viewOf({ failures, timeline, log: [] })).filter((line) => line.includes('step'));
  expect(steps.map((line) => line.trim().split('step ')[1])).toEqual(
    Array.from({ length: 10 }, (_, index) => String(16 + index)),
  );
});

test('the timeline holds what happened and what was logged, in order', () => {
  expect(timelineLines(viewOf()).map((line) => line.trim().replaceAll(/ +/g, ' '))).toEqual([
    '0.003s store live',
    '0.003s store info live: ws://store.example/in',
    '1m store.example down for 30s',
    '1m00.001s store warn lost: the peer closed with 1006',
    '1m30.250s store.example healed',
  ]);
});

test('colours are those of the style, and a scenario cannot steer the terminal', () => {
  const view = { ...viewOf({ name: 'a \x1b[2Jname' }), style: colourStyle };
  expect(passedLine(view)).toContain('\x1b[32mok\x1b[0m    a \\u001b[2Jname ');
});

test.each([
  [0, '0s'],
  [250, '0.250s'],
  [45_000, '45s'],
  [60_000, '1m'],
  [61_500, '1m01.500s'],
  [200_000, '3m20s'],
])('%i virtual ms are told as %s', (ms, told) => {
  expect(clockTime(ms)).toBe(told);
});
