import { describe, expect, test } from 'vitest';
import type { ListenRequest, Loss } from '../../src/environment.ts';
import { createMemoryNetwork, type MemoryNetworkOptions } from '../../src/testing/memory-network.ts';
import { createStepClock } from '../../src/testing/step-clock.ts';
import { encodeFrames } from '../../src/transport/encoded-frames.ts';
import { type Accepted, binary, Recorder, text } from '../transport/ends.ts';

const SERVER = 'server:80';

async function createWorld(options: Partial<MemoryNetworkOptions> = {}, listen: Partial<ListenRequest> = {}) {
  const clock = createStepClock();
  const network = createMemoryNetwork({ clock, latency: 10, ...options });
  const peers: Accepted[] = [];
  const listener = await network.listen(
    { host: 'server', port: 80, maxPayload: 1e6, ...listen },
    (socket, handshake) => {
      const peer = { socket, handshake, heard: new Recorder() };
      peers.push(peer);
      return peer.heard;
    },
  );
  const dial = (url = 'ws://server/') => {
    const heard = new Recorder();
    const times: number[] = [];
    heard.during = () => times.push(clock.now());
    const socket = network.dial({ url, headers: {}, subprotocols: [], maxPayload: 1e6 }, heard);
    return { socket, heard, times };
  };
  const open = async () => {
    const client = dial();
    await clock.advance(30);
    const server = peers.at(-1);
    if (server === undefined) throw new Error('Nobody was accepted');
    return { client, server };
  };
  return { clock, network, listener, peers, dial, open };
}

