import { Subject } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { type Watched, watchClosing, watchDrops, watchPeers, watchTroubles } from '../../src/cli/watchers.ts';
import type { ConnectionStatus, SupervisorStatus } from '../../src/index.ts';
import { createStepClock } from '../../src/testing/index.ts';
import { LISTENING, LIVE, sink, source, statusOf } from './status.ts';

function watching<Watch>(watch: (watched: Watched) => Watch) {
  const clock = createStepClock();
  const status$ = new Subject<SupervisorStatus>();
  const lines: string[] = [];
  const write = (fields: object, message: string) => lines.push(`${Object.values(fields)[0]}: ${message}`);
  const logger = { debug: write, info: write, warn: write, error: write };
  const watcher = watch({ status$, clock, logger });
  return { clock, lines, watcher, show: (status: SupervisorStatus) => status$.next(status) };
}

describe('drops', () => {
  const dropped = (...counts: number[]) =>
    statusOf(
      [],
      counts.map((count, index) => sink(`w${index}`, { dropped: count })),
    );

  test('none is no word', () => {
    const { lines, show } = watching(watchDrops);
    show(dropped(0));
    expect(lines).toEqual([]);
  });

  test('the first ones are told at once, for each sink', () => {
    const { lines, show } = watching(watchDrops);
    show(dropped(1, 5));
    expect(lines).toEqual([
      'ticks/w0: its buffer is full: 1 event dropped',
      'ticks/w1: its buffer is full: 5 events dropped',
    ]);
  });

  test('those that follow are told together ten seconds later, also when no status comes any more', async () => {
    const { lines, show, clock } = watching(watchDrops);
    for (const count of [5, 7, 9]) show(dropped(count));
    await clock.advance(9999);
    expect(lines).toHaveLength(1);
    await clock.advance(1);
    expect(lines[1]).toBe('ticks/w0: its buffer is full: 4 more events dropped');
  });

  test('after a quiet time the next ones are told at once', async () => {
    const { lines, show, clock } = watching(watchDrops);
    show(dropped(5));
    await clock.advance(60_000);
    show(dropped(6));
    expect(lines[1]).toBe('ticks/w0: its buffer is full: 1 more event dropped');
  });

  test('no timer outlives it', () => {
    const { show, clock, watcher } = watching(watchDrops);
    show(dropped(5));
    watcher.unsubscribe();
    expect(clock.pending).toBe(0);
  });
});

describe('peers', () => {
  const chat = (endpoint: Partial<typeof LISTENING>) =>
    statusOf(
      [source('chat', { endpoint: { ...LISTENING, ...endpoint } })],
      [sink('chat.peers', { endpoint: { ...LISTENING, ...endpoint } })],
    );

  test('none that is refused or slow is no word', () => {
    const { lines, show } = watching(watchPeers);
    show(chat({ peers: 3, accepted: 9, conflated: 2, unheard: 5 }));
    expect(lines).toEqual([]);
  });

  test('those that are refused are told by reason, once for an endpoint', () => {
    const { lines, show } = watching(watchPeers);
    show(chat({ refused: { auth: 1, limit: 2 } }));
    expect(lines).toEqual([
      'ticks/chat: 1 peer refused: not what server.auth asks for',
      'ticks/chat: 2 peers refused: max-connections reached',
    ]);
  });

  test('those that are too slow are told, and what they miss', () => {
    const { lines, show } = watching(watchPeers);
    show(chat({ slow: 1, dropped: 5 }));
    expect(lines).toEqual([
      'ticks/chat: 1 peer disconnected: too slow',
      'ticks/chat: 5 messages dropped for slow peers',
    ]);
  });

  test('those that follow are told together ten seconds later', async () => {
    const { lines, show, clock } = watching(watchPeers);
    for (const auth of [1, 2, 4]) show(chat({ refused: { auth } }));
    await clock.advance(10_000);
    expect(lines.slice(1)).toEqual(['ticks/chat: 3 more peers refused: not what server.auth asks for']);
  });

  test('no timer outlives it', () => {
    const { show, clock, watcher } = watching(watchPeers);
    show(chat({ slow: 1 }));
    watcher.unsubscribe();
    expect(clock.pending).toBe(0);
  });
});

describe('a close', () => {
  const closing: ConnectionStatus = { ...LIVE, state: 'idle', detail: ['linked.closing'] };
  const closed: ConnectionStatus = { ...LIVE, state: 'idle', detail: ['closed'] };
  const exchange = (connection: ConnectionStatus) => statusOf([source('exchange', { connection })]);

  test('that is not answered within a second is told, once', async () => {
    const { lines, show, clock } = watching(watchClosing);
    show(exchange(closing));
    await clock.advance(1000);
    show(exchange(closing));
    await clock.advance(5000);
    expect(lines).toEqual(['ticks/exchange: waiting for exchange to close']);
  });

  test('of the upstream of a relay is told as a person says it', async () => {
    const { lines, show, clock } = watching(watchClosing);
    show(statusOf([], [sink('chat.upstream', { connection: closing })]));
    await clock.advance(1000);
    expect(lines).toEqual(['ticks/chat.upstream: waiting for chat upstream to close']);
  });

  test('that is answered soon is no word', async () => {
    const { lines, show, clock } = watching(watchClosing);
    show(exchange(closing));
    await clock.advance(900);
    show(exchange(closed));
    await clock.advance(5000);
    expect(lines).toEqual([]);
  });

  test('of peers is told with how many they are by then', async () => {
    const { lines, show, clock } = watching(watchClosing);
    const draining = (peers: number) =>
      statusOf([source('chat', { endpoint: { ...LISTENING, state: 'draining', peers } })]);
    for (const peers of [5, 2]) show(draining(peers));
    await clock.advance(1000);
    expect(lines).toEqual(['ticks/chat: waiting for 2 peers to close']);
  });

  test('of peers that all answer soon is no word', async () => {
    const { lines, show, clock } = watching(watchClosing);
    for (const peers of [5, 0])
      show(statusOf([], [sink('chat', { endpoint: { ...LISTENING, state: 'draining', peers } })]));
    await clock.advance(5000);
    expect(lines).toEqual([]);
  });

  test('no timer outlives it', () => {
    const { show, clock, watcher } = watching(watchClosing);
    show(exchange(closing));
    watcher.unsubscribe();
    expect(clock.pending).toBe(0);
  });
});

describe('what ails a connection', () => {
  const REFUSED = { detail: { kind: 'acknowledgement', message: 'refused' }, message: 'refused' } as const;
  const peer = (connection: ConnectionStatus) => statusOf([], [sink('w', { connection })]);

  test('it is kept when the connection is closed', () => {
    const { watcher, show } = watching(watchTroubles);
    show(peer({ ...LIVE, state: 'waiting', cause: REFUSED }));
    show(peer({ ...LIVE, state: 'idle' }));
    expect([...watcher.troubles]).toEqual([['w', 'refused']]);
  });

  test('it is over when the connection is live again', () => {
    const { watcher, show } = watching(watchTroubles);
    show(peer({ ...LIVE, state: 'waiting', cause: REFUSED }));
    show(peer({ ...LIVE, cause: REFUSED }));
    expect(watcher.troubles.size).toBe(0);
  });
});
