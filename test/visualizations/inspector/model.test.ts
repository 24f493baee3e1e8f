import { describe, expect, test } from 'vitest';
import { deliveryMachine } from '../../../machines/delivery.ts';
import { listenerMachine } from '../../../machines/listener.ts';
import { peerMachine } from '../../../machines/peer.ts';
import { pipelineMachine } from '../../../machines/pipeline.ts';
import { supervisorMachine } from '../../../machines/supervisor.ts';
import { EVERYTHING } from '../../../visualizations/inspector/measurements.ts';
import { ACTORS, GONE_PEERS, LEAST_STEPS, Model, STEPS } from '../../../visualizations/inspector/model.ts';
import { newestOf } from '../../../visualizations/inspector/trail.ts';
import { begun, ConnectionTale, START, type Story, sampleOf, sinkOf, type Told } from './story.ts';

function modelOf({ events }: Story): Model {
  const model = new Model();
  for (const event of events) model.apply(event);
  return model;
}

function actorOf(model: Model, { sessionId }: Told) {
  const actor = model.actorOf(sessionId);
  if (!actor) throw new Error('the model does not know the actor');
  return actor;
}

describe('an actor', () => {
  test('is found below its parent, by the names from the root to it', () => {
    const { story, sources } = begun();
    const { actor } = new ConnectionTale(story, 'ticks/exchange/connection', sources);
    expect(actorOf(modelOf(story), actor)).toMatchObject({
      key: 'hawser ticks sources ticks/exchange/connection',
      parent: 'hawser ticks sources',
    });
  });

  test('that is the connection of a source belongs to the source', () => {
    const { story, sources } = begun();
    const { actor } = new ConnectionTale(story, 'ticks/exchange/connection', sources);
    expect(actorOf(modelOf(story), actor).component).toBe('ticks/exchange');
  });

  test('that is the connection of a sink belongs to the sink', () => {
    const { story, sinks } = begun();
    const { connection } = sinkOf(story, 'ticks/warehouse', sinks);
    expect(actorOf(modelOf(story), connection.actor).component).toBe('ticks/warehouse');
  });

  test('that is a group is named with its pipeline', () => {
    const { story, sinks } = begun();
    expect(actorOf(modelOf(story), sinks).component).toBe('ticks/sinks');
  });

  test('has the state that it was last told in', () => {
    const { story, sources } = begun();
    const { actor } = new ConnectionTale(story, 'ticks/exchange/connection', sources).opens();
    expect(actorOf(modelOf(story), actor).word).toBe('live');
  });

  test('is in its state since the word has changed, not since its last step', () => {
    const { story, sources } = begun();
    const tale = new ConnectionTale(story, 'ticks/exchange/connection', sources).opens();
    const since = story.at;
    story.wait(30_000);
    tale.pings();
    expect(actorOf(modelOf(story), tale.actor).since).toBe(since);
  });

  test('keeps the last cause when it is well again', () => {
    const { story, sinks } = begun();
    const { delivery } = sinkOf(story, 'ticks/warehouse', sinks);
    const lost = { from: 'flowing', event: 'outlet.down', value: 'recovering', tags: ['recovering'], cause: 'gone' };
    story.step(delivery, lost);
    story.step(delivery, { from: 'recovering', event: 'outlet.up', value: 'flowing', tags: ['flowing'] });
    expect(actorOf(modelOf(story), delivery).cause).toBe('gone');
  });

  test('that is started again at its place is the same one, restarted', () => {
    const { story, sources } = begun();
    const first = new ConnectionTale(story, 'ticks/exchange/connection', sources).opens();
    const steps = newestOf(actorOf(modelOf(story), first.actor).timeline, STEPS);
    story.stop(first.actor);
    const second = new ConnectionTale(story, 'ticks/exchange/connection', sources);
    const actor = actorOf(modelOf(story), second.actor);
    expect({ restarts: actor.restarts, gone: actor.gone, steps: newestOf(actor.timeline, STEPS) }).toEqual({
      restarts: 1,
      gone: false,
      steps,
    });
  });

  test('that is told of once more is not restarted', () => {
    const { story, pipeline } = begun();
    const model = modelOf(story);
    for (const event of story.events) model.apply(event);
    expect(actorOf(model, pipeline).restarts).toBe(0);
  });

  test('that has gone is still there, stopped', () => {
    const { story, pipeline } = begun();
    story.stop(pipeline);
    expect(modelOf(story).actors.get('hawser ticks')).toMatchObject({ gone: true, word: 'stopped' });
  });

  test('that has ended by itself keeps its last word when it has gone', () => {
    const { story, root } = begun();
    const failed = { status: 'done', value: 'failed', tags: ['failed'] } as const;
    story.stop(story.actor('trades', root, pipelineMachine, failed));
    expect(modelOf(story).actors.get('hawser trades')).toMatchObject({ gone: true, word: 'failed' });
  });

  test('beyond the bound is counted and not shown', () => {
    const { story, sources } = begun();
    const model = modelOf(story);
    const before = model.actors.size;
    const crowd = begun();
    for (let number = 0; number < ACTORS; number += 1) {
      crowd.story.actor(`ticks/s${number}`, crowd.sources, undefined, { status: 'active' });
    }
    for (const event of crowd.story.events) model.apply(event);
    expect({ shown: model.actors.size, unshown: model.tally.unshown, sources: actorOf(model, sources).word }).toEqual({
      shown: ACTORS,
      unshown: before,
      sources: 'running',
    });
  });
});

