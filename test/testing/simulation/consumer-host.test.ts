import { expect, test } from 'vitest';
import { writeMark } from '../../../src/testing/ledger-marks.ts';
import { createMemoryNetwork } from '../../../src/testing/memory-network.ts';
import { ConsumerHost } from '../../../src/testing/simulation/consumer-host.ts';
import { Findings } from '../../../src/testing/simulation/findings.ts';
import { readScenario } from '../../../src/testing/simulation/plan.ts';
import { createStepClock } from '../../../src/testing/step-clock.ts';
import { Recorder, text } from '../../transport/ends.ts';
import { FEED, relay, STORE } from './scenarios.ts';

/** What a consumer that replies answers to these frames of messages, each with its number. */
async function answersTo(...frames: readonly (readonly number[])[]): Promise<readonly string[]> {
  const clock = createStepClock();
  const network = createMemoryNetwork({ clock });
  const { producers, consumers } = readScenario(relay([], { replies: true }));
  const [plan] = consumers;
  if (!plan) throw new Error('no consumer');
  const drops = { counted: () => 0, known: 0, unsent: 0 };
  const terms = { producers, passes: () => true, drops, failed: () => {} };
  const consumer = new ConsumerHost(plan, terms, clock, network, new Findings(clock));
  await consumer.host.open();
  const heard = new Recorder();
  const socket = network.dial({ url: `ws://${STORE}/`, headers: {}, subprotocols: [], maxPayload: 1e6 }, heard);
  await clock.advance(100);
  const textOf = (numbers: readonly number[]) => numbers.map((number) => writeMark({ producer: FEED, number })).join();
  socket.write(frames.map((numbers) => text(textOf(numbers))));
  await clock.advance(100);
  return heard.texts;
}

test('a consumer that replies answers each frame once, with the number of its last message', async () => {
  expect(await answersTo([1, 2, 3], [4])).toEqual(['{"ack":3}', '{"ack":4}']);
});

test('a consumer that replies does not answer a frame without a number', async () => {
  expect(await answersTo([1], [])).toEqual(['{"ack":1}']);
});
