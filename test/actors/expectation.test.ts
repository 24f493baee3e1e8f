import { describe, expect, test } from 'vitest';
import { Expectation } from '../../src/actors/expectation.ts';
import { ReceivedValue } from '../../src/actors/received-value.ts';
import { createRedaction } from '../../src/actors/redaction.ts';
import type { Condition } from '../../src/config/records.ts';
import { createStepClock } from '../../src/testing/step-clock.ts';

function expectation(conditions: readonly Condition[], held = false) {
  const clock = createStepClock();
  return { clock, reply: new Expectation({ conditions, within: 5000, clock, held, redaction: createRedaction() }) };
}

function message(text: string): ReceivedValue {
  return new ReceivedValue({ data: Buffer.from(text), binary: false });
}

const LOGIN: readonly Condition[] = [
  { pointer: '/event', equals: 'login' },
  { pointer: '/ok', equals: true },
];

describe('the time of a reply', () => {
  test('passes while reading goes on', async () => {
    const { clock, reply } = expectation(LOGIN);
    await clock.advance(2000);
    expect(reply.left).toBe(3000);
  });

  test('passes only then, however often reading pauses', async () => {
    const { clock, reply } = expectation(LOGIN);
    for (let round = 0; round < 3; round += 1) {
      await clock.advance(1000);
      reply.hold(true);
      await clock.advance(60_000);
      reply.hold(false);
    }
    expect(reply.left).toBe(2000);
  });

  test('begins when reading does', async () => {
    const { clock, reply } = expectation(LOGIN, true);
    await clock.advance(60_000);
    expect(reply.left).toBe(5000);
  });

  test('is never below zero', async () => {
    const { clock, reply } = expectation(LOGIN);
    await clock.advance(6000);
    expect(reply.left).toBe(0);
  });
});

describe('several conditions', () => {
  test('must all hold of one message', () => {
    const { reply } = expectation(LOGIN);
    const met = ['{"event":"login","ok":false}', '{"ok":true}', '{"event":"login","ok":true}'].map((text) =>
      reply.isMetBy(message(text)),
    );
    expect(met).toEqual([false, false, true]);
  });

  test('are told of together, with the one that did not hold', () => {
    const { reply } = expectation(LOGIN);
    reply.isMetBy(message('{"event":"login","ok":false}'));
    expect(reply.describe()).toBe('/event equals "login" and /ok equals true; last seen at /ok: false');
  });
});