describe('a timeline', () => {
  test('holds what was left and what was come to, without what it stayed in', () => {
    const { story, sources } = begun();
    const tale = new ConnectionTale(story, 'ticks/exchange/connection', sources).opens().pings();
    const [newest] = newestOf(actorOf(modelOf(story), tale.actor).timeline, 1);
    expect(newest).toMatchObject({ from: ['linked.live.heartbeat.probing'], to: ['linked.live.heartbeat.quiet'] });
  });

  test('holds the numbers of the transitions, the cause, and the event that was handled', () => {
    const { story, sources } = begun();
    const tale = new ConnectionTale(story, 'ticks/exchange/connection', sources).opens().isLost('gone away');
    const handled = story.events.findLast(({ type }) => type === '@xstate.event');
    const told = story.events.findLast((event) => event.type === '@xstate.snapshot');
    const [newest] = newestOf(actorOf(modelOf(story), tale.actor).timeline, 1);
    expect(newest).toMatchObject({ transitions: told?.transitions, cause: 'gone away', causedBy: handled?.id });
  });

  test('marks the steps that change the word', () => {
    const { story, sources } = begun();
    const tale = new ConnectionTale(story, 'ticks/exchange/connection', sources).opens().pings();
    const steps = newestOf(actorOf(modelOf(story), tale.actor).timeline, STEPS);
    expect(steps.filter(({ edge }) => edge).map(({ word }) => word)).toEqual(['live']);
  });

  test('keeps the newest steps of an actor', () => {
    const { story, sources } = begun();
    const tale = new ConnectionTale(story, 'ticks/exchange/connection', sources).opens();
    for (let turn = 0; turn < STEPS; turn += 1) tale.pings();
    const { timeline } = actorOf(modelOf(story), tale.actor);
    expect(newestOf(timeline, Number.POSITIVE_INFINITY).length).toBeLessThan(2 * STEPS);
  });

  test('is shorter where there are many actors', () => {
    const { story, sources } = begun();
    for (let number = 0; number < 5000; number += 1) {
      story.actor(`ticks/s${number}`, sources, undefined, { status: 'active' });
    }
    const tale = new ConnectionTale(story, 'ticks/exchange/connection', sources).opens();
    for (let turn = 0; turn < STEPS; turn += 1) tale.pings();
    const { timeline } = actorOf(modelOf(story), tale.actor);
    expect(newestOf(timeline, Number.POSITIVE_INFINITY).length).toBeLessThan(2 * LEAST_STEPS);
  });
});

