import { describe, expect, test } from 'vitest';
import { packFrames } from '../../src/messages/packed-chunk.ts';
import { encodeFrames } from '../../src/transport/encoded-frames.ts';
import { binary, type Fleet, text } from './ends.ts';

export function describeFrames(fleet: () => Fleet): void {
  describe('frames', () => {
    for (const direction of ['client to server', 'server to client']) {
      const pair = async () => {
        const { client, server } = await fleet().pair();
        return direction === 'client to server' ? { from: client, to: server } : { from: server, to: client };
      };

      test(`order is kept, ${direction}`, async () => {
        const { from, to } = await pair();
        const sent = Array.from({ length: 1000 }, (_, index) => `message ${index}`);
        for (const data of sent) from.socket.write([text(data)]);
        await fleet().network.until(to.heard.receives(sent.length));
        expect(to.heard.texts).toEqual(sent);
      });

      test(`text and binary stay what they are, ${direction}`, async () => {
        const { from, to } = await pair();
        from.socket.write([text('a'), binary(Buffer.from([0, 255])), { data: Buffer.from('b'), binary: false }]);
        from.socket.write([{ data: 'c', binary: true }]);
        await fleet().network.until(to.heard.receives(4));
        expect(to.heard.received).toEqual([
          { data: Buffer.from('a'), binary: false },
          { data: Buffer.from([0, 255]), binary: true },
          { data: Buffer.from('b'), binary: false },
          { data: Buffer.from('c'), binary: true },
        ]);
      });

      test(`an empty payload arrives as a frame, ${direction}`, async () => {
        const { from, to } = await pair();
        from.socket.write([text(''), binary(Buffer.alloc(0)), text('end')]);
        await fleet().network.until(to.heard.receives(3));
        expect(to.heard.texts).toEqual(['', '', 'end']);
      });

      test(`characters of several bytes arrive whole, ${direction}`, async () => {
        const { from, to } = await pair();
        const sent = ['é', '日本語'.repeat(20), '😀'.repeat(5000), `${'a'.repeat(124)}ü`];
        from.socket.write(sent.map(text));
        await fleet().network.until(to.heard.receives(sent.length));
        expect(to.heard.texts).toEqual(sent);
      });

      test(`payloads at the edges of the length fields arrive whole, ${direction}`, async () => {
        const { from, to } = await pair();
        const lengths = [125, 126, 65_535, 65_536, 300_000];
        from.socket.write(lengths.map((length) => binary(Buffer.alloc(length, length % 251))));
        await fleet().network.until(to.heard.receives(lengths.length));
        expect(to.heard.received.map((frame) => frame.data.length)).toEqual(lengths);
        expect(to.heard.received.every(({ data }) => data.every((byte) => byte === data.length % 251))).toBe(true);
      });

      test(`all that is written within one turn arrives in one event, ${direction}`, async () => {
        const { from, to } = await pair();
        from.socket.write([text('one'), text('two')]);
        from.socket.write([text('three')]);
        await fleet().network.until(to.heard.receives(3));
        expect(to.heard.types.filter((type) => type === 'frames')).toHaveLength(1);
      });

      test(`a pong arrives behind the frames that were sent before it, ${direction}`, async () => {
        const { from, to } = await pair();
        from.socket.write([text('before')]);
        to.socket.ping('7');
        await fleet().network.until(to.heard.hears('pong'));
        expect(to.heard.types.slice(-2)).toEqual(['frames', 'pong']);
      });

      test(`frames that were sent before a close arrive before the loss, ${direction}`, async () => {
        const { from, to } = await pair();
        from.socket.write([text('last words')]);
        from.socket.close(1000, '');
        await fleet().network.until(to.heard.hears('lost'));
        expect(to.heard.types.slice(-2)).toEqual(['frames', 'lost']);
        expect(to.heard.texts).toEqual(['last words']);
      });

      test(`a ping is answered with its payload, ${direction}`, async () => {
        const { from } = await pair();
        from.socket.ping('42');
        await fleet().network.until(from.heard.hears('pong'));
        expect(from.heard.events).toContainEqual({ type: 'pong', payload: '42' });
      });

      test(`a ping travels behind the frames that were queued before it, ${direction}`, async () => {
        const { from, to } = await pair();
        const received: number[] = [];
        from.heard.during = (event) => event.type === 'pong' && received.push(to.heard.received.length);
        from.socket.write(Array.from({ length: 500 }, () => text('x'.repeat(1000))));
        from.socket.ping('behind');
        await fleet().network.until(from.heard.hears('pong'));
        expect(received).toEqual([500]);
      });

      test(`the payload may be changed once it is written, ${direction}`, async () => {
        const { from, to } = await pair();
        const payload = Buffer.alloc(70_000, 1);
        from.socket.write([binary(payload)]);
        payload.fill(2);
        await fleet().network.until(to.heard.receives(1));
        expect(to.heard.received[0]?.data.every((byte) => byte === 1)).toBe(true);
      });

      test(`the payload is left as it was, ${direction}`, async () => {
        const { from, to } = await pair();
        const payload = Buffer.alloc(70_000, 1);
        from.socket.write([binary(payload)]);
        await fleet().network.until(to.heard.receives(1));
        expect(payload.every((byte) => byte === 1)).toBe(true);
      });
    }

    test('encoded frames arrive like others, among them and in order', async () => {
      const { client, server } = await fleet().pair();
      const encoded = encodeFrames([text('ü'), binary(Buffer.from([0, 255])), text('')]);
      server.socket.write([text('before')]);
      server.socket.write(encoded);
      server.socket.write([text('between')]);
      server.socket.write(encoded);
      await fleet().network.until(client.heard.receives(8));
      const three = [
        { data: Buffer.from('ü'), binary: false },
        { data: Buffer.from([0, 255]), binary: true },
        { data: Buffer.alloc(0), binary: false },
      ];
      const [before, between] = ['before', 'between'].map((data) => ({ data: Buffer.from(data), binary: false }));
      expect(client.heard.received).toEqual([before, ...three, between, ...three]);
    });

    test('packed frames can be encoded for many', async () => {
      const { client, server } = await fleet().pair();
      server.socket.write(encodeFrames(packFrames(['a', 'bc', ''].map((data) => ({ data: Buffer.from(data) })))));
      await fleet().network.until(client.heard.receives(3));
      expect(client.heard.received).toEqual(
        ['a', 'bc', ''].map((data) => ({ data: Buffer.from(data), binary: false })),
      );
    });

    test('one encoding serves any number of peers', async () => {
      const harbour = await fleet().listen();
      const clients = Array.from({ length: 5 }, () => fleet().dial(harbour.url));
      const encoded = encodeFrames([text('to all')]);
      for (const index of clients.keys()) (await harbour.accepted(index)).socket.write(encoded);
      for (const { heard } of clients) await fleet().network.until(heard.receives(1));
      expect(clients.map(({ heard }) => heard.texts)).toEqual(clients.map(() => ['to all']));
    });

    test('encoded frames larger than one write arrive whole', async () => {
      const { client, server } = await fleet().pair();
      const lengths = [200_000, 10, 300_000, 0, 70_000, 200_000];
      server.socket.write(encodeFrames(lengths.map((length) => binary(Buffer.alloc(length, length % 251)))));
      await fleet().network.until(client.heard.receives(lengths.length));
      expect(client.heard.received.map(({ data }) => data.length)).toEqual(lengths);
      expect(client.heard.received.every(({ data }) => data.every((byte) => byte === data.length % 251))).toBe(true);
    });

    test('encoded frames count as queued and then as taken like others', async () => {
      const { server } = await fleet().pair();
      const encoded = encodeFrames([text('x'.repeat(1000)), text('')]);
      const taken = new Promise<void>((resolve) => server.socket.write(encoded, resolve));
      expect(server.socket.queuedBytes).toBe(1006);
      await fleet().network.until(taken);
      expect([server.socket.queuedBytes, server.socket.takenBytes]).toEqual([0, 1006]);
    });

    test('encoded frames cannot be written to a dialled socket, whose frames are masked', async () => {
      const { client } = await fleet().pair();
      expect(() => client.socket.write(encodeFrames([text('a')]))).toThrow(TypeError);
    });

    test('a message above the limit is a 1009 violation for its receiver and a 1009 close for its sender', async () => {
      const { client, server } = await fleet().pair({ maxPayload: 1000 });
      client.socket.write([text('fine'), text('x'.repeat(1001))]);
      await fleet().network.until(server.heard.hears('lost'));
      await fleet().network.until(client.heard.hears('lost'));
      expect(server.heard.texts).toEqual(['fine']);
      expect(server.heard.loss).toMatchObject({ kind: 'violation', code: 1009 });
      expect(client.heard.loss).toEqual({ kind: 'close', code: 1009, reason: '' });
    });

    test('the dialling side holds its own limit', async () => {
      const { client, server } = await fleet().pair({}, { maxPayload: 1000 });
      server.socket.write([text('x'.repeat(1000)), text('x'.repeat(1001))]);
      await fleet().network.until(client.heard.hears('lost'));
      await fleet().network.until(server.heard.hears('lost'));
      expect(client.heard.received).toHaveLength(1);
      expect(client.heard.loss).toMatchObject({ kind: 'violation', code: 1009 });
      expect(server.heard.loss).toEqual({ kind: 'close', code: 1009, reason: '' });
    });

    test('a ping payload above 125 bytes throws', async () => {
      const { client } = await fleet().pair();
      expect(() => client.socket.ping('x'.repeat(126))).toThrow(RangeError);
    });
  });
}