describe('a memory network', () => {
  test('a connection takes one latency, its upgrade two more', async () => {
    const { clock, dial } = await createWorld();
    const { heard, times } = dial();
    await clock.advance(100);
    expect([heard.types, times]).toEqual([
      ['connected', 'open'],
      [10, 30],
    ]);
  });

  test('tells how it was closed although its own close finds no room', async () => {
    const { clock, open } = await createWorld({ bufferBytes: 1_000 });
    const { client, server } = await open();
    server.socket.pause();
    client.socket.write(Array.from({ length: 10 }, () => text('x'.repeat(1_000))));
    await clock.advance(100);
    server.socket.close(1013, 'too slow');
    await clock.advance(100);
    server.socket.terminate();
    await clock.advance(100);
    expect(client.heard.loss).toEqual({ kind: 'close', code: 1013, reason: 'too slow' });
  });

  test('frames arrive after the latency', async () => {
    const { clock, open } = await createWorld();
    const { client, server } = await open();
    client.socket.write([text('a')]);
    await clock.advance(9);
    expect(server.heard.texts).toEqual([]);
    await clock.advance(1);
    expect(server.heard.texts).toEqual(['a']);
  });

  test('secure URLs have port 443', async () => {
    const { clock, dial } = await createWorld({}, { port: 443 });
    const { heard } = dial('wss://server/');
    await clock.advance(30);
    expect(heard.types).toEqual(['connected', 'open']);
  });

  test('a listener on all addresses answers for every host', async () => {
    const { clock, dial } = await createWorld({}, { host: '0.0.0.0' });
    const { heard } = dial('ws://whatever:80/');
    await clock.advance(30);
    expect(heard.types).toEqual(['connected', 'open']);
  });

  test('free ports differ', async () => {
    const { network } = await createWorld();
    const request = { host: 'server', port: 0, maxPayload: 1 };
    const ports = await Promise.all([1, 2].map(() => network.listen(request, () => new Recorder())));
    expect(new Set(ports.map((listener) => listener.port)).size).toBe(2);
  });

  test('the system holds no more than its buffer while the peer does not read', async () => {
    const { clock, open } = await createWorld({ bufferBytes: 1000 });
    const { client, server } = await open();
    server.socket.pause();
    client.socket.write([binary(Buffer.alloc(5000))]);
    await clock.advance(1000);
    expect([client.socket.takenBytes, client.socket.queuedBytes]).toEqual([1000, 4008]);
  });

  test('a paused peer that resumes lets the rest through', async () => {
    const { clock, open } = await createWorld({ bufferBytes: 1000 });
    const { client, server } = await open();
    server.socket.pause();
    let taken = -1;
    client.socket.write([binary(Buffer.alloc(5000, 3))], () => {
      taken = clock.now();
    });
    await clock.advance(1000);
    server.socket.resume();
    await clock.advance(1000);
    expect(server.heard.received).toEqual([{ data: Buffer.alloc(5000, 3), binary: true }]);
    expect(taken).toBe(1030 + 10 + 4 * 20 + 0);
  });

  test('an answer to a ping goes before queued frames, but not into one', async () => {
    const { clock, open } = await createWorld({ bufferBytes: 1000 });
    const { client, server } = await open();
    client.socket.write(Array.from({ length: 10 }, () => binary(Buffer.alloc(700))));
    server.socket.ping('x');
    await clock.advance(1000);
    const types = server.heard.types;
    expect(types.indexOf('pong')).toBeGreaterThan(0);
    expect(types.indexOf('pong')).toBeLessThan(types.length - 1);
    expect(server.heard.received).toHaveLength(10);
  });

  test('a hung server accepts the connection and never answers', async () => {
    const { clock, network, dial } = await createWorld();
    network.hang(SERVER);
    const { socket, heard } = dial();
    await clock.advance(1e6);
    network.heal(SERVER);
    await clock.advance(1e6);
    expect(heard.types).toEqual(['connected']);
    socket.terminate();
    expect(clock.pending).toBe(0);
  });

  test('a frozen server reads nothing and answers no ping, and its connections stay up', async () => {
    const { clock, network, open } = await createWorld({ bufferBytes: 1000 });
    const { client, server } = await open();
    network.freeze(SERVER);
    client.socket.ping('1');
    client.socket.write([binary(Buffer.alloc(3000))]);
    await clock.advance(1e6);
    expect([client.heard.types, server.heard.types]).toEqual([['connected', 'open'], []]);
    expect(client.socket.queuedBytes).toBeGreaterThan(1000);
  });

  test('a frozen server sends nothing', async () => {
    const { clock, network, open } = await createWorld();
    const { client, server } = await open();
    network.freeze(SERVER);
    server.socket.write([text('a')]);
    await clock.advance(1e6);
    expect([client.heard.texts, server.socket.takenBytes]).toEqual([[], 0]);
  });

  test('a thawed server goes on where it was', async () => {
    const { clock, network, open } = await createWorld();
    const { client, server } = await open();
    network.freeze(SERVER);
    client.socket.write([text('to')]);
    client.socket.ping('1');
    server.socket.write([text('fro')]);
    await clock.advance(1e6);
    network.thaw(SERVER);
    await clock.advance(20);
    expect([server.heard.texts, client.heard.texts]).toEqual([['to'], ['fro']]);
    expect(client.heard.types).toContain('pong');
  });

  test('a dial to a frozen server is connected, and opens when it is thawed', async () => {
    const { clock, network, dial } = await createWorld();
    network.freeze(SERVER);
    const { heard } = dial();
    await clock.advance(1e6);
    expect(heard.types).toEqual(['connected']);
    network.thaw(SERVER);
    await clock.advance(10);
    expect(heard.types).toEqual(['connected', 'open']);
  });

  test('a client that gave up a frozen server is gone when it is thawed', async () => {
    const { clock, network, open, peers } = await createWorld();
    const { client, server } = await open();
    network.freeze(SERVER);
    client.socket.terminate();
    await clock.advance(1e6);
    expect(server.heard.types).toEqual([]);
    network.thaw(SERVER);
    await clock.settle();
    expect(server.heard.loss).toEqual({ kind: 'close', code: 1006, reason: '' });
    expect(peers).toHaveLength(1);
  });

  test('a black hole swallows a dial until it is healed', async () => {
    const { clock, network, dial } = await createWorld();
    network.blackhole(SERVER);
    const { heard } = dial();
    await clock.advance(1e6);
    expect(heard.types).toEqual([]);
    network.heal(SERVER);
    await clock.advance(30);
    expect(heard.types).toEqual(['connected', 'open']);
  });

  test('a black hole silences both ends of an open connection', async () => {
    const { clock, network, open } = await createWorld();
    const { client, server } = await open();
    network.blackhole(SERVER);
    client.socket.write([text('to')]);
    server.socket.write([text('fro')]);
    await clock.advance(1e6);
    expect([client.heard.texts, server.heard.texts]).toEqual([[], []]);
    network.heal(SERVER);
    await clock.advance(20);
    expect([client.heard.texts, server.heard.texts]).toEqual([['fro'], ['to']]);
  });

  test('a connection that is accepted just before a black hole opens is silent too', async () => {
    const { clock, network, dial } = await createWorld();
    const { heard } = dial();
    await clock.advance(25);
    network.blackhole(SERVER);
    await clock.advance(1e6);
    expect(heard.types).toEqual(['connected']);
  });

  const refusals: Loss[] = [
    { kind: 'network', code: 'ENOTFOUND', message: 'no such host' },
    { kind: 'tls', code: 'CERT_HAS_EXPIRED', message: 'expired' },
    { kind: 'status', status: 503, retryAfter: 1000 },
  ];
  for (const loss of refusals) {
    test(`each dial to an address that is refused as ${loss.kind} ends so`, async () => {
      const { clock, network, dial } = await createWorld();
      network.refuse(SERVER, loss);
      const { heard } = dial();
      await clock.advance(30);
      expect(heard.loss).toEqual(loss);
      expect(heard.types.includes('connected')).toBe(loss.kind === 'status');
      network.heal(SERVER);
      const next = dial();
      await clock.advance(30);
      expect(next.heard.types).toEqual(['connected', 'open']);
    });
  }

  test('a cut loses all connections of the address at both ends, at that instant', async () => {
    const { clock, network, open, peers } = await createWorld();
    const clients = [await open(), await open()].map(({ client }) => client);
    clients[0]?.socket.write([text('lost on the way')]);
    network.cut(SERVER);
    await clock.settle();
    const losses = [...clients, ...peers].map(({ heard }) => heard.loss);
    expect(losses).toEqual(losses.map(() => ({ kind: 'close', code: 1006, reason: '' })));
    expect([peers[0]?.heard.texts, clock.pending]).toEqual([[], 0]);
  });

  test('a cut ends an attempt with ECONNRESET', async () => {
    const { clock, network, dial } = await createWorld();
    const { heard } = dial();
    await clock.advance(15);
    network.cut(SERVER);
    await clock.settle();
    expect(heard.loss).toMatchObject({ kind: 'network', code: 'ECONNRESET' });
  });

  test('other addresses do not feel a fault', async () => {
    const { clock, network, open } = await createWorld();
    const { client, server } = await open();
    network.cut('other:80');
    network.freeze('other:80');
    client.socket.write([text('a')]);
    await clock.advance(10);
    expect(server.heard.texts).toEqual(['a']);
  });

  test('connections are counted while they are up', async () => {
    const { clock, network, open } = await createWorld();
    const { client } = await open();
    await open();
    expect(network.connections(SERVER)).toBe(2);
    client.socket.terminate();
    await clock.advance(10);
    expect(network.connections(SERVER)).toBe(1);
  });

  test('a closed listener and closed connections leave no timer', async () => {
    const { clock, network, open, listener } = await createWorld();
    const { client } = await open();
    await open();
    client.socket.write([text('under way')]);
    client.socket.close(1000, '');
    await listener.close();
    await clock.advance(100);
    expect([clock.pending, network.connections(SERVER)]).toEqual([0, 0]);
  });

  test('an admission that takes a while delays the opening by as much', async () => {
    let answer = () => {};
    const admitted = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const { clock, dial } = await createWorld({}, { admit: () => admitted.then(() => undefined) });
    const { heard, times } = dial();
    await clock.advance(500);
    expect(heard.types).toEqual(['connected']);
    answer();
    await clock.advance(10);
    expect([heard.types, times]).toEqual([
      ['connected', 'open'],
      [10, 510],
    ]);
  });

  test('an admission that answers while the server is frozen is told when it is thawed', async () => {
    let answer = () => {};
    const admitted = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const { clock, network, dial, peers } = await createWorld({}, { admit: () => admitted.then(() => undefined) });
    const { heard } = dial();
    await clock.advance(100);
    network.freeze(SERVER);
    answer();
    await clock.advance(1e6);
    expect([heard.types, peers]).toEqual([['connected'], []]);
    network.thaw(SERVER);
    await clock.advance(10);
    expect(heard.types).toEqual(['connected', 'open']);
  });

  test('a cut ends an attempt that waits for admission, which changes nothing later', async () => {
    let answer = () => {};
    const admitted = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const { clock, network, dial, peers } = await createWorld({}, { admit: () => admitted.then(() => undefined) });
    const { heard } = dial();
    await clock.advance(100);
    network.cut(SERVER);
    answer();
    await clock.advance(100);
    expect(heard.loss).toMatchObject({ kind: 'network', code: 'ECONNRESET' });
    expect([peers, clock.pending]).toEqual([[], 0]);
  });

  test('a listener may be renewed, and nobody notices', async () => {
    const { clock, listener, open } = await createWorld({}, { tls: { certificate: 'a', key: 'b' } });
    const { client } = await open();
    listener.renew({ certificate: 'c', key: 'd' });
    await clock.advance(100);
    expect(client.heard.types).toEqual(['connected', 'open']);
  });

  test('the buffers hold as much of encoded frames as of others', async () => {
    const { clock, open } = await createWorld({ bufferBytes: 1000 });
    const { client, server } = await open();
    client.socket.pause();
    server.socket.write(encodeFrames([binary(Buffer.alloc(5000))]));
    await clock.advance(1000);
    expect([server.socket.takenBytes, server.socket.queuedBytes]).toEqual([1000, 4004]);
  });

  test('the same steps have the same events at the same times', async () => {
    const play = async () => {
      const { clock, network, open } = await createWorld({ bufferBytes: 2000 });
      const { client, server } = await open();
      for (let index = 0; index < 50; index += 1) client.socket.write([text('x'.repeat(index * 7))]);
      server.socket.ping('p');
      await clock.advance(33);
      network.cut(SERVER);
      await clock.advance(33);
      return { client: client.heard.events, times: client.times, server: server.heard.events };
    };
    expect(await play()).toEqual(await play());
  });
});
