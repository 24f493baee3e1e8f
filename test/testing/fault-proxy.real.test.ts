import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, connect as dial, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { NetworkError, UsageError } from '../../src/index.ts';
import type { FaultEnding, Faults } from '../../src/testing/fault-options.ts';
import { type FaultProxy, faultProxy } from '../../src/testing/fault-proxy.ts';
import { Watch } from '../end-to-end/watch.ts';
import { portOf } from '../transport/raw-peer.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const DIRECTIONS = ['up', 'down'] as const;

/** One end of a plain TCP connection, and all that it has read. */
class End {
  readonly socket: Socket;
  readonly chunks: Buffer[] = [];
  bytes = 0;
  /** What became of what it reads: the code of an error, or `end`. */
  ending: string | undefined;
  readonly #watch = new Watch();

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk);
      this.bytes += chunk.length;
      this.#watch.changed();
    });
    socket.on('end', () => this.#ends('end'));
    socket.on('error', (error: NodeJS.ErrnoException) => this.#ends(error.code));
    onTestFinished(() => void socket.destroy());
  }

  get data(): Buffer {
    return Buffer.concat(this.chunks);
  }

  reads(bytes: number): Promise<void> {
    return this.#watch.until(() => this.bytes >= bytes);
  }

  async ends(): Promise<string | undefined> {
    await this.#watch.until(() => this.ending !== undefined);
    return this.ending;
  }

  #ends(how: string | undefined): void {
    this.ending ??= how;
    this.#watch.changed();
  }
}

/** A server that writes nothing by itself, and a proxy in front of it. */
async function start(faults?: Faults) {
  const accepted: End[] = [];
  const watch = new Watch();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    accepted.push(new End(socket));
    watch.changed();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const proxy = await faultProxy(`ws://127.0.0.1:${portOf(server)}/feed?from=1`, faults);
  onTestFinished(() => proxy.close());
  const acceptedEnd = async (index: number) => {
    await watch.until(() => accepted.length > index);
    return accepted[index] as End;
  };
  return { proxy, server, accepted, acceptedEnd };
}

async function connect(proxy: FaultProxy): Promise<End> {
  const end = new End(dial({ port: Number(new URL(proxy.url).port), host: '127.0.0.1', allowHalfOpen: true }));
  await once(end.socket, 'connect');
  return end;
}

/** A connection through a new proxy: its ends, and who writes and who reads in a direction. */
async function connected(faults?: Faults) {
  const started = await start(faults);
  const client = await connect(started.proxy);
  const [server, connection] = [await started.acceptedEnd(0), await started.proxy.connection(0)];
  const way = { up: { writer: client, reader: server }, down: { writer: server, reader: client } };
  return { ...started, client, server, connection, way };
}

/** Bytes whose order can be seen. */
function pattern(length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) % 251));
}

