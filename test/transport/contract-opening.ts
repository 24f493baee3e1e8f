import { describe, expect, test } from 'vitest';
import type { UpgradeRequest } from '../../src/environment.ts';
import { type Fleet, Recorder, Signal, text } from './ends.ts';

export function describeOpening(fleet: () => Fleet): void {
  describe('opening', () => {
    test('a dialled socket tells that it is connected, then that it is open', async () => {
      const { client } = await fleet().pair();
      expect(client.heard.types).toEqual(['connected', 'open']);
    });

    test('an accepted socket is open already and tells nothing', async () => {
      const { server } = await fleet().pair();
      expect(server.heard.types).toEqual([]);
    });

    test('the acceptor hears of path, query, headers and address of the peer', async () => {
      const harbour = await fleet().listen();
      fleet().dial(`${harbour.url}feed?from=7`, { headers: { 'X-Tenant': 'north' } });
      const { handshake } = await harbour.accepted();
      expect(handshake.target).toBe('/feed?from=7');
      expect(handshake.headers['x-tenant']).toBe('north');
      expect(handshake.remoteAddress).toBe('127.0.0.1');
    });

    test('the first offered subprotocol that the listener knows is chosen', async () => {
      const { client, server } = await fleet().pair({ subprotocols: ['c', 'b'] }, { subprotocols: ['a', 'b', 'c'] });
      expect(client.heard.events).toContainEqual({ type: 'open', protocol: 'b' });
      expect(server.handshake.protocol).toBe('b');
    });

    test('a listener that knows none of the offered subprotocols chooses none, and the socket opens', async () => {
      const { client, server } = await fleet().pair({ subprotocols: ['z'] }, { subprotocols: ['a', 'b'] });
      expect(client.heard.events).toContainEqual({ type: 'open', protocol: '' });
      expect(server.handshake.protocol).toBe('');
    });

    test('a listener without subprotocols chooses none', async () => {
      const { client } = await fleet().pair({}, { subprotocols: ['a'] });
      expect(client.heard.events).toContainEqual({ type: 'open', protocol: '' });
    });

    test('a socket that offers no subprotocol opens with none', async () => {
      const { client } = await fleet().pair({ subprotocols: ['a'] });
      expect(client.heard.events).toContainEqual({ type: 'open', protocol: '' });
    });

    test('what the acceptor writes at once arrives after the opening', async () => {
      const harbour = await fleet().listen({}, (peer) => peer.socket.write([text('welcome')]));
      const client = fleet().dial(harbour.url);
      await fleet().network.until(client.heard.receives(1));
      expect(client.heard.types).toEqual(['connected', 'open', 'frames']);
    });

    test('what is written before the opening leaves when it is open', async () => {
      const harbour = await fleet().listen();
      const client = fleet().dial(harbour.url);
      client.socket.write([text('early')]);
      const server = await harbour.accepted();
      await fleet().network.until(server.heard.receives(1));
      expect(server.heard.texts).toEqual(['early']);
    });

    test('a port that nobody listens on is a network loss ECONNREFUSED', async () => {
      const harbour = await fleet().listen();
      await fleet().network.until(harbour.listener.close());
      const client = fleet().dial(`${harbour.url}?token=hush`);
      await fleet().network.until(client.heard.hears('lost'));
      expect(client.heard.loss).toMatchObject({ kind: 'network', code: 'ECONNREFUSED' });
      expect(client.heard.types).toEqual(['lost']);
      expect(JSON.stringify(client.heard.loss)).not.toContain('hush');
    });

    test('an address that is taken is refused by name', async () => {
      const harbour = await fleet().listen();
      const { port } = harbour.listener;
      await expect(fleet().listen({ port })).rejects.toMatchObject({
        code: 'network',
        message: `127.0.0.1:${port} is taken (EADDRINUSE)`,
      });
    });

    test('a refusal before the upgrade is a status loss', async () => {
      const harbour = await fleet().listen({ admit: () => ({ status: 401 }) });
      const client = fleet().dial(harbour.url);
      await fleet().network.until(client.heard.hears('lost'));
      expect(client.heard.types).toEqual(['connected', 'lost']);
      expect(client.heard.loss).toEqual({ kind: 'status', status: 401 });
    });

    test('Retry-After in seconds arrives in milliseconds', async () => {
      const harbour = await fleet().listen({ admit: () => ({ status: 429, headers: { 'Retry-After': '7' } }) });
      const client = fleet().dial(harbour.url);
      await fleet().network.until(client.heard.hears('lost'));
      expect(client.heard.loss).toEqual({ kind: 'status', status: 429, retryAfter: 7000 });
    });

    test('a redirect names its location without the query', async () => {
      const headers = { Location: 'wss://else.example/feed?token=hush' };
      const harbour = await fleet().listen({ admit: () => ({ status: 301, headers }) });
      const client = fleet().dial(harbour.url);
      await fleet().network.until(client.heard.hears('lost'));
      expect(client.heard.loss).toEqual({ kind: 'status', status: 301, location: 'wss://else.example/feed' });
    });

    test('the question of admission hears of the path and the headers', async () => {
      const asked: unknown[] = [];
      const harbour = await fleet().listen({
        admit: (handshake) => {
          asked.push([handshake.target, handshake.headers.authorization]);
          return undefined;
        },
      });
      fleet().dial(`${harbour.url}in`, { headers: { Authorization: 'Bearer x' } });
      await harbour.accepted();
      expect(asked).toEqual([['/in', 'Bearer x']]);
    });

    test('admission may take its time, and nobody is accepted before', async () => {
      const asked = new Signal();
      const answer = new Signal();
      const harbour = await fleet().listen({
        admit: async ({ target }) => {
          if (target === '/') return undefined;
          asked.give();
          await answer.given;
          return undefined;
        },
      });
      const client = fleet().dial(`${harbour.url}slow`);
      await fleet().network.until(asked.given);
      await fleet().roundTrip(harbour, 0);
      expect(client.heard.types).toEqual(['connected']);
      answer.give();
      const { handshake } = await harbour.accepted(1);
      expect(handshake.target).toBe('/slow');
      await fleet().network.until(client.heard.hears('open'));
    });

    test('a refusal may come later', async () => {
      const harbour = await fleet().listen({ admit: async () => ({ status: 403 }) });
      const client = fleet().dial(harbour.url);
      await fleet().network.until(client.heard.hears('lost'));
      expect(client.heard.loss).toEqual({ kind: 'status', status: 403 });
    });

    const failures = [
      { what: 'throws', admit: () => raise() },
      { what: 'rejects', admit: async () => raise() },
    ];
    for (const { what, admit } of failures) {
      test(`an admission that ${what} is a status loss 500`, async () => {
        const harbour = await fleet().listen({ admit });
        const client = fleet().dial(harbour.url);
        await fleet().network.until(client.heard.hears('lost'));
        expect(client.heard.loss).toEqual({ kind: 'status', status: 500 });
      });
    }

    test('a peer that goes away while it waits for admission is not accepted', async () => {
      const asked = new Signal();
      const answer = new Signal();
      const targets: string[] = [];
      const harbour = await fleet().listen(
        {
          admit: async ({ target }) => {
            if (target === '/') return undefined;
            asked.give();
            await answer.given;
            return undefined;
          },
        },
        ({ handshake }) => targets.push(handshake.target),
      );
      const client = fleet().dial(`${harbour.url}impatient`);
      await fleet().network.until(asked.given);
      client.socket.terminate();
      await fleet().roundTrip(harbour, 0);
      answer.give();
      await fleet().roundTrip(harbour, 1);
      expect(targets).toEqual(['/', '/']);
    });

    test('a listener that closes while a peer waits for admission never accepts it', async () => {
      const asked = new Signal();
      const answer = new Signal();
      const targets: string[] = [];
      const admit = async () => {
        asked.give();
        await answer.given;
        return undefined;
      };
      const harbour = await fleet().listen({ admit }, ({ handshake }) => targets.push(handshake.target));
      const client = fleet().dial(harbour.url);
      await fleet().network.until(asked.given);
      await fleet().network.until(harbour.listener.close());
      answer.give();
      await fleet().network.until(client.heard.hears('lost'));
      expect(client.heard.loss).toMatchObject({ kind: 'network', code: 'ECONNRESET' });
      expect(targets).toEqual([]);
    });

    test('the terms of admission say which subprotocols are spoken', async () => {
      const admit = ({ target }: UpgradeRequest) => ({ subprotocols: [target.slice(1)] });
      const harbour = await fleet().listen({ subprotocols: ['a'], admit });
      const clients = ['b', 'c'].map((name) => fleet().dial(harbour.url + name, { subprotocols: ['a', 'b', 'c'] }));
      for (const { heard } of clients) await fleet().network.until(heard.hears('open'));
      expect(clients.map(({ heard }) => heard.events[1])).toEqual([
        { type: 'open', protocol: 'b' },
        { type: 'open', protocol: 'c' },
      ]);
    });

    test('the terms of admission say how large a message may be', async () => {
      const admit = async ({ target }: UpgradeRequest) => (target === '/small' ? { maxPayload: 10 } : undefined);
      const harbour = await fleet().listen({ maxPayload: 1000, admit });
      const small = fleet().dial(`${harbour.url}small`);
      const peer = await harbour.accepted(0);
      const large = fleet().dial(harbour.url);
      const other = await harbour.accepted(1);
      for (const { socket } of [small, large]) socket.write([text('x'.repeat(11))]);
      await fleet().network.until(peer.heard.hears('lost'));
      await fleet().network.until(other.heard.receives(1));
      expect(peer.heard.loss).toMatchObject({ kind: 'violation', code: 1009 });
      expect(other.heard.types).toEqual(['frames']);
    });

    test('a listener has refused no connection', async () => {
      const { listener } = await fleet().listen();
      expect(listener.refusedConnections).toBe(0);
    });

    test('a URL that is none is a handshake loss, told later and without the query', async () => {
      const client = fleet().dial('ws://[bad?token=hush');
      expect(client.heard.types).toEqual([]);
      await fleet().network.until(client.heard.hears('lost'));
      expect(client.heard.loss).toEqual({ kind: 'request', message: 'Invalid URL' });
    });

    test('a socket that is terminated at once never tells anything', async () => {
      const harbour = await fleet().listen();
      const client = fleet().dial(harbour.url);
      client.socket.terminate();
      await fleet().roundTrip(harbour, 0);
      expect(client.heard.types).toEqual([]);
    });

    test('a socket that is terminated when it is connected tells no more', async () => {
      const harbour = await fleet().listen();
      const heard = new Recorder();
      const client = fleet().dial(harbour.url, {}, heard);
      heard.during = () => client.socket.terminate();
      await fleet().network.until(heard.hears('connected'));
      const other = fleet().dial(harbour.url);
      await fleet().network.until(other.heard.hears('open'));
      expect(heard.types).toEqual(['connected']);
    });

    test('a socket that is terminated when it opens tells no more, and its peer is told of the end', async () => {
      const harbour = await fleet().listen({}, (peer) => peer.socket.write([text('welcome')]));
      const heard = new Recorder();
      const client = fleet().dial(harbour.url, {}, heard);
      heard.during = (event) => event.type === 'open' && client.socket.terminate();
      const server = await harbour.accepted();
      await fleet().network.until(server.heard.hears('lost'));
      expect(heard.types).toEqual(['connected', 'open']);
      expect(server.heard.loss).toEqual({ kind: 'close', code: 1006, reason: '' });
    });

    test('a socket that is closed before it opens is lost with 1006', async () => {
      const harbour = await fleet().listen();
      const client = fleet().dial(harbour.url);
      client.socket.close(1000, '');
      await fleet().network.until(client.heard.hears('lost'));
      expect(client.heard.loss).toEqual({ kind: 'close', code: 1006, reason: '' });
    });
  });
}

function raise(): never {
  throw new Error('no answer');
}
