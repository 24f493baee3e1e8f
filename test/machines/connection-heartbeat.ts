import { describe, expect, test } from 'vitest';
import type { ConnectionInput } from '../../machines/connection.ts';
import { ConnectionBench } from './connection-bench.ts';

const HEARTBEAT = { pingInterval: 20_000, pingTimeout: 10_000 };
const SILENCE = { kind: 'silence', judge: 'heartbeat' };

/** Live at the instant 0, with a heartbeat. */
function liveBench(settings: Partial<ConnectionInput> = {}): Promise<ConnectionBench> {
  return new ConnectionBench({ ...HEARTBEAT, resetAfter: 1e9, ...settings }).live();
}

async function pinged(settings: Partial<ConnectionInput> = {}): Promise<ConnectionBench> {
  const bench = await liveBench(settings);
  await bench.clock.advance(20_000);
  return bench;
}

async function probing(settings: Partial<ConnectionInput> = {}): Promise<ConnectionBench> {
  const bench = await pinged(settings);
  bench.socket({ type: 'ping.taken' });
  return bench;
}

async function graced(): Promise<ConnectionBench> {
  const bench = await probing();
  bench.outside.loopBlocked = true;
  await bench.clock.advance(10_000);
  return bench;
}

/** Proof of life, judged only while we read. */
export function describeHeartbeat(): void {
  describe('the heartbeat', () => {
    test('is off without an interval', async () => {
      const bench = await liveBench({ pingInterval: null });
      await bench.clock.advance(1e6);
      expect([bench.region('heartbeat'), bench.commands]).toEqual(['off', ['1:live']]);
    });

    test('sends a ping after the interval, not before', async () => {
      const bench = await liveBench();
      await bench.clock.advance(19_999);
      expect([bench.region('heartbeat'), bench.commands]).toEqual(['quiet', ['1:live']]);
      await bench.clock.advance(1);
      expect([bench.region('heartbeat'), bench.commands]).toEqual(['queued', ['1:live', '1:ping']]);
    });

    test('starts its timeout when the ping leaves the queue', async () => {
      const bench = await pinged();
      await bench.clock.advance(9_000);
      bench.socket({ type: 'ping.taken' });
      await bench.clock.advance(9_999);
      expect(bench.region('heartbeat')).toBe('probing');
      await bench.clock.advance(1);
      expect(bench.context.cause).toEqual(SILENCE);
    });

    test('waits for the next interval once it is answered', async () => {
      const bench = await probing();
      await bench.clock.advance(5_000);
      bench.socket({ type: 'ping.answered' });
      await bench.clock.advance(19_999);
      expect(bench.commands).toEqual(['1:live', '1:ping']);
      await bench.clock.advance(1);
      expect(bench.commands).toEqual(['1:live', '1:ping', '1:ping']);
    });

    test('takes an answer while the ping seems queued', async () => {
      const bench = await pinged();
      bench.socket({ type: 'ping.answered' });
      expect(bench.region('heartbeat')).toBe('quiet');
    });

    test('leaves a silent peer after interval and timeout, and disposes its socket', async () => {
      const bench = await probing();
      await bench.clock.advance(9_999);
      expect(bench.running).toEqual(['socket 1']);
      await bench.clock.advance(1);
      expect([bench.paths, bench.running, bench.context.cause]).toEqual([['backoff.normal'], [], SILENCE]);
    });

    test('never leaves a quiet peer that answers', async () => {
      const bench = await probing();
      for (let round = 0; round < 50; round += 1) {
        bench.socket({ type: 'ping.answered' });
        await bench.clock.advance(20_000);
        bench.socket({ type: 'ping.taken' });
      }
      expect([bench.region('heartbeat'), bench.sockets]).toEqual(['probing', 1]);
    });

    test('waits for a queued ping as long as the peer takes bytes', async () => {
      const bench = await pinged();
      bench.outside.progressed = true;
      await bench.clock.advance(100_000);
      expect([bench.region('heartbeat'), bench.commands]).toEqual(['queued', ['1:live', '1:ping']]);
    });

    test('waits for an answer as long as the peer takes bytes, and begins to judge anew each time', async () => {
      const bench = await probing();
      bench.outside.progressed = true;
      await bench.clock.advance(20_000);
      expect([bench.region('heartbeat'), bench.commands]).toEqual(['probing', ['1:live', '1:ping']]);
      expect(bench.calls.filter((call) => call === 'markProgress')).toHaveLength(2);
    });

    test('leaves a peer that takes no byte for the timeout', async () => {
      const bench = await pinged();
      bench.outside.progressed = true;
      await bench.clock.advance(10_000);
      bench.outside.progressed = false;
      await bench.clock.advance(9_999);
      expect(bench.region('heartbeat')).toBe('queued');
      await bench.clock.advance(1);
      expect(bench.context.cause).toEqual(SILENCE);
    });
  });

  describe('a heartbeat whose event loop stood still', () => {
    test('asks once more', async () => {
      const bench = await graced();
      expect([bench.region('heartbeat'), bench.commands]).toEqual(['graced', ['1:live', '1:ping', '1:grace-ping']]);
    });

    test('goes on when the grace ping is answered', async () => {
      const bench = await graced();
      bench.socket({ type: 'ping.answered' });
      expect(bench.region('heartbeat')).toBe('quiet');
    });

    test('has one grace ping only', async () => {
      const bench = await graced();
      await bench.clock.advance(10_000);
      expect([bench.paths, bench.context.cause]).toEqual([['backoff.normal'], SILENCE]);
    });

    test('judges nothing when reading pauses after the grace ping', async () => {
      const bench = await graced();
      bench.send({ type: 'pause' });
      await bench.clock.advance(1e6);
      expect(bench.region('heartbeat')).toBe('suspended');
    });
  });

  describe('the last look of the heartbeat', () => {
    test('comes when the timeout is over', async () => {
      const bench = await probing();
      let state: string | undefined;
      await bench.atLastLook(10_000, () => {
        state = bench.region('heartbeat');
      });
      expect(state).toBe('doubting');
    });

    test('takes an answer that waited in the system', async () => {
      const bench = await probing();
      await bench.atLastLook(10_000, () => bench.socket({ type: 'ping.answered' }));
      expect([bench.region('heartbeat'), bench.context.cause]).toEqual(['quiet', null]);
    });

    test('judges nothing when reading pauses', async () => {
      const bench = await probing();
      await bench.atLastLook(10_000, () => bench.send({ type: 'pause' }));
      expect([bench.region('heartbeat'), bench.context.cause]).toEqual(['suspended', null]);
    });

    test('only warns with log-only, and the connection goes on', async () => {
      const bench = await probing({ logOnly: true });
      await bench.clock.advance(10_000);
      expect([bench.region('heartbeat'), bench.calls.at(-1), bench.context.cause]).toEqual([
        'quiet',
        'warnSilence',
        null,
      ]);
    });

    test('with log-only is followed by the next ping after the interval', async () => {
      const bench = await probing({ logOnly: true });
      await bench.clock.advance(30_000);
      expect(bench.commands).toEqual(['1:live', '1:ping', '1:ping']);
    });
  });

  describe('a paused connection', () => {
    test.each([
      ['quiet', liveBench],
      ['queued', pinged],
      ['probing', probing],
    ] as const)('is not judged from %s on', async (state, make) => {
      const bench = await make();
      expect(bench.region('heartbeat')).toBe(state);
      bench.send({ type: 'pause' });
      await bench.clock.advance(1e6);
      expect([bench.region('heartbeat'), bench.sockets, bench.context.cause]).toEqual(['suspended', 1, null]);
    });

    test('is asked afresh as soon as it resumes', async () => {
      const bench = await probing();
      bench.send({ type: 'pause' });
      await bench.clock.advance(1e6);
      bench.send({ type: 'resume' });
      expect([bench.region('heartbeat'), bench.commands]).toEqual(['queued', ['1:live', '1:ping', '1:ping']]);
    });

    test('has the whole timeout again once it resumes', async () => {
      const bench = await probing();
      await bench.clock.advance(9_999);
      bench.send({ type: 'pause' });
      await bench.clock.advance(1e6);
      bench.send({ type: 'resume' });
      bench.socket({ type: 'ping.taken' });
      await bench.clock.advance(9_999);
      expect(bench.region('heartbeat')).toBe('probing');
    });

    test('that was paused before it was live starts suspended', async () => {
      const bench = new ConnectionBench(HEARTBEAT);
      bench.outside.held = true;
      await bench.live();
      expect([bench.region('heartbeat'), bench.region('flow')]).toEqual(['suspended', 'paused']);
    });
  });
}
