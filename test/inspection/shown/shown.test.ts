import { describe, expect, test } from 'vitest';
import { createActor, setup } from 'xstate';
import type { ConnectionCause } from '../../../machines/connection.ts';
import { pipelineMachine } from '../../../machines/pipeline.ts';
import { contained } from '../../../src/actors/contained.ts';
import { NetworkError } from '../../../src/errors.ts';
import { causeOf, shownContext, shownEvent, shownSnapshot } from '../../../src/inspection/shown/shown.ts';

const LOST: ConnectionCause = { kind: 'close', code: 4000, reason: 'enough' };

describe('an event', () => {
  test.each([
    [{ type: 'demand' }, { type: 'demand' }],
    [
      { type: 'stop', drain: 500 },
      { type: 'stop', drain: 500 },
    ],
    [
      { type: 'child.ready', id: 'ticks/store' },
      { type: 'child.ready', id: 'ticks/store' },
    ],
    [
      { type: 'socket.lost', owing: true, cause: LOST },
      { type: 'socket.lost', owing: true, cause: 'the peer closed with 4000: enough' },
    ],
    [
      { type: 'child.add', spec: { id: 'a', restart: 'permanent', shutdown: 5, startTimeout: null } },
      { type: 'child.add', spec: { id: 'a', restart: 'permanent' } },
    ],
    [
      { type: 'dismiss', farewell: { code: 1001, reason: 'going away' } },
      { type: 'dismiss', farewell: { code: 1001, reason: 'going away' } },
    ],
    [
      { type: 'bind.failed', cause: new NetworkError('127.0.0.1:80 is taken') },
      { type: 'bind.failed', cause: 'NetworkError (network)' },
    ],
    [
      { type: 'xstate.error.actor.ticks/app', actorId: 'ticks/app', error: new TypeError('planted') },
      { type: 'xstate.error.actor.ticks/app', actorId: 'ticks/app', error: 'TypeError' },
    ],
    [
      { type: 'xstate.done.actor.outlet', actorId: 'outlet', output: { outcome: 'ended', cause: null, more: 1 } },
      { type: 'xstate.done.actor.outlet', actorId: 'outlet', output: { outcome: 'ended' } },
    ],
  ])('%j is shown with what is known of it', (event, shown) => {
    expect(shownEvent(event)).toEqual(shown);
  });

  test.each([
    { type: 'xstate.init', input: { token: 'planted' } },
    { type: 'step.failed', message: 'planted' },
    { type: 'no.such.event', id: 'planted', cause: 'planted', error: 'planted' },
    { type: 'child.ready', id: { toString: () => 'planted' } },
    { type: 'stop', drain: 'planted' },
    { type: 'xstate.done.actor.prepare', output: 'planted' },
    { type: 'child.ended', outcome: 'planted', cause: { planted: 'planted' } },
  ])('$type is shown without what is not', (event) => {
    expect(JSON.stringify(shownEvent(event))).not.toContain('planted');
  });

  test('with a text without end is cut', () => {
    const { id } = { id: '', ...shownEvent({ type: 'child.ready', ...{ id: 'x'.repeat(10_000) } }) };
    expect(id).toHaveLength(501);
  });
});

describe('an error', () => {
  const shown = (error: unknown) => shownEvent({ type: 'bind.failed', ...{ cause: error } }).cause;

  test.each([
    [Object.assign(new Error('x'), { code: 'EADDRINUSE' }), 'Error (EADDRINUSE)'],
    [Object.assign(new Error('x'), { code: 'sk-12345678' }), 'Error'],
    [Object.assign(new Error('x'), { name: 'AbortError' }), 'AbortError'],
    [Object.assign(new Error('x'), { name: 'planted' }), 'Error'],
    [Object.assign(new Error('x'), { name: 'Planted1Error' }), 'Error'],
    [{ kind: 'close', code: 1000, reason: 'planted' }, 'something that is no Error'],
    ['planted', 'something that is no Error'],
  ])('%o is shown as %s', (error, text) => {
    expect(shown(error)).toBe(text);
  });
});

describe('a snapshot', () => {
  const pipeline = createActor(contained(pipelineMachine.provide({}), { input: { drain: 5 } }), {
    input: { drain: 5 },
  });

  test('of a machine of ours has its state, its tags and what is known of its context', () => {
    expect(shownSnapshot(pipeline.getSnapshot())).toEqual({
      status: 'active',
      value: { starting: 'foundation' },
      tags: ['starting'],
      context: { drain: 5, ownDrain: 5, cause: null },
    });
  });

  test('in the same state is the same object, so that thousands of them are cheap', () => {
    const other = createActor(pipelineMachine.provide({}), { input: { drain: 7 } });
    const [one, two] = [shownSnapshot(pipeline.getSnapshot()), shownSnapshot(other.getSnapshot())];
    expect([one.value === two.value, one.tags === two.tags]).toEqual([true, true]);
  });

  test('of another machine has its state alone, also when it has the id of one of ours', () => {
    const machine = setup({}).createMachine({ id: 'connection', context: { attempt: 'planted', cause: LOST } });
    const snapshot = createActor(machine).getSnapshot();
    expect(shownSnapshot(snapshot)).toEqual({ status: 'active', value: {}, tags: [] });
    expect(shownContext(snapshot)).toBeUndefined();
  });

  test('of an actor that runs no machine has its status alone', () => {
    expect(shownSnapshot({ status: 'done', output: 'planted', error: undefined })).toEqual({ status: 'done' });
  });
});

describe('the cause of a snapshot', () => {
  const failed = { status: 'error', output: undefined, error: new RangeError('planted') } as const;

  test('is the name of the error that it crashed with', () => {
    expect(causeOf({ type: 'any' }, failed)).toBe('crashed: RangeError');
  });

  test('is told once', () => {
    expect(causeOf({ type: 'any' }, failed, failed)).toBeUndefined();
  });

  test.each([
    [{ type: 'xstate.error.actor.a/b', error: new TypeError('planted') }, 'a/b crashed: TypeError'],
    [{ type: 'child.ended', id: 'a/b', outcome: 'failed', cause: new Error('planted') }, 'a/b failed: Error'],
    [{ type: 'child.ended', id: 'a/b', outcome: 'ended', cause: null }, undefined],
    [{ type: 'xstate.done.actor.a/b', output: { outcome: 'failed', cause: null } }, 'a/b failed: nobody knows why'],
    [{ type: 'demand' }, undefined],
  ])('%o is the child that has failed, if one has', (event, cause) => {
    expect(causeOf(event, { status: 'active', output: undefined, error: undefined })).toBe(cause);
  });
});