describe.each(DIRECTIONS)('%s', (direction) => {
  test('bytes arrive as they were sent, and are counted exactly', async () => {
    const { proxy, connection, way } = await connected();
    const { writer, reader } = way[direction];
    const sent = pattern(MIB + 1);
    writer.socket.write(sent);
    await reader.reads(sent.length);
    await connection.passes(sent.length, direction);
    expect(reader.data.equals(sent)).toBe(true);
    expect([proxy.passed, connection.held]).toEqual([
      { up: 0, down: 0, [direction]: MIB + 1 },
      { up: 0, down: 0 },
    ]);
  });

  test('the end of one side reaches the other one behind its bytes, which can still answer', async () => {
    const { way } = await connected({ latency: '20ms' });
    const { writer, reader } = way[direction];
    writer.socket.end('question');
    expect([await reader.ends(), String(reader.data)]).toEqual(['end', 'question']);
    reader.socket.end('answer');
    expect([await writer.ends(), String(writer.data)]).toEqual(['end', 'answer']);
  });

  test('a reset by one side reaches the other one', async () => {
    const { way } = await connected();
    way[direction].writer.socket.resetAndDestroy();
    expect(await way[direction].reader.ends()).toBe('ECONNRESET');
  });

  test('a writer waits for a bandwidth, and the proxy holds little', async () => {
    const { proxy, connection, way } = await connected({ bandwidth: '1MiB' });
    const { writer, reader } = way[direction];
    const total = 64 * MIB;
    writer.socket.write(Buffer.alloc(total / 2));
    writer.socket.write(Buffer.alloc(total / 2));
    await connection.passes('128KiB', direction);
    expect(writer.socket.writableLength).toBeGreaterThanOrEqual(total / 2);
    expect(connection.held[direction]).toBeLessThanOrEqual(256 * KIB + 64 * KIB);
    proxy.set({ bandwidth: 'unlimited' });
    await reader.reads(total);
    expect(connection.passed[direction]).toBe(total);
  });

  test('a writer waits for a reader that does not read, and nothing is lost', async () => {
    const { connection, way } = await connected();
    const { writer, reader } = way[direction];
    reader.socket.pause();
    const sent = Buffer.alloc(32 * MIB, pattern(65_521));
    writer.socket.write(sent);
    writer.socket.write(sent);
    await vi.waitUntil(() => connection.held[direction] >= 256 * KIB, { timeout: 30_000 });
    expect(writer.socket.writableLength).toBeGreaterThanOrEqual(sent.length);
    expect(connection.held[direction]).toBeLessThanOrEqual(256 * KIB + 64 * KIB);
    reader.socket.resume();
    await reader.reads(2 * sent.length);
    expect(reader.data.equals(Buffer.concat([sent, sent]))).toBe(true);
  });

  test.each<[FaultEnding, string]>([
    ['reset', 'ECONNRESET'],
    ['end', 'end'],
  ])('cutAfter with %s passes exactly so many bytes and cuts both sides', async (ending, seen) => {
    const { proxy, connection, way } = await connected();
    const { writer, reader } = way[direction];
    proxy.cutAfter(1000, direction, ending);
    const sent = pattern(5000);
    writer.socket.write(sent);
    expect([await reader.ends(), await writer.ends()]).toEqual([seen, seen]);
    expect(reader.data.equals(sent.subarray(0, 1000))).toBe(true);
    expect(connection.passed[direction]).toBe(1000);
  });

  test('cutAfter counts from the call on', async () => {
    const { proxy, way } = await connected();
    const { writer, reader } = way[direction];
    writer.socket.write(Buffer.alloc(300));
    await reader.reads(300);
    proxy.cutAfter('1KiB', direction);
    writer.socket.write(Buffer.alloc(5000));
    await reader.ends();
    expect(reader.bytes).toBe(300 + KIB);
  });

  test('a blackhole holds back bytes and the end of the connection until it is healed', async () => {
    const { proxy, connection, way } = await connected();
    const { writer, reader } = way[direction];
    proxy.blackhole();
    writer.socket.end('late');
    await vi.waitUntil(() => connection.held[direction] === 4);
    expect([reader.bytes, reader.ending, connection.passed[direction]]).toEqual([0, undefined, 0]);
    proxy.heal();
    expect([await reader.ends(), String(reader.data)]).toEqual(['end', 'late']);
  });

  test('a blackhole of one direction leaves the other one', async () => {
    const { proxy, connection, way } = await connected();
    const { writer, reader } = way[direction];
    proxy.blackhole(direction);
    writer.socket.write('question');
    await vi.waitUntil(() => connection.held[direction] === 8);
    reader.socket.write('answer');
    await writer.reads(6);
    expect([reader.bytes, String(writer.data)]).toEqual([0, 'answer']);
  });
});

describe('the url', () => {
  test('is the same but for the port', async () => {
    const { proxy, server } = await start();
    const port = new URL(proxy.url).port;
    expect(proxy.url).toBe(`ws://127.0.0.1:${port}/feed?from=1`);
    expect(Number(port)).not.toBe(portOf(server));
  });

  test.each([
    ['wss://localhost:9000/', /^wss:\/\/localhost:\d+\/$/],
    ['ws://feed.example/live', /^ws:\/\/127\.0\.0\.1:\d+\/live$/],
  ])('of %s keeps the host if it is this machine', async (url, shown) => {
    const proxy = await faultProxy(url);
    onTestFinished(() => proxy.close());
    expect(proxy.url).toMatch(shown);
  });
});

describe('latency', () => {
  test('is the time of each direction', async () => {
    const { client, server } = await connected({ latency: '60ms' });
    server.socket.once('data', () => server.socket.write('pong'));
    const begun = performance.now();
    client.socket.write('ping');
    await server.reads(4);
    const there = performance.now() - begun;
    await client.reads(4);
    expect(there).toBeGreaterThanOrEqual(59);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(119);
  });

  test('can be set for one direction, also of an open connection', async () => {
    const { proxy, client, server } = await connected();
    proxy.set({ latency: '1h' }, 'down');
    server.socket.write('slow');
    client.socket.write('fast');
    await server.reads(4);
    expect([String(server.data), client.bytes]).toEqual(['fast', 0]);
  });

  test('that falls lets nothing overtake', async () => {
    const { proxy, connection, client, server } = await connected({ latency: '100ms' });
    client.socket.write('first ');
    await vi.waitUntil(() => connection.held.up === 6, { interval: 1 });
    proxy.set({ latency: 0 });
    client.socket.write('second');
    await server.reads(12);
    expect(String(server.data)).toBe('first second');
  });
});

