import { describe, expect, test } from 'vitest';
import { PeerBench } from './peer-bench.ts';

const IDLE = 'close 1001 idle timeout';

function watched(held = false): PeerBench {
  return new PeerBench({ idleTimeout: 60_000 }, held);
}

/** Whether a peer is used, and whether it keeps up. */
export function describeActivity(): void {
  describe('the idle timeout', () => {
    test('is off when it is left out', async () => {
      const bench = new PeerBench();
      await bench.clock.advance(1e9);
      expect([bench.region('activity'), bench.state]).toEqual(['off', 'live']);
    });

    test('sends a peer without a message away with 1001, and not before it is over', async () => {
      const bench = watched();
      await bench.clock.advance(59_999);
      expect([bench.region('activity'), bench.commands]).toEqual(['used', []]);
      await bench.clock.advance(1);
      expect([bench.state, bench.commands]).toEqual(['closing', [IDLE]]);
    });

    test('begins anew with each message, in either direction', async () => {
      const bench = watched();
      await bench.clock.advance(40_000);
      bench.use();
      await bench.clock.advance(30_000);
      bench.use();
      await bench.clock.advance(59_999);
      expect([bench.region('activity'), bench.commands]).toEqual(['used', []]);
      await bench.clock.advance(1);
      expect(bench.commands).toEqual([IDLE]);
    });

    test('is not put off by an answered ping', async () => {
      const bench = new PeerBench({ idleTimeout: 60_000, pingInterval: 50_000 });
      await bench.clock.advance(50_000);
      bench.send({ type: 'ping.answered' });
      await bench.clock.advance(10_000);
      expect(bench.commands).toEqual(['ping', IDLE]);
    });

    test('has a last look, which takes a message that waited in the system', async () => {
      const bench = watched();
      let idle: boolean | undefined;
      await bench.atLastLook(60_000, () => {
        idle = bench.is('idle');
        bench.use();
      });
      expect([idle, bench.is('idle'), bench.region('activity'), bench.commands]).toEqual([true, false, 'used', []]);
    });

    test('judges nothing when reading pauses at its last look', async () => {
      const bench = watched();
      await bench.atLastLook(60_000, () => bench.send({ type: 'pause' }));
      expect([bench.region('activity'), bench.commands]).toEqual(['suspended', []]);
    });

    test('judges nothing while reading is held', async () => {
      const bench = watched();
      await bench.clock.advance(59_999);
      bench.send({ type: 'pause' });
      await bench.clock.advance(1e6);
      expect([bench.region('activity'), bench.commands]).toEqual(['suspended', []]);
    });

    test('judges nothing when reading was held before it began', async () => {
      const bench = watched(true);
      await bench.clock.advance(1e6);
      expect([bench.region('activity'), bench.commands]).toEqual(['suspended', []]);
    });

    test('is whole again once reading resumes', async () => {
      const bench = watched();
      bench.send({ type: 'pause' });
      await bench.clock.advance(1e6);
      bench.send({ type: 'resume' });
      await bench.clock.advance(59_999);
      expect(bench.commands).toEqual([]);
      await bench.clock.advance(1);
      expect(bench.commands).toEqual([IDLE]);
    });
  });

  describe('a peer whose send buffer fills', () => {
    test('keeps up at first', () => {
      const bench = new PeerBench();
      expect([bench.region('pace'), bench.is('slow')]).toEqual(['keeping', false]);
    });

    test('is slow, and stays', async () => {
      const bench = new PeerBench();
      bench.send({ type: 'slow' });
      await bench.clock.advance(1e6);
      expect([bench.region('pace'), bench.is('slow'), bench.is('live')]).toEqual(['slow', true, true]);
    });

    test('is no longer slow once it has caught up', () => {
      const bench = new PeerBench();
      bench.send({ type: 'slow' }, { type: 'caught.up' });
      expect([bench.region('pace'), bench.is('slow')]).toEqual(['keeping', false]);
    });

    test('can be slow again', () => {
      const bench = new PeerBench();
      bench.send({ type: 'slow' }, { type: 'caught.up' }, { type: 'slow' });
      expect(bench.region('pace')).toBe('slow');
    });
  });
}
