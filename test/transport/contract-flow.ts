import { describe, expect, test } from 'vitest';
import { DRAIN_MARK } from '../../src/environment.ts';
import { binary, type Fleet, text } from './ends.ts';

/** More than the systems at both ends hold. */
const FLOOD = Array.from({ length: 512 }, () => binary(Buffer.alloc(64 * 1024, 7)));

export function describeFlow(fleet: () => Fleet): void {
  describe('flow', () => {
    test('taken runs when the system has the bytes, in order', async () => {
      const { client, server } = await fleet().pair();
      const taken: string[] = [];
      await fleet().network.until(
        new Promise<void>((resolve) => {
          client.socket.write([text('a')], () => taken.push('write'));
          client.socket.ping('', () => taken.push('ping'));
          client.socket.write([], () => taken.push('nothing'));
          client.socket.write([text('b')], resolve);
          expect(taken).toEqual([]);
        }),
      );
      expect(taken).toEqual(['write', 'ping', 'nothing']);
      await fleet().network.until(server.heard.receives(2));
    });

    test('bytes are counted as queued until the system has them, then as taken', async () => {
      const { client, server } = await fleet().pair();
      const before = client.socket.takenBytes;
      const taken = new Promise<void>((resolve) => client.socket.write([text('x'.repeat(1000))], resolve));
      expect(client.socket.queuedBytes).toBe(1008);
      await fleet().network.until(taken);
      expect(client.socket.queuedBytes).toBe(0);
      expect(client.socket.takenBytes - before).toBe(1008);
      await fleet().network.until(server.heard.receives(1));
    });

    test('an accepted socket counts frames without masking keys', async () => {
      const { server } = await fleet().pair();
      const taken = new Promise<void>((resolve) => server.socket.ping('1234', resolve));
      expect(server.socket.queuedBytes).toBe(6);
      await fleet().network.until(taken);
      expect(server.socket.takenBytes).toBe(6);
    });

    test('a peer that does not read leaves bytes queued, and drained follows when it reads again', async () => {
      const { client, server, harbour } = await fleet().pair();
      server.socket.pause();
      let taken = false;
      client.socket.write(FLOOD, () => {
        taken = true;
      });
      await fleet().roundTrip(harbour);
      expect(client.socket.queuedBytes).toBeGreaterThan(DRAIN_MARK);
      expect(client.socket.takenBytes).toBeGreaterThan(0);
      expect([taken, client.heard.types]).toEqual([false, ['connected', 'open']]);
      let queuedAtDrain = Number.POSITIVE_INFINITY;
      client.heard.during = () => {
        queuedAtDrain = client.socket.queuedBytes;
      };
      server.socket.resume();
      await fleet().network.until(client.heard.hears('drained'));
      expect(queuedAtDrain).toBeLessThan(DRAIN_MARK);
      await fleet().network.until(server.heard.receives(FLOOD.length));
      expect([taken, client.socket.queuedBytes]).toEqual([true, 0]);
      expect(client.heard.types.filter((type) => type === 'drained')).toHaveLength(1);
    });

    test('a paused socket hears no frames; all arrive when it resumes', async () => {
      const { client, server, harbour } = await fleet().pair();
      client.socket.pause();
      server.socket.write([text('one'), text('two')]);
      await fleet().roundTrip(harbour);
      expect(client.heard.texts).toEqual([]);
      client.socket.resume();
      await fleet().network.until(client.heard.receives(2));
      expect(client.heard.texts).toEqual(['one', 'two']);
    });

    test('a paused socket hears no pong until it resumes', async () => {
      const { client, harbour } = await fleet().pair();
      client.socket.pause();
      client.socket.ping('9');
      await fleet().roundTrip(harbour);
      expect(client.heard.types).not.toContain('pong');
      client.socket.resume();
      await fleet().network.until(client.heard.hears('pong'));
    });

    test('a paused socket answers no ping until it resumes', async () => {
      const { client, server, harbour } = await fleet().pair();
      server.socket.pause();
      client.socket.ping('9');
      await fleet().roundTrip(harbour);
      expect(client.heard.types).not.toContain('pong');
      server.socket.resume();
      await fleet().network.until(client.heard.hears('pong'));
    });

    test('a socket that is paused before it opens hears no frames until it resumes', async () => {
      const harbour = await fleet().listen({}, (peer) => peer.socket.write([text('welcome')]));
      const client = fleet().dial(harbour.url);
      client.socket.pause();
      await fleet().network.until(client.heard.hears('open'));
      const other = fleet().dial(harbour.url);
      await fleet().network.until(other.heard.receives(1));
      expect(client.heard.texts).toEqual([]);
      client.socket.resume();
      await fleet().network.until(client.heard.receives(1));
    });

    test('a peer that is paused when it is accepted hears no frames until it resumes', async () => {
      const harbour = await fleet().listen({}, (peer) => peer.handshake.target === '/held' && peer.socket.pause());
      const client = fleet().dial(`${harbour.url}held`);
      const server = await harbour.accepted();
      client.socket.write([text('hello')]);
      await fleet().network.until(client.heard.hears('open'));
      await fleet().roundTrip(harbour);
      expect(server.heard.texts).toEqual([]);
      server.socket.resume();
      await fleet().network.until(server.heard.receives(1));
    });

    test('a paused socket sends', async () => {
      const { client, server } = await fleet().pair();
      client.socket.pause();
      client.socket.write([text('still here')]);
      await fleet().network.until(server.heard.receives(1));
      expect(server.heard.texts).toEqual(['still here']);
    });
  });
}
