import { describe, expect, test } from 'vitest';
import type { ConnectionInput, ScriptStep } from '../../machines/connection.ts';
import { ConnectionBench, EXPECTS, RESET, SENDS } from './connection-bench.ts';

const ASKS: ScriptStep = { sends: true, expects: true, within: 5_000 };
const UNMET = { kind: 'greeting', message: 'step 1: the reply was not received in time' };

function greeting(script: readonly ScriptStep[], settings: Partial<ConnectionInput> = {}): Promise<ConnectionBench> {
  return new ConnectionBench({ script, ...settings }).open();
}

/** The script of a new socket: what is sent, and which replies it needs. */
export function describeGreeting(): void {
  describe('greeting', () => {
    test('starts once the socket is open and has no timeout of its own', async () => {
      const bench = await greeting([SENDS]);
      await bench.clock.advance(1e6);
      expect([bench.paths, bench.running]).toEqual([['linked.greeting.sending'], ['socket 1', 'greeting']]);
    });

    test('is not live yet', async () => {
      const bench = await greeting([SENDS]);
      expect([bench.calls, bench.commands, bench.context.lives]).toEqual([['announceStarted'], [], 0]);
    });

    test('that is done makes the connection live', async () => {
      const bench = await greeting([SENDS]);
      bench.send({ type: 'step.sent' });
      expect([bench.calls, bench.commands]).toEqual([['announceStarted', 'announceLive'], ['1:live']]);
      expect([bench.running, bench.context.lives]).toEqual([['socket 1'], 1]);
    });

    test('without a script is over at once', async () => {
      const bench = await greeting([]);
      expect([bench.region('flow'), bench.said, bench.running]).toEqual(['flowing', [], ['socket 1']]);
    });

    test('sends step by step', async () => {
      const bench = await greeting([SENDS, SENDS]);
      expect(bench.said).toEqual(['send 0']);
      bench.send({ type: 'step.sent' });
      expect(bench.said).toEqual(['send 0', 'send 1']);
      bench.send({ type: 'step.sent' });
      expect(bench.region('flow')).toBe('flowing');
    });

    test('begins with the first step on every socket', async () => {
      const bench = await greeting([SENDS, SENDS]);
      bench.send({ type: 'step.sent' });
      bench.lose();
      await bench.untilDial();
      await bench.open();
      expect([bench.said, bench.context.step, bench.context.hasSent]).toEqual([
        ['send 0', 'send 1', 'send 0'],
        0,
        false,
      ]);
    });

    test('in which the peer falls silent is a lost connection', async () => {
      const bench = await greeting([EXPECTS]);
      bench.send({ type: 'greeting.unanswered' });
      expect([bench.paths, bench.running, bench.context.cause]).toEqual([
        ['backoff.normal'],
        [],
        { kind: 'silence', judge: 'heartbeat' },
      ]);
    });

    test.each([
      ['sending', [SENDS]],
      ['expecting', [EXPECTS]],
    ] as const)('that is lost while %s is a lost connection', async (_state, script) => {
      const bench = await greeting(script);
      bench.lose();
      expect([bench.paths, bench.running]).toEqual([['backoff.normal'], []]);
    });

    test.each([
      ['sending', [SENDS]],
      ['expecting', [EXPECTS]],
    ] as const)('whose step fails while %s is a lost attempt with its message', async (_state, script) => {
      const bench = await greeting(script);
      bench.send({ type: 'step.failed', message: 'nothing at /session' });
      expect([bench.paths, bench.running, bench.context.cause]).toEqual([
        ['backoff.normal'],
        [],
        { kind: 'greeting', message: 'nothing at /session' },
      ]);
    });

    test('that fails owes nothing, whatever the socket before it owed', async () => {
      const bench = await greeting([SENDS]);
      bench.lose(RESET, true);
      await bench.untilDial();
      await bench.open();
      bench.send({ type: 'step.failed', message: 'nothing at /session' });
      expect(bench.context.owing).toBe(false);
    });

    test('that fails again and again is tried again and again, and never fatal', async () => {
      const bench = new ConnectionBench({ script: [EXPECTS] });
      for (let attempt = 1; attempt <= 10; attempt += 1) {
        await bench.open();
        bench.send({ type: 'step.failed', message: 'nothing at /session' });
        expect([bench.paths, bench.context.attempt]).toEqual([['backoff.normal'], attempt]);
        await bench.untilDial();
      }
    });

    test('that fails counts as an attempt, of which there may be a most', async () => {
      const bench = await greeting([EXPECTS], { maxAttempts: 1 });
      await bench.clock.advance(10_000);
      expect([bench.paths, bench.snapshot.output]).toEqual([['failed'], { outcome: 'failed', cause: UNMET }]);
    });
  });

  describe('the interval between requests', () => {
    test('is kept between two sends, with none after the last', async () => {
      const bench = await greeting([SENDS, SENDS], { requestInterval: 1_000 });
      bench.send({ type: 'step.sent' });
      await bench.clock.advance(999);
      expect([bench.paths, bench.said]).toEqual([['linked.greeting.pacing'], ['send 0']]);
      await bench.clock.advance(1);
      expect(bench.said).toEqual(['send 0', 'send 1']);
      bench.send({ type: 'step.sent' });
      expect(bench.region('flow')).toBe('flowing');
    });

    test('is kept after a reply too', async () => {
      const bench = await greeting([ASKS, SENDS], { requestInterval: 1_000 });
      bench.send({ type: 'step.sent' });
      bench.send({ type: 'step.answered' });
      expect(bench.paths).toEqual(['linked.greeting.pacing']);
    });

    test('does not hold back the first send behind a reply', async () => {
      const bench = await greeting([EXPECTS, SENDS], { requestInterval: 1_000 });
      bench.send({ type: 'step.answered' });
      expect(bench.said).toEqual(['expect 0', 'send 1']);
    });

    test('does not hold back a step that sends nothing', async () => {
      const bench = await greeting([SENDS, EXPECTS], { requestInterval: 1_000 });
      bench.send({ type: 'step.sent' });
      expect([bench.paths, bench.said]).toEqual([['linked.greeting.expecting.waiting'], ['send 0', 'expect 1']]);
    });
  });

  describe('expecting a reply', () => {
    test('begins at once where a step sends nothing', async () => {
      const bench = await greeting([EXPECTS]);
      expect([bench.paths, bench.said]).toEqual([['linked.greeting.expecting.waiting'], ['expect 0']]);
    });

    test('begins when the text of the step is sent', async () => {
      const bench = await greeting([ASKS]);
      expect(bench.said).toEqual(['send 0']);
      bench.send({ type: 'step.sent' });
      expect([bench.paths, bench.said]).toEqual([['linked.greeting.expecting.waiting'], ['send 0', 'expect 0']]);
    });

    test('is followed by the next step', async () => {
      const bench = await greeting([EXPECTS, EXPECTS]);
      bench.send({ type: 'step.answered' });
      expect(bench.said).toEqual(['expect 0', 'expect 1']);
      bench.send({ type: 'step.answered' });
      expect(bench.region('flow')).toBe('flowing');
    });

    test('takes as long as the step says, and then fails the attempt', async () => {
      const bench = await greeting([{ ...EXPECTS, within: 3_000 }]);
      await bench.clock.advance(2_999);
      expect(bench.paths).toEqual(['linked.greeting.expecting.waiting']);
      await bench.clock.advance(1);
      expect([bench.paths, bench.running, bench.context.cause]).toEqual([['backoff.normal'], [], UNMET]);
    });

    test('owes nothing when it fails, whatever the socket before it owed', async () => {
      const bench = await greeting([EXPECTS]);
      bench.lose(RESET, true);
      await bench.untilDial();
      await bench.open();
      await bench.clock.advance(10_000);
      expect([bench.context.cause, bench.context.owing]).toEqual([UNMET, false]);
    });

    test('has its own time for each step', async () => {
      const bench = await greeting([EXPECTS, EXPECTS]);
      await bench.clock.advance(9_000);
      bench.send({ type: 'step.answered' });
      await bench.clock.advance(9_000);
      expect(bench.paths).toEqual(['linked.greeting.expecting.waiting']);
    });

    test('looks once more for what waited in the system', async () => {
      const bench = await greeting([EXPECTS]);
      let paths: string[] = [];
      await bench.atLastLook(10_000, () => {
        paths = bench.paths;
        bench.send({ type: 'step.answered' });
      });
      expect([paths, bench.region('flow')]).toEqual([['linked.greeting.expecting.doubting'], 'flowing']);
    });

    test('judges nothing while reading is paused, and waits on afterwards', async () => {
      const bench = await greeting([EXPECTS]);
      await bench.clock.advance(9_000);
      bench.send({ type: 'pause' });
      await bench.clock.advance(1e6);
      expect(bench.paths).toEqual(['linked.greeting.expecting.suspended']);
      bench.send({ type: 'resume' });
      await bench.clock.advance(9_999);
      expect(bench.paths).toEqual(['linked.greeting.expecting.waiting']);
      await bench.clock.advance(1);
      expect(bench.context.cause).toEqual(UNMET);
    });

    test('judges nothing when reading pauses before the last look', async () => {
      const bench = await greeting([EXPECTS]);
      await bench.atLastLook(10_000, () => bench.send({ type: 'pause' }));
      expect([bench.paths, bench.context.cause]).toEqual([['linked.greeting.expecting.suspended'], null]);
    });

    test('starts suspended where reading was paused before', async () => {
      const bench = new ConnectionBench({ script: [EXPECTS] });
      bench.outside.held = true;
      await bench.open();
      await bench.clock.advance(1e6);
      expect(bench.paths).toEqual(['linked.greeting.expecting.suspended']);
    });

    test('ends with a reply that came before reading was paused', async () => {
      const bench = await greeting([EXPECTS]);
      bench.send({ type: 'pause' });
      bench.send({ type: 'step.answered' });
      expect(bench.region('heartbeat')).toBe('off');
    });
  });
}
