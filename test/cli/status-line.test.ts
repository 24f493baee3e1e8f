import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { formatStatus } from '../../src/cli/status-line.ts';
import { colourStyle, plainStyle } from '../../src/cli/style.ts';
import type { ConnectionStatus, SinkStatus, SourceStatus } from '../../src/index.ts';
import { LISTENING, LIVE, sink, source, statusOf } from './status.ts';

function line(
  sources: SourceStatus[],
  sinks: SinkStatus[] = [],
  { width = 200, state = 'running', style = plainStyle, now = 1000, received = 0, delivered = 0 } = {},
) {
  const status = statusOf(sources, sinks, state === 'stopping' ? state : 'running');
  return formatStatus({ status, rates: { received, delivered }, now }, width, style);
}

describe('the status line', () => {
  test('it names each connection with its word, then rates, what is in flight, reconnects', () => {
    const sources = [source('exchange', { connection: LIVE, inFlight: 3 })];
    const sinks = [sink('peer', { connection: { ...LIVE, state: 'connecting', reconnects: 1 } })];
    expect(line(sources, sinks, { received: 8.2, delivered: 7.9 })).toBe(
      'exchange live │ peer connecting │ in 8/s, out 8/s │ 3 in flight │ 1 reconnect',
    );
  });

  test('it counts what could not be used or delivered', () => {
    const sources = [source('exchange', { connection: LIVE, failed: 2 })];
    expect(line(sources, [sink('peer', { rejected: 3 })])).toContain('│ 0 in flight │ 5 failed │');
  });

  test('a waiting connection shows how long it still waits', () => {
    const waiting: ConnectionStatus = { ...LIVE, state: 'waiting', since: 1000, retryIn: 2500 };
    expect(line([source('exchange', { connection: waiting })], [], { now: 1700 })).toMatch(/^exchange waiting 1\.8s │/);
  });

  test('a long wait is shown in whole seconds', () => {
    const waiting: ConnectionStatus = { ...LIVE, state: 'waiting', since: 1000, retryIn: 25_039 };
    expect(line([source('exchange', { connection: waiting })])).toMatch(/^exchange waiting 25s │/);
  });

  test('a wait that is over is not negative', () => {
    const waiting: ConnectionStatus = { ...LIVE, state: 'waiting', since: 1000, retryIn: 500 };
    expect(line([source('exchange', { connection: waiting })], [], { now: 9000 })).toMatch(/^exchange waiting 0\.0s │/);
  });

  test('a source that a full sink keeps from reading is paused', () => {
    expect(line([source('exchange', { connection: LIVE, held: true })])).toMatch(/^exchange live, paused │/);
  });

  test('more than four connections are counted by word', () => {
    const five = ['a', 'b', 'c', 'd'].map((name) => source(name, { connection: LIVE }));
    const waiting = source('e', { connection: { ...LIVE, state: 'waiting' } });
    expect(line([...five, waiting])).toMatch(/^4 live │ 1 waiting │ in/);
  });

  test('names that do not fit are counted by word too', () => {
    const sources = [source('x'.repeat(60), { connection: LIVE })];
    expect(line(sources, [], { width: 70 })).toBe('1 live │ in 0/s, out 0/s │ 0 in flight │ 0 reconnects');
  });

  test.each([79, 40, 20, 1, 0])('it is never longer than %i columns', (width) => {
    expect(line([source('exchange', { connection: LIVE })], [], { width }).length).toBeLessThanOrEqual(width);
  });

  test('what is cut ends with an ellipsis', () => {
    expect(line([source('exchange', { connection: LIVE })], [], { width: 12 })).toBe('1 live │ in…');
  });

  test('colours take no columns', () => {
    const sources = [source('exchange', { connection: LIVE })];
    const painted = line(sources, [], { width: 20, style: colourStyle });
    expect(stripVTControlCharacters(painted)).toBe(line(sources, [], { width: 20 }));
  });

  test('an endpoint says where it listens and how many peers it has', () => {
    const chat = source('chat', { endpoint: { ...LISTENING, peers: 12 } });
    expect(line([chat])).toBe('chat listening on 127.0.0.1:8080/chat, 12 peers │ in 0/s, out 0/s │ 0 in flight');
  });

  test('an endpoint whose peers are not read from is paused', () => {
    expect(line([source('chat', { endpoint: LISTENING, held: true })])).toMatch(/chat, 0 peers, paused │/);
  });

  test('an endpoint is shown once, whoever uses it', () => {
    const parts = [source('chat', { endpoint: LISTENING })];
    expect(line(parts, [sink('chat.peers', { endpoint: LISTENING })])).toMatch(/^chat listening [^│]* │ in/);
  });

  test('the upstream of a relay is said as a person says it', () => {
    expect(line([], [sink('chat.upstream', { connection: LIVE })])).toMatch(/^chat upstream live │/);
  });

  test.each([
    ['binding', 'chat binding on 127.0.0.1:8080/chat │'],
    ['draining', 'chat draining, 3 peers │'],
    ['closed', 'chat closed │'],
    ['failed', 'chat failed on 127.0.0.1:8080/chat │'],
  ] as const)('an endpoint that is %s says so', (state, start) => {
    const chat = sink('chat', { endpoint: { ...LISTENING, state, peers: 3 } });
    expect(line([], [chat]).startsWith(start)).toBe(true);
  });

  test('many endpoints are counted, and their peers together', () => {
    const five = ['a', 'b', 'c', 'd', 'e'].map((name) =>
      source(name, { endpoint: { ...LISTENING, address: `h:1/${name}`, peers: 2 } }),
    );
    expect(line([...five, source('f', { connection: LIVE })])).toMatch(/^1 live │ 5 listening │ 10 peers │ in/);
  });

  test('without connections there is no word about reconnects', () => {
    expect(line([source('in')])).toBe('in 0/s, out 0/s │ 0 in flight');
  });

  test('a supervisor that does not just run says so first', () => {
    expect(line([source('in')], [], { state: 'stopping' })).toMatch(/^stopping │ /);
  });

  test.each([
    [0, '0'],
    [0.42, '0.4'],
    [7.6, '8'],
    [9999, '9999'],
    [670_400, '670k'],
  ])('a rate of %d is shown as %s', (received, shown) => {
    expect(line([source('in')], [], { received })).toContain(`in ${shown}/s,`);
  });
});
