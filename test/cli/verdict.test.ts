import { describe, expect, test } from 'vitest';
import { type Ending, judge } from '../../src/cli/verdict.ts';
import type { SupervisorStatus } from '../../src/index.ts';
import { LISTENING, LIVE, sink, source, statusOf } from './status.ts';

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

  test('it says what is on disk, and what is lost there', () => {
    const sinks = [sink('w', { delivered: 4, owed: 5, kept: 5, lost: 2 })];
    expect(sentence(statusOf([IN], sinks))).toBe('stopped: in received 9, w delivered 4 (on disk 5, lost on disk 2)');
  });

  test('what a sink owes and does not keep on disk is undelivered', () => {
    const sinks = [sink('w', { delivered: 4, owed: 5, kept: 3 })];
    expect(sentence(statusOf([IN], sinks), { undelivered: 2 })).toBe('2 events undelivered: w 2');
  });

  test('it says what went to failures', () => {
    const sinks = [sink('w', { delivered: 4, failed: 2 })];
    expect(sentence(statusOf([{ ...IN, failed: 1 }], sinks))).toBe(
      'stopped: in received 9 (to failures 1), w delivered 4 (to failures 2)',
    );
  });

  test('it says what was passed over, answered, pruned and missing', () => {
    const records = { selected: 1, passedOver: 2, ignored: 9, pruned: 4, gaps: 1, missing: 5, forgotten: 0 };
    const exchange = source('exchange', { received: 1, records, connection: { ...LIVE, answered: 3 } });
    expect(sentence(statusOf([exchange]))).toBe(
      'stopped: exchange received 1 (passed over 2, answered 3, pruned 4, missing 5)',
    );
  });

  test('it says the sides of a relay as a person says them', () => {
    const sinks = [sink('chat.peers', { delivered: 4 }), sink('chat.upstream', { delivered: 5 })];
    expect(sentence(statusOf([source('chat', { received: 9 })], sinks))).toBe(
      'stopped: chat received 9, chat peers delivered 4, chat upstream delivered 5',
    );
  });

  test('it says what did not reach peers, once for an endpoint', () => {
    const endpoint = { ...LISTENING, refused: { auth: 1, limit: 2 }, slow: 1, dropped: 2, conflated: 3, unheard: 4 };
    const sinks = [sink('w', { delivered: 9, endpoint }), sink('x', { endpoint })];
    expect(sentence(statusOf([], sinks))).toBe(
      'stopped: w delivered 9, x delivered 0, peers of 127.0.0.1:8080/chat ' +
        '(refused 3, too slow 1, dropped 2, conflated 3, unheard 4)',
    );
  });

  test('the upstream of a relay that failed is said as a person says it', () => {
    const outcome = { failures: [{ pipeline: 'ticks', cause: 'chat.upstream: refused' }], undelivered: 2 };
    const status = statusOf([], [sink('chat.upstream', { state: 'failed', owed: 2 })]);
    expect(sentence(status, { outcome })).toBe('failed: chat upstream: refused; 2 events undelivered: chat upstream 2');
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
