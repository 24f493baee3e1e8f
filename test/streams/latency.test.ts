import { describe, expect, test } from 'vitest';
import { Latency } from '../../src/streams/latency.ts';
import { createLedger } from '../../src/streams/ledger.ts';
import { createStepClock } from '../../src/testing/step-clock.ts';

async function measured() {
  const clock = createStepClock();
  const ledger = createLedger();
  ledger.addSource('feed');
  ledger.addTaker('fast', ['feed']);
  ledger.addTaker('slow', ['feed']);
  const latency = new Latency(ledger, clock);
  const settle = (through: number) => {
    ledger.settle('fast', 'feed', through);
    ledger.settle('slow', 'feed', through);
  };
  return { clock, ledger, latency, settle };
}

describe('the latency of a source', () => {
  test('is the time until the slowest sink has settled', async () => {
    const { clock, ledger, latency } = await measured();
    ledger.handOn('feed', 1);
    ledger.settle('fast', 'feed', 1);
    await clock.advance(30);
    ledger.settle('slow', 'feed', 1);
    await clock.advance(100);
    expect(latency.take('feed')).toBe(30);
  });

  test('is the longest one since it was last asked for', async () => {
    const { clock, ledger, latency, settle } = await measured();
    for (const wait of [5, 20, 1]) {
      ledger.handOn('feed', ledger.handedOn('feed') + 1);
      await clock.advance(wait);
      settle(ledger.handedOn('feed'));
    }
    expect(latency.take('feed')).toBe(20);
  });

  test('is unknown when nothing was settled since it was last asked for', async () => {
    const { ledger, latency, settle } = await measured();
    ledger.handOn('feed', 1);
    settle(1);
    latency.take('feed');
    expect(latency.take('feed')).toBeUndefined();
  });

  test('grows while nothing is settled', async () => {
    const { clock, ledger, latency } = await measured();
    ledger.handOn('feed', 1);
    await clock.advance(1000);
    latency.take('feed');
    await clock.advance(1000);
    expect(latency.take('feed')).toBe(2000);
  });

  test('is not measured any more once it is closed', async () => {
    const { ledger, latency } = await measured();
    latency.close();
    expect([ledger.handOns$.observed, ledger.settlements$.observed]).toEqual([false, false]);
  });
});
