// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { describe, expect, test } from 'vitest';
import type { GreetingCommand } from '../../machines/connection.ts';
import { greet } from '../../src/actors/greeting.ts';
import { Link } from '../../src/actors/link.ts';
import { ReceivedValue } from '../../src/actors/received-value.ts';
import { createRedaction } from '../../src/actors/redaction.ts';
import { Script } from '../../src/actors/script.ts';
import { compileRequest } from '../../src/config/template.ts';
import { createStepClock } from '../../src/testing/step-clock.ts';
import type { PreparedStep } from '../../src/transport/handshake.ts';
import { RecordedWire } from '../sinks/recorded-wire.ts';
import { silentTraffic } from './silent-traffic.ts';

const HEARTBEAT = { 'ping-interval': 20_000, timeout: 10_000, action: 'reconnect', payload: 'beat' } as const;

function reply(text: string): ReceivedValue {
  return new ReceivedValue({ data: Buffer.from(text), binary: false });
}

class RecordedSocket extends RecordedWire {
  pause(): void {}
  resume(): void {}
  close(): void {}
  terminate(): void {}
}

const SCRIPT: readonly PreparedStep[] = [
  { send: compileRequest('first'), within: 1, extract: {} },
  { expect: [{ pointer: '/id', exists: true }], within: 1, extract: { id: '/id' } },
  { send: compileRequest('{"id":"${id}"}', new Set(['id'])), within: 1, extract: {} },
  { send: compileRequest('text ${id}', new Set(['id'])), within: 1, extract: {} },
];

function createBench({
  heartbeat = HEARTBEAT,
}: {
  heartbeat?: Parameters<typeof greet>[0]['options']['heartbeat'];
} = {}) {
  const clock = createStepClock();
  const socket = new RecordedSocket();
  const link = new Link(socket, clock, silentTraffic(), { pingTaken: () => {}, pingAnswered: () => {} });
  const script = new Script({
    steps: SCRIPT,
    environment: { clock, now: () => clock.now() },
    redaction: createRedaction(),
  });
  const told: unknown[] = [];
  const disposers: (() => void)[] = [];
  let held = false;
  let command: (event: GreetingCommand) => void = () => {};
  greet(
    { link, script, options: { heartbeat }, isHeld: () => held, clock },
    {
      receive: (handler) => {
        command = handler;
      },
      sendBack: (event) => told.push(event),
      guard: (handler) => handler,
      onEnd: (dispose) => disposers.push(dispose),
    },
  );
  return {
    clock,
    socket,
    link,
    script,
    told,
    command: (type: GreetingCommand['type'], step: number) => command({ type, step }),
    hold: (now: boolean) => {
      held = now;
    },
    end: () => {
      for (const dispose of disposers) dispose();
    },
  };
}

const UNANSWERED = { type: 'greeting.unanswered' };

describe('a greeting', () => {
  test('sends the text of a step when it is told to, and says so', () => {
    const { socket, told, command } = createBench();
    expect(socket.frames).toEqual([]);
    command('send', 0);
    expect([socket.frames, told]).toEqual([['first'], [{ type: 'step.sent' }]]);
  });

  test('says when the expected reply is there, once', () => {
    const { script, told, command } = createBench();
    command('expect', 1);
    script.take(reply('{"id":7}'));
    expect([told, script.awaits(reply('{"id":7}'))]).toEqual([[{ type: 'step.answered' }], false]);
  });

  test('sends what was extracted, with its type', () => {
    const { socket, script, command } = createBench();
    command('expect', 1);
    script.take(reply('{"id":12345678901234567890}'));
    command('send', 2);
    command('send', 3);
    expect(socket.frames).toEqual(['{"id":12345678901234567890}', 'text 12345678901234567890']);
  });

  test('says what is missing in a reply', () => {
    const { script, told, command } = createBench();
    command('expect', 1);
    script.take(reply('{"type":"welcome"}'));
    expect(told).toEqual([{ type: 'step.failed', message: 'step 2: the reply has nothing at /id to extract as id' }]);
  });

  test('sends null where JSON has it, and says where text has not', () => {
    const { socket, script, told, command } = createBench();
    command('expect', 1);
    script.take(reply('{"id":null}'));
    command('send', 2);
    command('send', 3);
    expect([socket.frames, told.at(-1)]).toEqual([
      ['{"id":null}'],
      { type: 'step.failed', message: 'step 4: ${id} has no value: what was extracted is null' },
    ]);
  });

  test('says what cannot be written because it is nested too deep', () => {
    const { script, told, command } = createBench();
    command('expect', 1);
    script.take(reply(`{"id":${'['.repeat(100_000)}${']'.repeat(100_000)}}`));
    command('send', 2);
    expect(told.at(-1)).toEqual({
      type: 'step.failed',
      message: 'step 3: what was extracted is nested too deep',
    });
  });

  test('that has ended expects nothing any more', () => {
    const { script, command, end } = createBench();
    command('expect', 1);
    end();
    expect(script.expects).toBe(false);
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
    expect(told).toEqual([UNANSWERED]);
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
    expect(told).toEqual([UNANSWERED]);
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
    expect(told).toEqual([UNANSWERED]);
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
    expect(told).toEqual([UNANSWERED]);
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
