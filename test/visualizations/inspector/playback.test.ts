import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { WireEvent } from '../../../src/inspection/wire.ts';
import { Model } from '../../../visualizations/inspector/model.ts';
import { CHECKPOINT_WORK, Playback, Recording } from '../../../visualizations/inspector/playback.ts';
import { Player } from '../../../visualizations/inspector/player.ts';
import { RecordingReader } from '../../../visualizations/inspector/recording-reader.ts';
import { Crowd } from './crowd.ts';
import { begun, ConnectionTale, START, Story } from './story.ts';

function recorded(events: readonly WireEvent[]): Recording {
  const recording = new Recording();
  for (const event of events) recording.add(event);
  return recording;
}

function folded(events: readonly WireEvent[]): Model {
  const model = new Model();
  for (const event of events) model.apply(event);
  return model;
}

/** All that a model says, to be compared. */
function told(model: Model) {
  const { actors, tally, time, root } = model;
  const { components, series } = model.measurements;
  return { actors: [...actors.values()], components: [...components], series: [...series], tally, time, root };
}

/** A connection that is lost after three seconds and live again two seconds later. */
function lostOnce() {
  const { story, sources } = begun();
  const tale = new ConnectionTale(story, 'ticks/exchange/connection', sources).opens();
  story.wait(START + 3000 - story.at);
  tale.isLost('the peer closed with 1012');
  story.wait(2000);
  tale.dials().opens();
  story.wait(5000).samples([]);
  return { story, key: 'hawser ticks sources ticks/exchange/connection' };
}

describe('a recording', () => {
  const crowd = new Crowd(6);
  for (let turn = 0; turn < 1500; turn += 1) {
    crowd.story.wait(1000);
    crowd.change(2);
    crowd.sample(turn % 6);
  }
  const { events } = crowd.story;
  const recording = recorded(events);

  test('is longer than what is applied anew between two checkpoints', () => {
    expect(events.length).toBeGreaterThan(CHECKPOINT_WORK);
  });

  test('gives the model that all events up to a place come to', () => {
    fc.assert(
      fc.property(fc.nat(events.length), (position) => {
        expect(told(recording.modelAt(position))).toEqual(told(folded(events.slice(0, position))));
      }),
      { numRuns: 10 },
    );
  });

  test('gives the same model whichever way it is gone through', () => {
    const playback = new Playback(recording);
    fc.assert(
      fc.property(fc.integer({ min: recording.from, max: recording.until }), (time) => {
        playback.seek(time);
        const before = events.filter(({ createdAt }) => Number(createdAt) <= time);
        expect(told(playback.model)).toEqual(told(folded(before)));
      }),
      { numRuns: 10 },
    );
  });
});

test('seeking shows the state at that time', () => {
  const { story, key } = lostOnce();
  const playback = new Playback(recorded(story.events));
  const words = [1000, 4000, 6000].map((offset) => {
    playback.seek(START + offset);
    return playback.model.actors.get(key)?.word;
  });
  expect(words).toEqual(['live', 'waiting', 'live']);
});

test('it opens where everything was started and counted once', () => {
  const { story, sources } = begun();
  const tale = new ConnectionTale(story, 'ticks/exchange/connection', sources);
  story.wait(40);
  tale.opens();
  story.wait(900).samples([]);
  const opened = story.at;
  story.wait(60_000).samples([]);
  expect(new Playback(recorded(story.events)).time).toBe(opened);
});

test('seeking beyond the ends stays at them', () => {
  const playback = new Playback(recorded(lostOnce().story.events));
  playback.seek(0);
  const first = playback.time;
  playback.seek(Number.MAX_SAFE_INTEGER);
  expect([first, playback.time]).toEqual([playback.recording.from, playback.recording.until]);
});

test('the losses of connections are marked', () => {
  expect(recorded(lostOnce().story.events).losses).toEqual([START + 3000]);
});

