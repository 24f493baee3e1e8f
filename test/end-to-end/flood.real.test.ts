import { expect, onTestFinished, test } from 'vitest';
import { startFlood, startTally } from '../../bench/flood.ts';
import { run } from './running.ts';

const COUNT = 200_000;

test('200 000 messages of 200 bytes arrive from socket to socket, every one and in order', async () => {
  const flood = await startFlood(COUNT);
  const tally = await startTally(COUNT);
  onTestFinished(() => {
    flood.close();
    tally.close();
  });
  const running = await run({
    sources: [{ name: 'flood', 'web-socket': { url: `ws://127.0.0.1:${flood.port}/` } }],
    sinks: [{ name: 'tally', 'web-socket': { url: `ws://127.0.0.1:${tally.port}/` } }],
  });
  expect(await tally.complete).toEqual({ received: COUNT, outOfOrder: 0 });
  const { sources, sinks } = await running.until((status) => status.sources[0]?.settled === COUNT);
  expect(sources[0]).toMatchObject({ received: COUNT, inFlight: 0, restarts: 0 });
  expect(sinks[0]).toMatchObject({ delivered: COUNT, owed: 0, dropped: 0, rejected: 0, restarts: 0 });
});
