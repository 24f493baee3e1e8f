import { describe, expect, test } from 'vitest';
import { RecordingProgress } from '../../../src/inspection/recording/progress.ts';
import { WIRE_VERSION, type WireEvent } from '../../../src/inspection/wire.ts';

const written = (id: number) => ({ id: String(id), createdAt: '5', _version: WIRE_VERSION });
const of = (sessionId: string) => ({ rootId: 'x:0', sessionId });

function actor(id: number, name: string): WireEvent {
  return { type: '@xstate.actor', ...written(id), ...of(name), name, snapshot: { status: 'active' } };
}

function stop(id: number, name: string): WireEvent {
  return { type: '@hawser.stop', ...written(id), ...of(name) };
}

function message(id: number, name: string): WireEvent {
  return { type: '@xstate.event', ...written(id), ...of(name), event: { type: 'any' } };
}

/** Has taken two actors, one of which has gone. */
function createProgress(): RecordingProgress {
  const progress = new RecordingProgress(() => 7);
  for (const event of [actor(1, 'a'), actor(2, 'b'), stop(3, 'b')]) progress.note(event);
  return progress;
}

describe('what a recording goes on with', () => {
  test('is what the backlog has beyond its last event', () => {
    const progress = createProgress();
    expect(progress.resume([actor(1, 'a'), stop(3, 'b'), message(4, 'a')])).toEqual([message(4, 'a')]);
    expect(progress.isNew(message(4, 'a'))).toBe(false);
    expect(progress.isNew(message(5, 'a'))).toBe(true);
  });

  test('begins with no gap, however much was forgotten before', () => {
    const progress = new RecordingProgress(() => 7);
    expect(progress.resume([actor(1, 'a'), message(90, 'a')])).toEqual([actor(1, 'a'), message(90, 'a')]);
  });

  test('tells of what is missing, in the place of one that is', () => {
    const progress = createProgress();
    expect(progress.resume([actor(1, 'a'), message(9, 'a')])).toEqual([
      {
        ...written(4),
        type: '@hawser.gap',
        createdAt: '7',
        events: 5,
        reason: 'the disk was too slow for the recording',
      },
      message(9, 'a'),
    ]);
  });

  test('tells of the end of those that have gone meanwhile, and of no other', () => {
    const progress = createProgress();
    const resumed = progress.resume([actor(8, 'c'), message(9, 'c')]);
    expect(resumed.map(({ type, id }) => `${id} ${type}`)).toEqual([
      '4 @hawser.gap',
      '5 @hawser.stop',
      '8 @xstate.actor',
      '9 @xstate.event',
    ]);
    expect(resumed[1]).toMatchObject({ sessionId: 'a' });
  });

  test('has rising ids, also when something was kept of the time that is missing', () => {
    const progress = createProgress();
    const resumed = progress.resume([actor(4, 'c'), message(9, 'c')]);
    expect(resumed.map(({ type, id }) => `${id} ${type}`)).toEqual([
      '4 @xstate.actor',
      '5 @hawser.gap',
      '6 @hawser.stop',
      '9 @xstate.event',
    ]);
  });
});