test('steps lead from one transition of an actor to the next and back', () => {
  const { story, key } = lostOnce();
  const playback = new Playback(recorded(story.events));
  playback.seek(START + 1000);
  playback.step(key, 1);
  const lost = playback.model.actors.get(key)?.word;
  playback.step(key, 1);
  const dialled = playback.model.actors.get(key)?.word;
  playback.step(key, -1);
  expect([lost, dialled, playback.model.actors.get(key)?.word]).toEqual(['waiting', 'connecting', 'waiting']);
});

test('after the last step of an actor there is none', () => {
  const { story, key } = lostOnce();
  const playback = new Playback(recorded(story.events));
  playback.seek(START + 60_000);
  expect(playback.step(key, 1)).toBe(false);
});

test('a wall clock that goes back does not bring the events out of order', () => {
  const story = new Story();
  story.samples([]);
  story.wait(-5000).samples([]);
  story.wait(1000).samples([]);
  story.wait(5000).samples([]);
  const recording = recorded(story.events);
  expect([START - 1, START, START + 1000].map((time) => recording.positionAt(time))).toEqual([0, 3, 4]);
});

test('what was sent is found by its wire id', () => {
  const { story } = lostOnce();
  const sent = story.events.filter(({ type }) => type === '@xstate.event');
  const recording = recorded(story.events);
  expect(sent.map(({ id }) => recording.find(id))).toEqual(sent);
});

test('events beyond the bound are counted and not kept', () => {
  const { events } = lostOnce().story;
  const recording = new Recording(5);
  for (const event of events) recording.add(event);
  expect({ length: recording.length, omitted: recording.omitted }).toEqual({ length: 5, omitted: events.length - 5 });
});

describe('a player', () => {
  test('moves by the time that has passed, as often as its speed says', () => {
    const player = new Player(recorded(lostOnce().story.events));
    player.speed = 5;
    player.play();
    player.advance(100);
    expect(player.playback.time).toBe(START + 500);
  });

  test('stands still while it is paused', () => {
    const player = new Player(recorded(lostOnce().story.events));
    player.play();
    player.pause();
    player.advance(100);
    expect(player.playback.time).toBe(START);
  });

  test('stops at the end, and begins anew when it is started there', () => {
    const player = new Player(recorded(lostOnce().story.events));
    player.play();
    player.advance(1e9);
    const ended = { isPlaying: player.isPlaying, isAtEnd: player.playback.isAtEnd };
    player.play();
    expect({ ...ended, time: player.playback.time }).toEqual({ isPlaying: false, isAtEnd: true, time: START });
  });
});

describe('a recording’s text', () => {
  const { lines, events } = lostOnce().story;

  function read(...parts: readonly string[]): RecordingReader {
    const reader = new RecordingReader();
    for (const part of parts) reader.add(part);
    reader.end();
    return reader;
  }

  test('may be cut anywhere while it is read', () => {
    fc.assert(
      fc.property(fc.nat(lines.length), fc.nat(lines.length), (a, b) => {
        const [first, second] = [Math.min(a, b), Math.max(a, b)];
        const { recording } = read(lines.slice(0, first), lines.slice(first, second), lines.slice(second));
        expect(recording.length).toBe(events.length);
      }),
      { numRuns: 50 },
    );
  });

  test('may end within a line, which is counted', () => {
    const reader = read(lines.slice(0, -10));
    expect({ length: reader.recording.length, unknown: reader.unknown }).toEqual({
      length: events.length - 1,
      unknown: 1,
    });
  });

  test.each([
    ['no JSON', 'ticks'],
    ['another object', '{"a":1}'],
    ['an event of another version', lines.slice(0, lines.indexOf('\n')).replace('hawser-1', 'hawser-2')],
    ['an event that lacks a part', '{"type":"@hawser.stop","id":"1","createdAt":"1","_version":"hawser-1"}'],
  ])('may hold %s, which is counted and left out', (_, line) => {
    const reader = read(`${line}\n`, lines);
    expect({ length: reader.recording.length, unknown: reader.unknown }).toEqual({ length: events.length, unknown: 1 });
  });
});