describe('peers', () => {
  function listening() {
    const { story, foundation } = begun();
    const listener = story.actor('ticks/listener/127.0.0.1:8080', foundation, listenerMachine, { status: 'active' });
    const shard = story.actor('shard-1', listener, supervisorMachine, { status: 'active' });
    const peer = (number: number) =>
      story.actor(`ticks/listener/127.0.0.1:8080/1-${number}`, shard, peerMachine, {
        status: 'active',
        tags: ['live'],
      });
    return { story, shard, peer };
  }

  test('that have gone are told as gone', () => {
    const { story, peer } = listening();
    story.stop(peer(1));
    const words = [...modelOf(story).actors.values()]
      .filter(({ machine }) => machine === 'peer')
      .map(({ word }) => word);
    expect(words).toEqual(['gone']);
  });

  test('that have gone are forgotten when there are too many, the first one first', () => {
    const { story, peer } = listening();
    for (let number = 0; number < GONE_PEERS + 3; number += 1) story.stop(peer(number));
    const gone = [...modelOf(story).actors.values()].filter(({ machine }) => machine === 'peer');
    expect({ count: gone.length, first: gone[0]?.name }).toEqual({
      count: GONE_PEERS,
      first: 'ticks/listener/127.0.0.1:8080/1-3',
    });
  });

  test('leave no group behind that has ended', () => {
    const { story, shard } = listening();
    story.stop(shard);
    expect([...modelOf(story).actors.values()].some(({ name }) => name === 'shard-1')).toBe(false);
  });
});

describe('samples', () => {
  const rates = (model: Model, key: string) =>
    newestOf(model.measurements.series.get(key), 100).map(({ rate }) => rate);

  test('give the rate of a component from what its counter rose by', () => {
    const { story } = begun();
    story.samples([sampleOf('ticks/exchange', { events: 100 })]);
    story.wait(500).samples([sampleOf('ticks/exchange', { events: 150 })]);
    expect(rates(modelOf(story), 'ticks/exchange')).toEqual([100, 0]);
  });

  test('add the rates of all sources up, by pipeline and in all', () => {
    const { story } = begun();
    const told = (events: number) => [
      sampleOf('ticks/a', { events }),
      sampleOf('trades/b', { events: 3 * events }),
      sampleOf('ticks/store', { role: 'sink', events: 9 * events }),
    ];
    story.samples(told(0));
    story.wait(1000).samples(told(10));
    const model = modelOf(story);
    expect([rates(model, 'ticks')[0], rates(model, 'trades')[0], rates(model, EVERYTHING)[0]]).toEqual([10, 30, 40]);
  });
});

test('a total begins when all components have been told, not with the first of them', () => {
  const { story } = begun();
  story.samples([sampleOf('ticks/a', { inFlight: 3 })]);
  story.wait(1000).samples([sampleOf('ticks/b', { inFlight: 4 })]);
  story.wait(1000).samples([sampleOf('ticks/a', { inFlight: 5 })]);
  const { series } = modelOf(story).measurements;
  const totals = (key: string) => newestOf(series.get(key), 9).map(({ inFlight }) => inFlight);
  expect([totals('ticks'), totals(EVERYTHING), totals('ticks/a')]).toEqual([
    [9, 7],
    [9, 7],
    [5, 3],
  ]);
});

test('a copy stays as it is while the model goes on', () => {
  const { story, sources } = begun();
  const tale = new ConnectionTale(story, 'ticks/exchange/connection', sources);
  const model = modelOf(story);
  const copy = model.copy();
  const told = story.events.length;
  tale.opens();
  for (const event of story.events.slice(told)) model.apply(event);
  expect([actorOf(copy, tale.actor).word, actorOf(model, tale.actor).word]).toEqual(['connecting', 'live']);
});

test('gaps are added up, with the reason of the last one', () => {
  const { story } = begun();
  story.gap(3, 'first bound');
  story.gap(4, 'second bound');
  expect(modelOf(story).tally).toMatchObject({ untold: 7, reason: 'second bound' });
});

test('an actor that nothing was told of before is ignored', () => {
  const { story } = begun();
  const before = story.events.length;
  story.step(
    { sessionId: 'x:999', machine: deliveryMachine },
    { from: 'idle', event: 'outlet.up', value: 'flowing', tags: [] },
  );
  const model = modelOf(story);
  expect({ events: model.tally.events, actors: model.actors.size }).toEqual({ events: before + 2, actors: 5 });
});

test('the time is that of the last event', () => {
  const { story } = begun();
  story.wait(1234).samples([]);
  expect(modelOf(story).time).toBe(START + 1234);
});
