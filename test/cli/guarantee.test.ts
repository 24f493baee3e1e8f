import { describe, expect, test } from 'vitest';
import { guaranteeOf } from '../../src/cli/guarantee.ts';
import { parsePipeline, type SinkInput } from '../../src/index.ts';

/** What is said of a sink with these options. */
function said(webSocket: NonNullable<SinkInput['web-socket']>, more: Partial<SinkInput> = {}): string[] {
  const { sinks, listeners } = parsePipeline({
    name: 'ticks',
    sources: [{ name: 'in', function: {} }],
    sinks: [{ name: 'out', 'web-socket': webSocket, ...more }],
  });
  return sinks.map((sink) => guaranteeOf(sink, listeners));
}

describe('what delivered means', () => {
  test('with ack: reply is a reply that the pointer matches', () => {
    expect(said({ url: 'ws://h/', ack: 'reply', reply: { pointer: '/id' } })).toEqual([
      'delivered means: the peer has sent a reply to it, matched by /id (ack: reply)',
    ]);
  });

  test.each([
    [{ type: 'disk' }, 'synced (durability: commit)'],
    [{ type: 'disk', durability: 'flush' }, 'written; a power failure can lose the last of it (durability: flush)'],
  ] as const)('for a sink with the buffer %j says what keeps an event until then', (buffer, fate) => {
    expect(said({ url: 'ws://h/', ack: 'pong' }, { buffer })).toEqual([
      expect.stringMatching(new RegExp(`; until then it is kept on disk, ${fate.replaceAll(/[()]/g, '.')}$`)),
    ]);
  });

  test.each([
    [{}, 'is disconnected (slow-peer: disconnect)'],
    [{ 'slow-peer': 'drop-oldest' }, 'loses what waits longest (slow-peer: drop-oldest)'],
    [{ 'slow-peer': 'drop-newest' }, 'loses what comes last (slow-peer: drop-newest)'],
    [
      { 'slow-peer': 'conflate', 'conflate-by': '/symbol' },
      'gets only the last event of each /symbol (slow-peer: conflate)',
    ],
  ] as const)('for a broadcast with %j says what becomes of slow peers', (options, fate) => {
    expect(said({ mode: 'server-output', server: { bind: '127.0.0.1:0', ...options } })).toEqual([
      `delivered means: queued for every peer; a peer that is too slow ${fate}`,
    ]);
  });

  test('for an answer names the one peer', () => {
    expect(said({ mode: 'server-input', server: { bind: '127.0.0.1:0' } })).toEqual([
      expect.stringMatching(/^delivered means: queued for the peer that it answers; a peer that is too slow /),
    ]);
  });
});
