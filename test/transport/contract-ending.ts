import { describe, expect, test } from 'vitest';
import { binary, type Fleet, text } from './ends.ts';

export function describeEnding(fleet: () => Fleet): void {
  describe('ending', () => {
    const closes = [
      { code: 1000, reason: '' },
      { code: 1001, reason: 'going away' },
      { code: 1005, reason: '' },
      { code: 3999, reason: 'über' },
      { code: 4000, reason: 'because' },
    ];
    for (const { code, reason } of closes) {
      test(`a close with ${code} '${reason}' by the dialling side is told at both ends`, async () => {
        const { client, server } = await fleet().pair();
        client.socket.close(code, reason);
        await fleet().network.until(server.heard.hears('lost'));
        await fleet().network.until(client.heard.hears('lost'));
        expect(server.heard.loss).toEqual({ kind: 'close', code, reason });
        expect(client.heard.loss).toEqual({ kind: 'close', code, reason });
      });

      test(`a close with ${code} '${reason}' by the accepting side is told at both ends`, async () => {
        const { client, server } = await fleet().pair();
        server.socket.close(code, reason);
        await fleet().network.until(client.heard.hears('lost'));
        await fleet().network.until(server.heard.hears('lost'));
        expect(client.heard.loss).toEqual({ kind: 'close', code, reason });
        expect(server.heard.loss).toEqual({ kind: 'close', code, reason });
      });
    }

    test('a code that may not be sent closes without one', async () => {
      const { client, server } = await fleet().pair();
      client.socket.close(1006, 'not for the wire');
      await fleet().network.until(server.heard.hears('lost'));
      expect(server.heard.loss).toEqual({ kind: 'close', code: 1005, reason: '' });
    });

    test('a reason that is too long is cut between characters', async () => {
      const { client, server } = await fleet().pair();
      client.socket.close(4001, '€'.repeat(100));
      await fleet().network.until(server.heard.hears('lost'));
      expect(server.heard.loss).toEqual({ kind: 'close', code: 4001, reason: '€'.repeat(41) });
    });

    test('both ends may close at the same time', async () => {
      const { client, server } = await fleet().pair();
      client.socket.close(4001, '');
      server.socket.close(4002, '');
      await fleet().network.until(client.heard.hears('lost'));
      await fleet().network.until(server.heard.hears('lost'));
      expect(client.heard.loss).toEqual({ kind: 'close', code: 4002, reason: '' });
      expect(server.heard.loss).toEqual({ kind: 'close', code: 4001, reason: '' });
    });

    test('a second close changes nothing', async () => {
      const { client, server } = await fleet().pair();
      client.socket.close(4001, '');
      client.socket.close(4002, '');
      await fleet().network.until(server.heard.hears('lost'));
      expect(server.heard.loss).toMatchObject({ code: 4001 });
    });

    test('a large queue is sent whole before the close', async () => {
      const { client, server } = await fleet().pair();
      client.socket.write(Array.from({ length: 64 }, () => binary(Buffer.alloc(64 * 1024))));
      client.socket.close(1000, '');
      await fleet().network.until(server.heard.hears('lost'));
      expect(server.heard.received).toHaveLength(64);
    });

    test('what is written after a close is not sent', async () => {
      const { client, server } = await fleet().pair();
      client.socket.close(1000, '');
      client.socket.write([text('too late')]);
      client.socket.ping('too late');
      await fleet().network.until(server.heard.hears('lost'));
      expect(server.heard.types).toEqual(['lost']);
      expect(server.heard.loss).toMatchObject({ code: 1000 });
    });

    test('frames that arrive during the close handshake are delivered', async () => {
      const { client, server } = await fleet().pair();
      server.socket.write([text('crossing')]);
      client.socket.close(1000, '');
      await fleet().network.until(client.heard.hears('lost'));
      expect(client.heard.texts).toEqual(['crossing']);
    });

    test('a close while paused is done when the socket resumes', async () => {
      const { client, server, harbour } = await fleet().pair();
      client.socket.pause();
      client.socket.close(1000, '');
      await fleet().roundTrip(harbour);
      expect(client.heard.types).not.toContain('lost');
      client.socket.resume();
      await fleet().network.until(client.heard.hears('lost'));
      await fleet().network.until(server.heard.hears('lost'));
      expect(client.heard.loss).toMatchObject({ code: 1000 });
    });

    test('the end of a terminated peer is 1006', async () => {
      const { client, server } = await fleet().pair();
      server.socket.terminate();
      await fleet().network.until(client.heard.hears('lost'));
      expect(client.heard.loss).toEqual({ kind: 'close', code: 1006, reason: '' });
    });

    test('a terminated socket tells nothing more', async () => {
      const { client, server } = await fleet().pair();
      const taken: string[] = [];
      server.socket.write([text('under way')]);
      client.socket.write([text('queued')], () => taken.push('queued'));
      client.socket.terminate();
      await fleet().network.until(server.heard.hears('lost'));
      expect(client.heard.types).toEqual(['connected', 'open']);
      expect(taken).toEqual([]);
    });

    test('a socket that is terminated while it hears frames tells nothing more', async () => {
      const { client, server } = await fleet().pair();
      client.heard.during = () => client.socket.terminate();
      server.socket.write([text('one')]);
      server.socket.ping('');
      server.socket.close(1000, '');
      await fleet().network.until(server.heard.hears('lost'));
      expect(client.heard.types).toEqual(['connected', 'open', 'frames']);
    });

    test('a second terminate is harmless', async () => {
      const { client, server } = await fleet().pair();
      client.socket.terminate();
      client.socket.terminate();
      await fleet().network.until(server.heard.hears('lost'));
      client.socket.terminate();
      expect(client.heard.types).toEqual(['connected', 'open']);
    });

    test('everything is harmless after the loss, and nothing follows it', async () => {
      const { client, server } = await fleet().pair();
      server.socket.close(1000, '');
      await fleet().network.until(client.heard.hears('lost'));
      const taken: string[] = [];
      client.socket.write([text('late')], () => taken.push('late'));
      client.socket.ping('late', () => taken.push('late'));
      client.socket.pause();
      client.socket.resume();
      client.socket.close(1000, '');
      client.socket.terminate();
      await fleet().network.until(server.heard.hears('lost'));
      expect(client.heard.types).toEqual(['connected', 'open', 'lost']);
      expect([taken, client.socket.queuedBytes]).toEqual([[], 0]);
    });

    test('a listener that closes ends its connections with 1006 at both ends', async () => {
      const { client, server, harbour } = await fleet().pair();
      await fleet().network.until(harbour.listener.close());
      expect(server.heard.loss).toEqual({ kind: 'close', code: 1006, reason: '' });
      await fleet().network.until(client.heard.hears('lost'));
      expect(client.heard.loss).toEqual({ kind: 'close', code: 1006, reason: '' });
    });

    test('a listener may be closed twice', async () => {
      const { listener } = await fleet().listen();
      await fleet().network.until(Promise.all([listener.close(), listener.close()]));
    });
  });
}
