import { describe, expect, test } from 'vitest';
import { createActor, fromCallback } from 'xstate';
import { Handling } from '../../../src/inspection/recorder/handling.ts';

const [FIRST, SECOND] = [{ type: 'same' }, { type: 'same' }];

function createHandling() {
  const handling = new Handling();
  const actor = createActor(fromCallback(() => {}));
  handling.sent(actor, FIRST, '1');
  handling.sent(actor, SECOND, '2');
  return { handling, actor };
}

describe('what an actor handles', () => {
  test('is what was sent to it first', () => {
    const { handling, actor } = createHandling();
    expect([handling.current(actor), handling.event(actor)]).toEqual(['1', FIRST]);
  });

  test('is the next event once one is done', () => {
    const { handling, actor } = createHandling();
    handling.done(actor, FIRST);
    expect([handling.current(actor), handling.event(actor) === SECOND]).toEqual(['2', true]);
  });

  test('is nothing once the last event is done, whatever became of those before it', () => {
    const { handling, actor } = createHandling();
    handling.done(actor, SECOND);
    expect([handling.current(actor), handling.event(actor)]).toEqual([undefined, undefined]);
  });

  test('stays when something is done that was never sent', () => {
    const { handling, actor } = createHandling();
    handling.done(actor, { type: 'same' });
    expect(handling.current(actor)).toBe('1');
  });

  test('is nothing for an actor that has gone', () => {
    const { handling, actor } = createHandling();
    handling.forget(actor);
    expect(handling.current(actor)).toBeUndefined();
  });
});
