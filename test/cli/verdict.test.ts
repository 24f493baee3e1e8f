import { describe, expect, test } from 'vitest';
import { type Ending, judge } from '../../src/cli/verdict.ts';
import type { SupervisorStatus } from '../../src/index.ts';
import { sink, source, statusOf } from './status.ts';

const IN = source('in', { received: 9 });

function sentence(status: SupervisorStatus, ending: Partial<Ending> & { readonly undelivered?: number } = {}) {
  const { undelivered = 0, ...more } = ending;
  return judge({ outcome: { failures: [], undelivered }, status, troubles: new Map(), ...more }).sentence;
}

describe('the last line', () => {
  test('it says what came and what went', () => {
    expect(sentence(statusOf([IN], [sink('w', { delivered: 9 })]))).toBe('stopped: in received 9, w delivered 9');
  });

  test('it says what is lost', () => {
    const sinks = [sink('w', { delivered: 4, dropped: 3, rejected: 2 })];
    expect(sentence(statusOf([{ ...IN, rejected: 1 }], sinks))).toBe(
      'stopped: in received 9 (rejected 1), w delivered 4 (dropped 3, rejected 2)',
    );
  });

  test('it says what is lost also after a failure', () => {
    const outcome = { failures: [{ pipeline: 'ticks', cause: 'in: gone' }], undelivered: 0 };
    expect(sentence(statusOf([IN], [sink('w', { delivered: 4, dropped: 5 })]), { outcome })).toBe(
      'failed: in: gone; in received 9, w delivered 4 (dropped 5)',
    );
  });

  test('it gives totals where there are many components', () => {
    const sources = Array.from({ length: 200 }, (_, index) => source(`s${index}`, { received: 2 }));
    const sinks = ['a', 'b', 'c'].map((name) => sink(name, { delivered: 100, dropped: 1 }));
    expect(sentence(statusOf(sources, sinks))).toBe(
      'stopped: 200 sources received 400, 3 sinks delivered 300 (dropped 3)',
    );
  });

  test('it counts the sinks that owe where there are many', () => {
    const sinks = Array.from({ length: 9 }, (_, index) => sink(`w${index}`, { owed: 2 }));
    expect(sentence(statusOf([IN], sinks), { undelivered: 18 })).toBe('18 events undelivered: 9 sinks');
  });

  test('a sink that failed in the drain is told with its cause', () => {
    const status = statusOf([IN], [sink('w', { state: 'failed', owed: 3 })]);
    expect(sentence(status, { undelivered: 3, troubles: new Map([['w', 'refused']]) })).toBe(
      'failed: w: refused; 3 events undelivered: w 3',
    );
  });

  test('a sink that was the failure of its pipeline is told once', () => {
    const status = statusOf([IN], [sink('w', { state: 'failed', owed: 3 })]);
    const outcome = { failures: [{ pipeline: 'ticks', cause: 'w: refused' }], undelivered: 3 };
    expect(sentence(status, { outcome, troubles: new Map([['w', 'refused']]) })).toBe(
      'failed: w: refused; 3 events undelivered: w 3',
    );
  });

  test('what kept a sink from delivering until the deadline follows', () => {
    const status = statusOf([IN], [sink('w', { owed: 3 })]);
    expect(sentence(status, { undelivered: 3, troubles: new Map([['w', 'refused']]) })).toBe(
      '3 events undelivered: w 3; w: refused',
    );
  });

  test('a reader that has closed stdout is no failure of a sink', () => {
    const outcome = {
      failures: [{ pipeline: 'ticks', cause: 'out: stdout: its reader has closed it' }],
      undelivered: 0,
    };
    expect(sentence(statusOf([IN]), { outcome })).toBe('stdout: its reader has closed it');
  });
});
