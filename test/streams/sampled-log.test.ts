import { describe, expect, test } from 'vitest';
import { SampledLog } from '../../src/streams/sampled-log.ts';
import { createStepClock } from '../../src/testing/step-clock.ts';

function logBench() {
  const clock = createStepClock(5000);
  const written: string[] = [];
  const log = new SampledLog(clock, (fields, message) => written.push(`${message} ${JSON.stringify(fields)}`));
  return { clock, log, written };
}

describe('a log that is sampled', () => {
  test('writes the first at once, and then one per second', async () => {
    const { clock, log, written } = logBench();
    for (const name of ['a', 'b', 'c']) log.log({ name }, 'it is odd');
    await clock.advance(1000);
    log.log({ name: 'd' }, 'it is odd');
    expect(written).toEqual(['it is odd {"name":"a"}', 'it is odd {"name":"d","suppressed":2}']);
  });

  test('says nothing of others when there were none', async () => {
    const { clock, log, written } = logBench();
    log.log({}, 'one');
    await clock.advance(1000);
    log.log({}, 'two');
    expect(written).toEqual(['one {}', 'two {}']);
  });

  test('writes the last at its end, if it was not', () => {
    const { log, written } = logBench();
    for (const name of ['a', 'b', 'c']) log.log({ name }, 'it is odd');
    log.end();
    log.end();
    expect(written.slice(1)).toEqual(['it is odd {"name":"c","suppressed":1}']);
  });
});
