import { describe, expect, test } from 'vitest';
import { ConnectionBench } from './connection-bench.ts';

const STARVED = { kind: 'silence', judge: 'no-data-timeout' };

/** The other regions of a live connection: pulse, watch, stability, flow; and what it passes on. */
export function describeWatching(): void {
  describe('a live connection', () => {
    test.each([
      ['outlet.blocked', 'announceBlocked'],
      ['outlet.unblocked', 'announceUnblocked'],
      ['outlet.rejected', 'announceRejected'],
    ] as const)('passes %s on, and nothing of it changes', async (type, announced) => {
      const bench = await new ConnectionBench().live();
      const before = bench.paths;
      bench.socket({ type });
      expect([bench.calls.at(-1), bench.paths]).toEqual([announced, before]);
    });
  });

  describe("the application's heartbeat", () => {
    test('is off without an interval', async () => {
      const bench = await new ConnectionBench().live();
      await bench.clock.advance(1e6);
      expect([bench.region('pulse'), bench.commands]).toEqual(['off', ['1:live']]);
    });

    test('is sent first when live, then every interval', async () => {
      const bench = await new ConnectionBench({ pulseInterval: 60_000 }).live();
      expect(bench.commands).toEqual(['1:live', '1:pulse']);
      await bench.clock.advance(59_999);
      expect(bench.commands).toHaveLength(2);
      await bench.clock.advance(1);
      expect(bench.commands).toHaveLength(3);
      await bench.clock.advance(60_000);
      expect(bench.commands).toEqual(['1:live', '1:pulse', '1:pulse', '1:pulse']);
    });

    test('is not sent while the connection is down', async () => {
      const bench = await new ConnectionBench({ pulseInterval: 1_000, initialBackoff: 30_000 }).live();
      bench.lose();
      await bench.clock.advance(29_000);
      expect([bench.paths, bench.commands]).toEqual([['backoff.normal'], ['1:live', '1:pulse']]);
    });

    test('begins anew with the next live socket', async () => {
      const bench = await new ConnectionBench({ pulseInterval: 60_000 }).live();
      await bench.clock.advance(30_000);
      bench.lose();
      await bench.untilDial();
      await bench.live();
      expect(bench.commands).toEqual(['1:live', '1:pulse', '2:live', '2:pulse']);
    });

    test('goes on while reading is paused', async () => {
      const bench = await new ConnectionBench({ pulseInterval: 60_000 }).live();
      bench.send({ type: 'pause' });
      await bench.clock.advance(60_000);
      expect(bench.commands).toEqual(['1:live', '1:pulse', '1:pulse']);
    });
  });

  describe('the watch for messages', () => {
    const watched = () => new ConnectionBench({ noDataTimeout: 5_000 }).live();

    test('is off without a timeout', async () => {
      const bench = await new ConnectionBench().live();
      await bench.clock.advance(1e6);
      expect([bench.region('watch'), bench.sockets]).toEqual(['off', 1]);
    });

    test('leaves a connection without a message for the timeout', async () => {
      const bench = await watched();
      await bench.clock.advance(4_999);
      expect(bench.region('watch')).toBe('fed');
      await bench.clock.advance(1);
      expect([bench.paths, bench.running, bench.context.cause]).toEqual([['backoff.normal'], [], STARVED]);
    });

    test('stays with a connection that brings messages', async () => {
      const bench = await watched();
      bench.outside.fed = true;
      await bench.clock.advance(100_000);
      expect([bench.region('watch'), bench.sockets]).toEqual(['fed', 1]);
    });

    test('looks once more for what waited in the system', async () => {
      const bench = await watched();
      let state: string | undefined;
      await bench.atLastLook(5_000, () => {
        state = bench.region('watch');
        bench.outside.fed = true;
      });
      expect([state, bench.region('watch')]).toEqual(['starving', 'fed']);
    });

    test('judges nothing while reading is paused', async () => {
      const bench = await watched();
      bench.send({ type: 'pause' });
      await bench.clock.advance(1e6);
      expect([bench.region('watch'), bench.context.cause]).toEqual(['suspended', null]);
    });

    test('judges nothing when reading pauses before the last look', async () => {
      const bench = await watched();
      await bench.atLastLook(5_000, () => bench.send({ type: 'pause' }));
      expect([bench.region('watch'), bench.context.cause]).toEqual(['suspended', null]);
    });

    test('begins again when reading resumes', async () => {
      const bench = await watched();
      bench.send({ type: 'pause' });
      await bench.clock.advance(1e6);
      bench.send({ type: 'resume' });
      expect([bench.region('watch'), bench.calls.at(-1)]).toEqual(['fed', 'markFed']);
      await bench.clock.advance(4_999);
      expect(bench.region('watch')).toBe('fed');
      await bench.clock.advance(1);
      expect(bench.context.cause).toEqual(STARVED);
    });

    test('of a connection that was paused before it was live starts suspended', async () => {
      const bench = new ConnectionBench({ noDataTimeout: 5_000 });
      bench.outside.held = true;
      await bench.live();
      expect(bench.region('watch')).toBe('suspended');
    });
  });

  describe('the stability of a connection', () => {
    test('forgets the attempts only after reset-after', async () => {
      const bench = new ConnectionBench();
      await bench.dial();
      bench.lose();
      await bench.untilDial();
      await bench.live();
      await bench.clock.advance(29_999);
      expect([bench.region('stability'), bench.context.attempt, bench.context.backoffs]).toEqual(['unproven', 2, 1]);
      await bench.clock.advance(1);
      expect([bench.region('stability'), bench.context.attempt, bench.context.backoffs]).toEqual(['proven', 0, 0]);
    });

    test('starts the delays from the first again once it is proven', async () => {
      const bench = await new ConnectionBench().live();
      bench.lose();
      await bench.untilDial();
      await bench.live();
      await bench.clock.advance(30_000);
      bench.lose();
      expect(await bench.untilDial()).toBe(500);
    });

    test('does not add up over several sockets', async () => {
      const bench = await new ConnectionBench().live();
      await bench.clock.advance(20_000);
      bench.lose();
      await bench.untilDial();
      await bench.live();
      await bench.clock.advance(20_000);
      expect(bench.region('stability')).toBe('unproven');
    });
  });

  describe('the flow of a connection', () => {
    test('reads until it is paused', async () => {
      const bench = await new ConnectionBench().live();
      expect(bench.region('flow')).toBe('flowing');
      bench.send({ type: 'pause' });
      expect(bench.region('flow')).toBe('paused');
      bench.send({ type: 'resume' });
      expect(bench.region('flow')).toBe('flowing');
    });

    test('warns once of a pause of ten seconds', async () => {
      const bench = await new ConnectionBench().live();
      bench.send({ type: 'pause' });
      await bench.clock.advance(9_999);
      expect(bench.calls).not.toContain('warnLongPause');
      await bench.clock.advance(100_000);
      expect(bench.calls.filter((call) => call === 'warnLongPause')).toHaveLength(1);
    });

    test('warns of no pause that was shorter', async () => {
      const bench = await new ConnectionBench().live();
      for (let round = 0; round < 3; round += 1) {
        bench.send({ type: 'pause' });
        await bench.clock.advance(9_000);
        bench.send({ type: 'resume' });
      }
      await bench.clock.advance(100_000);
      expect(bench.calls).not.toContain('warnLongPause');
    });
  });
}
