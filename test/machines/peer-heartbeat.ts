import { describe, expect, test } from 'vitest';
import type { PeerInput } from '../../machines/peer.ts';
import { PeerBench } from './peer-bench.ts';

const HEARTBEAT = { pingInterval: 20_000, pingTimeout: 10_000 };

function live(settings: Partial<PeerInput> = {}): PeerBench {
  return new PeerBench({ ...HEARTBEAT, ...settings });
}

/** A ping has just been sent. */
async function pinged(settings: Partial<PeerInput> = {}): Promise<PeerBench> {
  const bench = live(settings);
  await bench.clock.advance(20_000);
  return bench;
}

async function suspended(): Promise<PeerBench> {
  const bench = await pinged();
  bench.send({ type: 'pause' });
  await bench.clock.advance(1e6);
  return bench;
}

/** Proof of life, judged only while we read. */
export function describeHeartbeat(): void {
  describe('the heartbeat of a peer', () => {
    test('is off without an interval', async () => {
      const bench = new PeerBench();
      await bench.clock.advance(1e6);
      expect([bench.region('heartbeat'), bench.commands]).toEqual(['off', []]);
    });

    test('sends a ping after the interval, not before', async () => {
      const bench = live();
      await bench.clock.advance(19_999);
      expect([bench.region('heartbeat'), bench.commands]).toEqual(['quiet', []]);
      await bench.clock.advance(1);
      expect([bench.region('heartbeat'), bench.commands]).toEqual(['probing', ['ping']]);
    });

    test('pings a peer that has answered again after the interval', async () => {
      const bench = await pinged();
      await bench.clock.advance(5_000);
      bench.send({ type: 'ping.answered' });
      await bench.clock.advance(19_999);
      expect(bench.commands).toEqual(['ping']);
      await bench.clock.advance(1);
      expect(bench.commands).toEqual(['ping', 'ping']);
    });

    test('starts its timeout anew when the ping leaves the queue', async () => {
      const bench = await pinged();
      await bench.clock.advance(9_000);
      bench.pingLeaves();
      await bench.clock.advance(9_999);
      expect(bench.state).toBe('live');
      await bench.clock.advance(1);
      expect(bench.state).toBe('closed');
    });

    test('ends a silent peer after interval and timeout, logs it, and disposes its socket', async () => {
      const bench = await pinged();
      await bench.clock.advance(9_999);
      expect([bench.state, bench.sockets]).toEqual(['live', 1]);
      await bench.clock.advance(1);
      expect([bench.state, bench.sockets, bench.calls, bench.clock.pending]).toEqual(['closed', 0, ['logSilence'], 0]);
    });

    test('says no goodbye to a silent peer', async () => {
      const bench = await pinged();
      await bench.clock.advance(10_000);
      expect(bench.commands).toEqual(['ping']);
    });

    test('never ends a quiet peer that answers', async () => {
      const bench = await pinged();
      for (let round = 0; round < 50; round += 1) {
        bench.send({ type: 'ping.answered' });
        await bench.clock.advance(20_000);
      }
      expect([bench.state, bench.commands.length, bench.calls]).toEqual(['live', 51, []]);
    });

    test('takes a peer that still reads for slow, not for dead, and begins to judge anew each time', async () => {
      const bench = await pinged();
      bench.outside.progressed = true;
      await bench.clock.advance(20_000);
      expect([bench.state, bench.commands, bench.calls]).toEqual(['live', ['ping'], ['markProgress', 'markProgress']]);
    });

    test('ends a peer that has stopped to read', async () => {
      const bench = await pinged();
      bench.outside.progressed = true;
      await bench.clock.advance(10_000);
      bench.outside.progressed = false;
      await bench.clock.advance(9_999);
      expect(bench.state).toBe('live');
      await bench.clock.advance(1);
      expect(bench.state).toBe('closed');
    });

    test('sends another ping after a stall of our own, with the whole timeout', async () => {
      const bench = await pinged();
      bench.outside.loopBlocked = true;
      await bench.clock.advance(10_000);
      bench.outside.loopBlocked = false;
      await bench.clock.advance(9_999);
      expect([bench.state, bench.commands]).toEqual(['live', ['ping', 'ping']]);
      await bench.clock.advance(1);
      expect(bench.state).toBe('closed');
    });
  });

  describe("the last look at a peer's answer", () => {
    test('comes when the timeout is over', async () => {
      const bench = await pinged();
      let state: string | undefined;
      await bench.atLastLook(10_000, () => {
        state = bench.region('heartbeat');
      });
      expect(state).toBe('doubting');
    });

    test('takes one that waited in the system', async () => {
      const bench = await pinged();
      await bench.atLastLook(10_000, () => bench.send({ type: 'ping.answered' }));
      expect([bench.region('heartbeat'), bench.calls]).toEqual(['quiet', []]);
    });

    test('judges nothing when reading pauses', async () => {
      const bench = await pinged();
      await bench.atLastLook(10_000, () => bench.send({ type: 'pause' }));
      expect([bench.region('heartbeat'), bench.calls]).toEqual(['suspended', []]);
    });

    test('only warns with log-only, and the peer stays', async () => {
      const bench = await pinged({ logOnly: true });
      await bench.clock.advance(10_000);
      expect([bench.region('heartbeat'), bench.sockets, bench.calls]).toEqual(['quiet', 1, ['warnSilence']]);
    });

    test('with log-only is followed by the next ping after the interval', async () => {
      const bench = await pinged({ logOnly: true });
      await bench.clock.advance(29_999);
      expect(bench.commands).toEqual(['ping']);
      await bench.clock.advance(1);
      expect(bench.commands).toEqual(['ping', 'ping']);
    });
  });

  describe('the heartbeat of a peer that is not read', () => {
    test.each([
      ['quiet', async () => live()],
      ['probing', pinged],
    ] as const)('judges nothing from %s on', async (state, make) => {
      const bench = await make();
      expect(bench.region('heartbeat')).toBe(state);
      bench.send({ type: 'pause' });
      await bench.clock.advance(1e6);
      expect([bench.region('heartbeat'), bench.sockets, bench.calls]).toEqual(['suspended', 1, []]);
    });

    test('judges nothing when reading was held before it began', async () => {
      const bench = new PeerBench(HEARTBEAT, true);
      await bench.clock.advance(1e6);
      expect([bench.region('heartbeat'), bench.commands]).toEqual(['suspended', []]);
    });

    test('sends a fresh ping as soon as reading resumes', async () => {
      const bench = await suspended();
      bench.send({ type: 'resume' });
      expect([bench.region('heartbeat'), bench.commands]).toEqual(['probing', ['ping', 'ping']]);
    });

    test('gives the whole timeout again once reading resumes', async () => {
      const bench = await suspended();
      bench.send({ type: 'resume' });
      await bench.clock.advance(9_999);
      expect(bench.state).toBe('live');
      await bench.clock.advance(1);
      expect(bench.state).toBe('closed');
    });
  });
}
