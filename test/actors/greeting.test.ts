import { describe, expect, test } from 'vitest';
import { greet } from '../../src/actors/greeting.ts';
import { Link } from '../../src/actors/link.ts';
import { createStepClock } from '../../src/testing/step-clock.ts';
import { RecordedWire } from '../sinks/recorded-wire.ts';
import { silentTraffic } from './silent-traffic.ts';

const HEARTBEAT = { 'ping-interval': 20_000, timeout: 10_000, action: 'reconnect', payload: 'beat' } as const;
const DAY = 86_400_000;

class RecordedSocket extends RecordedWire {
  pause(): void {}
  resume(): void {}
  close(): void {}
  terminate(): void {}
}

function createBench({
  heartbeat = HEARTBEAT,
}: {
  heartbeat?: Parameters<typeof greet>[0]['options']['heartbeat'];
} = {}) {
  const clock = createStepClock();
  const socket = new RecordedSocket();
  const link = new Link(socket, clock, silentTraffic(), { pingTaken: () => {}, pingAnswered: () => {} });
  const told: string[] = [];
  const disposers: (() => void)[] = [];
  let held = false;
  greet(
    { link, requests: ['a', 'b', 'c'], options: { 'request-interval': DAY, heartbeat }, isHeld: () => held, clock },
    {
      sendBack: ({ type }) => told.push(type),
      guard: (handler) => handler,
      onEnd: (dispose) => disposers.push(dispose),
    },
  );
  return {
    clock,
    socket,
    link,
    told,
    hold: (now: boolean) => {
      held = now;
    },
    end: () => {
      for (const dispose of disposers) dispose();
    },
  };
}

describe('a greeting', () => {
  test('sends its requests one by one, at its interval, and says when it is done', async () => {
    const { clock, socket, link, told } = createBench({ heartbeat: false });
    expect(socket.frames).toEqual(['a']);
    await clock.advance(DAY);
    expect(socket.frames).toEqual(['a', 'b']);
    await clock.advance(DAY);
    link.pong('');
    expect([socket.frames, told]).toEqual([['a', 'b', 'c'], ['greeted']]);
  });

  test('leaves no timer behind', () => {
    const { clock, end } = createBench();
    end();
    expect(clock.pending).toBe(0);
  });

  test('notices a peer that answers no ping', async () => {
    const { clock, socket, told } = createBench();
    await clock.advance(20_000);
    socket.takePing();
    expect(socket.pings).toEqual(['beat']);
    await clock.advance(9_999);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toEqual(['greeting.unanswered']);
  });

  test('stays with a peer that answers', async () => {
    const { clock, socket, link, told } = createBench();
    for (let round = 0; round < 10; round += 1) {
      await clock.advance(20_000);
      socket.takePing();
      link.pong('beat');
      await clock.advance(10_000);
    }
    expect([socket.pings.length, told]).toEqual([10, []]);
  });

  test('takes any message for an answer', async () => {
    const { clock, socket, link, told } = createBench();
    await clock.advance(20_000);
    socket.takePing();
    link.frames([{ data: Buffer.from('welcome'), binary: false }]);
    await clock.advance(10_000);
    expect(told).toEqual([]);
  });

  test('gives the whole time to a ping that left our queue late', async () => {
    const { clock, socket, told } = createBench();
    await clock.advance(25_000);
    socket.takePing();
    await clock.advance(9_999);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toEqual(['greeting.unanswered']);
  });

  test('waits while a slow peer still reads', async () => {
    const { clock, socket, told } = createBench();
    socket.queuedBytes = 100;
    await clock.advance(20_000);
    for (let round = 1; round <= 10; round += 1) {
      socket.takenBytes = round;
      await clock.advance(10_000);
    }
    expect(told).toEqual([]);
    await clock.advance(10_000);
    expect(told).toEqual(['greeting.unanswered']);
  });

  test('judges nothing while reading is held, and asks afresh afterwards', async () => {
    const { clock, socket, told, hold } = createBench();
    await clock.advance(20_000);
    socket.takePing();
    hold(true);
    await clock.advance(1e6);
    expect(told).toEqual([]);
    hold(false);
    await clock.advance(30_000);
    expect(told).toEqual(['greeting.unanswered']);
  });

  test.each([false, { ...HEARTBEAT, action: 'log-only' }] as const)(
    'judges nothing with heartbeat %j',
    async (heartbeat) => {
      const { clock, socket, told } = createBench({ heartbeat });
      await clock.advance(1e6);
      expect([socket.pings, told]).toEqual([[], []]);
    },
  );
});
