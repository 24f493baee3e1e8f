import { describe, expect, test } from 'vitest';
import { Live } from '../../../visualizations/inspector/live.ts';
import { begun, ConnectionTale } from './story.ts';

const KEY = 'hawser ticks sources ticks/exchange/connection';

function started() {
  const { story, sources } = begun();
  const tale = new ConnectionTale(story, 'ticks/exchange/connection', sources).opens();
  const live = new Live();
  live.apply(story.events);
  const told = story.events.length;
  const goOn = () => live.apply(story.events.slice(told));
  return { story, tale, live, goOn };
}

describe('a paused view', () => {
  test('stays as it was while events come', () => {
    const { tale, live, goOn } = started();
    live.pause(0);
    tale.isLost('gone');
    goOn();
    expect(live.model.actors.get(KEY)?.word).toBe('live');
  });

  test('counts the events that come', () => {
    const { story, tale, live, goOn } = started();
    const before = story.events.length;
    live.pause(0);
    tale.isLost('gone');
    goOn();
    expect(live.unseen).toBe(story.events.length - before);
  });

  test('stands at the moment at which it was paused', () => {
    const { live } = started();
    live.pause(5000);
    expect(live.nowAt(9000)).toBe(5000);
  });

  test('shows what has come meanwhile when it goes on', () => {
    const { tale, live, goOn } = started();
    live.pause(0);
    tale.isLost('gone');
    goOn();
    live.resume();
    expect(live.model.actors.get(KEY)?.word).toBe('waiting');
  });
});

test('after a reset everything is as it is told then', () => {
  const { live } = started();
  live.reset();
  live.apply(begun().story.events);
  expect({ actors: live.model.actors.size, connection: live.model.actors.get(KEY) }).toEqual({
    actors: 5,
    connection: undefined,
  });
});

test('while nothing comes because the feed is lost, the moment that is shown stands still', () => {
  const { live } = started();
  live.halt(5000);
  expect(live.nowAt(60_000)).toBe(5000);
});
