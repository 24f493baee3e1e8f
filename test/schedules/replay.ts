import { stringify } from 'yaml';
import { simulate } from '../../src/testing/simulation/simulate.ts';
import { scheduleOf } from './schedule.ts';
import { readSeed, seconds } from './trial.ts';

// Runs the schedule of one seed and shows all of it: npm run replay -- <seed>

const scenario = scheduleOf(readSeed(process.argv[2] ?? ''));
const { timeline, log, failures, consumers, time, exit } = await simulate(scenario);

show('scenario', [stringify(scenario).trimEnd()]);
show(
  'timeline',
  timeline.map(({ at, who, what }) => `${seconds(at)} ${who}: ${what}`),
);
show(
  'log',
  log.map(({ at, level, who, text }) => `${seconds(at)} ${level} ${who}: ${text}`),
);
show(
  'consumers',
  consumers.map(({ consumer, produced, delivered, failed, dropped, duplicates }) => {
    const counts = `${delivered} delivered, ${failed} failed, ${dropped} dropped, ${duplicates} repeated`;
    return `${consumer}: of ${produced} ${counts}`;
  }),
);
show(
  'failures',
  failures.map(({ at, what, expected, came }) => `${seconds(at)} ${what}: expected ${expected}, came ${came}`),
);
console.info(
  `seed ${scenario.seed}: ${failures.length} failures, exit ${exit}, after ${seconds(time)} of virtual time`,
);
process.exitCode = failures.length > 0 ? 1 : 0;

function show(title: string, lines: readonly string[]): void {
  console.info([`# ${title}`, ...lines, ''].join('\n'));
}
