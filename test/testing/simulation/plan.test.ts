import { expect, test } from 'vitest';
import { readScenario } from '../../../src/testing/simulation/plan.ts';
import { CURSOR, FEED, relay, STORE } from './scenarios.ts';

test('a consumer gets what the inputs of its sink bring', () => {
  const { pipeline, servers } = relay();
  const sources = [...pipeline.sources, { name: 'other', 'web-socket': { url: 'wss://other.example:8443/x' } }];
  const sinks = [
    { name: 'store', inputs: ['feed', 'feed.failures'], 'web-socket': { url: `ws://${STORE}/` } },
    { name: 'rest', inputs: ['other'], 'web-socket': { url: 'ws://rest.example/' } },
  ];
  const plan = readScenario({
    pipeline: { ...pipeline, sources, sinks },
    servers: { ...servers, 'other.example': { producer: {} }, 'rest.example': { consumer: {} } },
  });
  const ways = plan.consumers.map(({ host, producers, failuresOf }) => ({ host, producers, failuresOf }));
  expect(ways).toEqual([
    { host: STORE, producers: [FEED], failuresOf: ['feed'] },
    { host: 'rest.example', producers: ['other.example'], failuresOf: [] },
  ]);
  expect(plan.producers.map(({ address }) => address)).toEqual([`${FEED}:80`, 'other.example:8443']);
});

test.each([
  [{}, true],
  [{ select: [{ pointer: '/number', exists: true }] }, false],
  [{ 'latest-only': true, 'emit-interval': '1s' }, false],
])('a source with %o hands on all that it gets: %s', (source, whole) => {
  expect(readScenario(relay([], { source })).producers[0]?.whole).toBe(whole);
});

test('an initial value is what comes before the first number', () => {
  const source = { cursor: { ...CURSOR, 'initial-value': 41 } };
  expect(readScenario(relay([], { source })).producers[0]).toMatchObject({
    first: 42,
    cursorFile: '/state/cursors/relay.feed.json',
  });
});

test('times are milliseconds, a bare number seconds, and a clock may go back', () => {
  const more = { for: 20, settle: '1m30s' };
  const plan = readScenario(relay([{ at: 1.5, hang: FEED, for: '250ms' }], { more }));
  expect([plan.duration, plan.settle]).toEqual([20_000, 90_000]);
  expect(plan.steps).toMatchObject([{ at: 1500, span: 250, kind: 'hang' }]);
});
