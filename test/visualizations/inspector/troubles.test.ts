import { describe, expect, test } from 'vitest';
import { deliveryMachine } from '../../../machines/delivery.ts';
import { Model } from '../../../visualizations/inspector/model.ts';
import { hasStopped, owedIn, remainsOf, STALL, troublesOf } from '../../../visualizations/inspector/troubles.ts';
import { begun, ConnectionTale, type Story, sampleOf, sinkOf } from './story.ts';

function modelOf({ events }: Story): Model {
  const model = new Model();
  for (const event of events) model.apply(event);
  return model;
}

/** A sink that is a function: it has no connection. */
function functionSink() {
  const { story, sinks, root } = begun();
  const sink = story.actor('ticks/books', sinks, deliveryMachine, {
    status: 'active',
    value: 'flowing',
    tags: ['flowing'],
  });
  const sample = (events: number, inFlight: number, parts: Parameters<typeof sampleOf>[1] = {}) =>
    story.samples([sampleOf('ticks/books', { role: 'sink', kind: 'function', events, inFlight, ...parts })]);
  const troubles = () => troublesOf(modelOf(story), story.at);
  return { story, root, sink, sample, troubles };
}

describe('a sink', () => {
  test('that owes events and delivers none is told, with since when', () => {
    const { story, sample, troubles } = functionSink();
    sample(7, 5);
    story.wait(64_000);
    sample(7, 9);
    expect(troubles()).toMatchObject([
      { path: 'ticks/books', word: 'stalled', why: 'delivers nothing since 1 m 04 s', since: story.at - 64_000 },
    ]);
  });

  test('that rejects all it is given is told with how many have failed', () => {
    const { story, sample, troubles } = functionSink();
    sample(7, 1);
    story.wait(STALL);
    sample(7, 1, { failed: 7 });
    expect(troubles()[0]?.why).toBe('delivers nothing since 10 s; 7 have failed');
  });

  test('that has delivered nothing from its start on is told as such', () => {
    const { story, sample, troubles } = functionSink();
    sample(0, 1);
    story.wait(STALL);
    expect(troubles()[0]?.why).toBe('delivers nothing since 10 s; has never delivered any');
  });

  test('that has owed for a short time is not told', () => {
    const { story, sample, troubles } = functionSink();
    sample(0, 5);
    story.wait(STALL - 1);
    expect(troubles()).toEqual([]);
  });

  test('that owed nothing in between is not told', () => {
    const { story, sample, troubles } = functionSink();
    sample(0, 5);
    story.wait(STALL);
    sample(5, 0);
    story.wait(STALL);
    sample(5, 1);
    expect(troubles()).toEqual([]);
  });

  test('that goes on delivering is not told, however much it owes', () => {
    const { story, sample, troubles } = functionSink();
    for (let events = 0; events < 10; events += 1) {
      sample(events, 500);
      story.wait(STALL - 1);
    }
    expect(troubles()).toEqual([]);
  });

  test.each([
    [10_000, 'buffer full: 10\u202f000 of 10\u202f000'],
    [9000, 'buffer nearly full: 9\u202f000 of 10\u202f000'],
  ])('with %i of 10 000 places taken is told', (waiting, why) => {
    const { sample, troubles } = functionSink();
    sample(0, 0, { waiting, capacity: 10_000 });
    expect(troubles()).toMatchObject([{ word: 'full', why }]);
  });

  test('with room in its buffer is not told', () => {
    const { sample, troubles } = functionSink();
    sample(0, 0, { waiting: 8999, capacity: 10_000 });
    expect(troubles()).toEqual([]);
  });

  test('leads to its actor', () => {
    const { sample, troubles } = functionSink();
    sample(0, 0, { waiting: 1, capacity: 1 });
    expect(troubles()[0]?.key).toBe('hawser ticks sinks ticks/books');
  });

  test('that is blocked is told once, in its own word and with what its samples say', () => {
    const { story, sink, sample, troubles } = functionSink();
    story.step(sink, { from: 'flowing', event: 'outlet.blocked', value: 'blocked', tags: ['blocked'] });
    sample(0, 0, { waiting: 3, capacity: 3 });
    expect(troubles()).toMatchObject([{ word: 'blocked', why: 'buffer full: 3 of 3' }]);
  });

  test('that has lost its connection is told once, by the connection', () => {
    const { story, sinks } = begun();
    const { delivery, connection } = sinkOf(story, 'ticks/warehouse', sinks);
    connection.isLost('connect ECONNREFUSED');
    story.step(delivery, { from: 'flowing', event: 'outlet.down', value: 'recovering', tags: ['recovering'] });
    expect(troublesOf(modelOf(story), story.at)).toMatchObject([{ word: 'waiting', why: 'connect ECONNREFUSED' }]);
  });
});

describe('a connection', () => {
  function exchange() {
    const { story, sources } = begun();
    const tale = new ConnectionTale(story, 'ticks/exchange/connection', sources);
    return { story, tale, words: () => troublesOf(modelOf(story), story.at).map(({ word }) => word) };
  }

  test('that dials for the first time is not told', () => {
    expect(exchange().words()).toEqual([]);
  });

  test('that dials anew after it was lost stays told', () => {
    const { tale, words } = exchange();
    tale.opens().isLost('gone').dials();
    expect(words()).toEqual(['connecting']);
  });

  test('that has failed comes before one that waits', () => {
    const { story, sources } = begun();
    new ConnectionTale(story, 'ticks/a/connection', sources).opens().fails('404');
    story.wait(1000);
    new ConnectionTale(story, 'ticks/b/connection', sources).opens().isLost('gone');
    expect(troublesOf(modelOf(story), story.at).map(({ word }) => word)).toEqual(['failed', 'waiting']);
  });
});

test('a component that ends is no trouble', () => {
  const { story, sink, troubles } = functionSink();
  story.step(sink, { from: '', event: 'stop', value: 'draining', tags: ['draining'] });
  expect(troubles()).toEqual([]);
});

describe('the end', () => {
  test('leaves sinks that have not delivered what they took', () => {
    const { story, sample } = functionSink();
    sample(4, 2, { waiting: 3 });
    expect(remainsOf(modelOf(story))).toMatchObject([{ path: 'ticks/books', why: '5 not delivered' }]);
  });

  test('leaves as many events as the sinks owe', () => {
    const { story, sample } = functionSink();
    story.samples([sampleOf('ticks/exchange', { inFlight: 5 })]);
    sample(4, 2, { waiting: 3 });
    expect(owedIn(modelOf(story))).toBe(5);
  });

  test('is known from the supervisor that has gone', () => {
    const { story, root } = functionSink();
    const before = hasStopped(modelOf(story));
    story.stop(root);
    expect([before, hasStopped(modelOf(story))]).toEqual([false, true]);
  });
});