describe('bandwidth', () => {
  test('is not exceeded', async () => {
    const { client, server } = await connected({ bandwidth: '256KiB' });
    const begun = performance.now();
    client.socket.write(Buffer.alloc(64 * KIB));
    await server.reads(64 * KIB);
    // 250 ms, less the stride that may be made up for and the one that is not waited for.
    expect(performance.now() - begun).toBeGreaterThanOrEqual(200);
  });

  test('that is one byte per second still passes something, and can be raised', async () => {
    const { proxy, connection, client, server } = await connected({ bandwidth: 1 });
    client.socket.write(Buffer.alloc(100));
    await connection.passes(1, 'up');
    proxy.set({ bandwidth: 'unlimited' });
    await server.reads(100);
  });
});

describe('slice', () => {
  test('makes many reads of one write', async () => {
    const { client, server } = await connected({ slice: 7 });
    const sent = pattern(1001);
    client.socket.write(sent);
    await server.reads(sent.length);
    expect(server.data.equals(sent)).toBe(true);
    expect(server.chunks.length).toBeGreaterThan(70);
  });

  test('ends in the middle at a cut', async () => {
    const { proxy, client, server } = await connected({ slice: 7 });
    proxy.cutAfter(10, 'up');
    client.socket.write(pattern(100));
    await server.ends();
    expect(server.bytes).toBe(10);
  });
});

describe('cutAfter', () => {
  test('cuts one connection, and those after it go on', async () => {
    const { proxy, acceptedEnd } = await start();
    proxy.cutAfter(10, 'up');
    const first = await connect(proxy);
    first.socket.write(Buffer.alloc(100));
    await first.ends();
    const second = await connect(proxy);
    second.socket.write(Buffer.alloc(100));
    await (await acceptedEnd(1)).reads(100);
  });

  test('of a connection concerns no other one', async () => {
    const { proxy, acceptedEnd } = await start();
    const [first, second] = [await connect(proxy), await connect(proxy)];
    (await proxy.connection(1)).cutAfter(10, 'up');
    first.socket.write(Buffer.alloc(100));
    await (await acceptedEnd(0)).reads(100);
    second.socket.write(Buffer.alloc(100));
    expect(await second.ends()).toBe('ECONNRESET');
  });

  test('is called off by heal', async () => {
    const { proxy, client, server } = await connected();
    proxy.cutAfter(10, 'up');
    proxy.heal();
    client.socket.write(Buffer.alloc(100));
    await server.reads(100);
  });
});

describe('reset', () => {
  test('resets both sides of every connection', async () => {
    const { proxy, acceptedEnd } = await start();
    const ends = [await connect(proxy), await connect(proxy), await acceptedEnd(0), await acceptedEnd(1)];
    proxy.reset();
    expect(await Promise.all(ends.map((end) => end.ends()))).toEqual(Array(4).fill('ECONNRESET'));
  });

  test('lets the next connection through', async () => {
    const { proxy, acceptedEnd } = await connected();
    proxy.reset();
    const next = await connect(proxy);
    next.socket.write('next');
    await (await acceptedEnd(1)).reads(4);
  });

  test('of a connection concerns no other one', async () => {
    const { proxy, client, server } = await connected();
    const other = await connect(proxy);
    (await proxy.connection(1)).reset();
    await other.ends();
    client.socket.write('here');
    await server.reads(4);
  });
});

describe('a client that connects during a blackhole', () => {
  test('reaches the server once it is healed', async () => {
    const { proxy, accepted, acceptedEnd } = await start();
    proxy.blackhole();
    const client = await connect(proxy);
    client.socket.write('hello');
    const connection = await proxy.connection(0);
    await vi.waitUntil(() => connection.held.up === 5);
    expect(accepted).toHaveLength(0);
    proxy.heal();
    const server = await acceptedEnd(0);
    await server.reads(5);
  });

  test('never does if it has left by then', async () => {
    const { proxy, accepted, acceptedEnd } = await start();
    proxy.blackhole();
    const leaver = await connect(proxy);
    const connection = await proxy.connection(0);
    leaver.socket.end('hello');
    await connection.closed;
    proxy.heal();
    const next = await connect(proxy);
    next.socket.write('next');
    await (await acceptedEnd(0)).reads(4);
    expect(accepted).toHaveLength(1);
  });
});

describe('a connection', () => {
  test('that closes too early ends those who wait for its bytes', async () => {
    const { proxy, connection } = await connected();
    const waiting = expect(connection.passes(1, 'up')).rejects.toThrow(
      new NetworkError('connection 0 has closed after 0 bytes up and 0 bytes down'),
    );
    proxy.reset();
    await waiting;
    expect(connection.open).toBe(false);
  });

  test('to a server that is not there is reset, and says why', async () => {
    const { proxy, server } = await start();
    await new Promise((resolve) => server.close(resolve));
    const client = new End(dial(Number(new URL(proxy.url).port), '127.0.0.1'));
    expect(await client.ends()).toBe('ECONNRESET');
    expect((await proxy.connection(0)).failure).toMatch(/^connect ECONNREFUSED 127\.0\.0\.1:\d+$/);
  });
});

