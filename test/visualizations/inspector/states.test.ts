import { describe, expect, test } from 'vitest';
import { connectionMachine } from '../../../machines/connection.ts';
import { statesOf } from '../../../src/inspection/chart.ts';
import { eventName } from '../../../visualizations/inspector/event-name.ts';
import {
  activeIds,
  changeBetween,
  leavesOf,
  leavesText,
  regionsOf,
  shortened,
} from '../../../visualizations/inspector/states.ts';
import { toneOf, wordOf } from '../../../visualizations/inspector/words.ts';
import { liveValue } from './story.ts';

describe('a state value', () => {
  test('is one path per region', () => {
    expect(leavesOf({ linked: { live: { flow: 'flowing', watch: 'fed' } } })).toEqual([
      'linked.live.flow.flowing',
      'linked.live.watch.fed',
    ]);
  });

  test.each([
    [
      'several regions',
      liveValue(),
      'linked.live: heartbeat.quiet, pulse.off, watch.fed, stability.unproven, flow.flowing',
    ],
    ['one state', { backoff: 'slow' }, 'backoff.slow'],
    ['nothing', undefined, 'none'],
  ])('with %s is one line', (_, value, line) => {
    expect(leavesText(leavesOf(value))).toBe(line);
  });

  test('has the ids that the states of the machine have', () => {
    const known = new Set(statesOf(connectionMachine.root).map(({ id }) => id));
    expect([...activeIds('connection', liveValue())].filter((id) => !known.has(id))).toEqual([]);
  });

  test('has all states that contain the active ones', () => {
    expect([...activeIds('connection', { backoff: 'slow' })]).toEqual([
      'connection',
      'connection.backoff',
      'connection.backoff.slow',
    ]);
  });
});

describe('a change', () => {
  test('names no region that stayed as it was', () => {
    expect(changeBetween(leavesOf(liveValue()), leavesOf(liveValue({ flow: 'paused' })))).toEqual({
      from: ['linked.live.flow.flowing'],
      to: ['linked.live.flow.paused'],
    });
  });

  test('is told with what both sides begin with once', () => {
    expect(shortened(changeBetween(leavesOf(liveValue()), leavesOf(liveValue({ flow: 'paused' }))))).toEqual({
      shared: 'linked.live.flow.',
      from: 'flowing',
      to: 'paused',
    });
  });

  test('out of several regions is told as out of the state that they lie in', () => {
    expect(shortened(changeBetween(leavesOf(liveValue()), ['backoff.normal']))).toEqual({
      shared: '',
      from: 'linked.live',
      to: 'backoff.normal',
    });
  });
});

describe('a change of several regions', () => {
  test('is told region by region', () => {
    const held = liveValue({ heartbeat: 'suspended', flow: 'paused' });
    expect(regionsOf(changeBetween(leavesOf(liveValue()), leavesOf(held)))).toEqual([
      { region: 'heartbeat', from: 'quiet', to: 'suspended' },
      { region: 'flow', from: 'flowing', to: 'paused' },
    ]);
  });

  test('that are not the same before and after is told otherwise', () => {
    const change = { from: ['live.flow.flowing', 'live.watch.fed'], to: ['live.flow.paused', 'live.pulse.due'] };
    expect(regionsOf(change)).toEqual([]);
  });

  test('that leaves the state they lie in is told otherwise', () => {
    expect(regionsOf(changeBetween(leavesOf(liveValue()), ['backoff.normal']))).toEqual([]);
  });
});

describe('a word', () => {
  test.each([
    ['connection', ['waiting'], 'waiting'],
    ['peer', ['live', 'slow'], 'slow'],
    ['delivery', ['recovering'], 'recovering'],
    ['listener', ['listening'], 'listening'],
    ['pipeline', ['draining'], 'draining'],
    ['supervisor', ['running'], 'running'],
  ])('of a %s with the tags %j is %s', (machine, tags, word) => {
    expect(wordOf(machine, { status: 'active', tags })).toBe(word);
  });

  test.each([
    ['active', 'running'],
    ['error', 'failed'],
    ['done', 'ended'],
    ['stopped', 'stopped'],
  ] as const)('of an actor without a machine that is %s is %s', (status, word) => {
    expect(wordOf(undefined, { status })).toBe(word);
  });

  test.each([
    ['connection', { status: 'done', value: 'closed', tags: ['idle'] }, 'closed'],
    ['connection', { status: 'active', value: { linked: 'closing' }, tags: ['idle'] }, 'closing'],
    ['delivery', { status: 'done', value: 'closed' }, 'closed'],
    ['supervisor', { status: 'done', value: 'ended', tags: ['ended'] }, 'ended'],
    ['peer', { status: 'done', value: 'closed' }, 'closed'],
  ] as const)('of a %s that ends as %j is that of its state: %s', (machine, snapshot, word) => {
    expect(wordOf(machine, snapshot)).toBe(word);
  });

  test('that nobody knows has the colour of no state', () => {
    expect(toneOf('dancing')).toBe('quiet');
  });
});

test.each([
  ['xstate.after.pingInterval.connection.linked.live.heartbeat.quiet', 'after pingInterval'],
  ['xstate.after.1000.pipeline.closing', 'after 1000 ms'],
  ['xstate.done.actor.prepare', 'done prepare'],
  ['xstate.error.actor.ticks/exchange/connection', 'error ticks/exchange/connection'],
  ['xstate.init', 'init'],
  ['socket.lost', 'socket.lost'],
])('the event %s is called %s', (type, name) => {
  expect(eventName(type)).toBe(name);
});
