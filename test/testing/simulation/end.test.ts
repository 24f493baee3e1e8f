import { expect, test } from 'vitest';
import type { SinkInput } from '../../../src/config/options.ts';
import { createMemoryNetwork } from '../../../src/testing/memory-network.ts';
import { ConsumerHost } from '../../../src/testing/simulation/consumer-host.ts';
import { judgeEnd } from '../../../src/testing/simulation/end.ts';
import { Findings } from '../../../src/testing/simulation/findings.ts';
import { readScenario } from '../../../src/testing/simulation/plan.ts';
import { createStepClock } from '../../../src/testing/step-clock.ts';
import { relay, STORE } from './scenarios.ts';

/** What is wrong when so much was never sent in two lives of a process, to which one poisoned message came. */
function failuresWith(unsent: number, buffer: SinkInput['buffer']) {
  const clock = createStepClock();
  const { producers, consumers } = readScenario(relay([], { buffer }));
  const [plan] = consumers;
  if (!plan) throw new Error('no consumer');
  const findings = new Findings(clock);
  findings.count('poison');
  const terms = { producers, passes: () => true, drops: { counted: () => unsent, known: 0, unsent }, failed: () => {} };
  const consumer = new ConsumerHost(plan, terms, clock, createMemoryNetwork({ clock }), findings);
  for (const noted of [0, 0]) consumer.endLife({ noted, unsynced: false }, () => 0);
  judgeEnd([], { status: undefined, consumers: new Map([[STORE, consumer]]), exit: 0 }, findings);
  return findings.failures.map(({ what, came }) => `${what}: ${came}`);
}

const FAILURE = (unsent: number) => [`store.dropped, rejected and failed: ${unsent}`];

test('poison is counted once', () => {
  expect(failuresWith(1, undefined)).toEqual([]);
  expect(failuresWith(2, undefined)).toEqual(FAILURE(2));
});

test('poison that a disk keeps is counted once in each life at most', () => {
  expect(failuresWith(2, { type: 'disk' })).toEqual([]);
  expect(failuresWith(3, { type: 'disk' })).toEqual(FAILURE(3));
});