describe('close', () => {
  test('leaves no socket and no timer, whatever is on its way: the process ends by itself', async () => {
    const script = fileURLToPath(new URL('closed-proxy.mjs', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script], { timeout: 30_000 });
    expect(stdout).toBe('of the first 4 bytes passed and 4 are held, of the second none passed\n');
  });

  test('resets both sides of open connections', async () => {
    const { proxy, client, server } = await connected();
    await Promise.all([proxy.close(), proxy.close()]);
    expect([await client.ends(), await server.ends()]).toEqual(['ECONNRESET', 'ECONNRESET']);
    expect(proxy.connections.map(({ open }) => open)).toEqual([false]);
  });

  test('is what the end of an `await using` block means', async () => {
    const { server } = await start();
    let url: string;
    {
      await using proxy = await faultProxy(`ws://127.0.0.1:${portOf(server)}/`);
      url = proxy.url;
    }
    const client = new End(dial(Number(new URL(url).port), '127.0.0.1'));
    expect(await client.ends()).toBe('ECONNREFUSED');
  });

  test('ends those who wait for a connection', async () => {
    const { proxy } = await start();
    const waiting = expect(proxy.connection(0)).rejects.toThrow(new UsageError('the proxy has been closed'));
    await proxy.close();
    await waiting;
  });
});

describe('a wrong argument', () => {
  // biome-ignore lint/suspicious/noExplicitAny: what a caller without types may give
  const wrong = (value: unknown) => value as any;

  test.each<[unknown, string]>([
    [{ latency: '5 apples' }, 'latency: "5 apples" is not a duration such as 500ms, 2s or 1m30s'],
    [{ latency: -1 }, 'latency: -1 is negative, expected a duration above zero; expected a duration such as'],
    [{ bandwidth: true }, 'bandwidth: true is not a size in bytes such as 4096, 64KiB or 16MiB, or unlimited'],
    [{ bandwidth: '64KB' }, 'bandwidth: "64KB" has an unknown unit, expected a size in bytes'],
    [{ slice: 0 }, 'slice: 0 is not a whole number of bytes from 1 to'],
    [{ latancy: 5 }, '"latancy" is not a fault; did you mean "latency"?'],
    [{ weather: 5 }, '"weather" is not a fault; faults are latency, bandwidth and slice'],
    [['50ms'], 'a list is not a map of faults; faults are latency, bandwidth and slice'],
  ])('%j: is named with what is expected', async (faults, message) => {
    await expect(faultProxy('ws://127.0.0.1:9/', wrong(faults))).rejects.toThrow(UsageError);
    await expect(faultProxy('ws://127.0.0.1:9/', wrong(faults))).rejects.toThrow(message);
  });

  test.each([
    ['ftp://127.0.0.1/', 'the url of the server is not a ws:// or wss:// url'],
    ['ws://127.0.0.1:99999/', 'the url of the server has a port above 65535'],
    [9000, 'the url of the server is not a ws:// or wss:// url'],
  ])('%s is no url of a server', async (url, message) => {
    await expect(faultProxy(wrong(url))).rejects.toThrow(new UsageError(message));
  });

  test.each<[string, (proxy: FaultProxy) => unknown, string]>([
    ['a direction', (proxy) => proxy.blackhole(wrong('left')), '"left" is not a direction, expected up or down'],
    ['no direction', (proxy) => proxy.cutAfter(1, wrong(undefined)), 'undefined is not a direction'],
    ['an ending', (proxy) => proxy.cutAfter(1, 'up', wrong('fin')), '"fin" is not an ending, expected reset or end'],
    ['no bytes', (proxy) => proxy.cutAfter(0, 'up'), 'bytes: 0 is not a whole number of bytes from 1 to'],
  ])('of a call: %s', async (_, call, message) => {
    const { proxy } = await start();
    expect(() => call(proxy)).toThrow(UsageError);
    expect(() => call(proxy)).toThrow(message);
  });

  test('changes nothing', async () => {
    const { proxy, client, server } = await connected();
    expect(() => proxy.set({ latency: '1h', slice: 'none' })).toThrow(UsageError);
    client.socket.write('fast');
    await server.reads(4);
  });

  test.each([-1, 1.5])('%d is no number of a connection', async (index) => {
    const { proxy } = await start();
    await expect(proxy.connection(index)).rejects.toThrow(UsageError);
  });
});
