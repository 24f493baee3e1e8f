import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { NetworkError, UsageError } from '../../src/errors.ts';
import { type ScriptedServer, scriptedServer } from '../../src/testing/scripted-server.ts';
import type { ServerBehaviour } from '../../src/testing/server-behaviour.ts';
import { numbered, type Running, run, SOON } from '../end-to-end/running.ts';
import { framesUntilEnd, maskedFrame, openRawPeer, parseFrames, UPGRADE } from '../transport/raw-peer.ts';

/** Until the test has finished. */
async function serve(...behaviours: ServerBehaviour[]): Promise<ScriptedServer> {
  const server = await scriptedServer(behaviours);
  onTestFinished(() => server.close());
  return server;
}

/** A bare client; ws tells of a lost connection by `close` too. */
function dial({ url }: ScriptedServer): WebSocket {
  const client = new WebSocket(url);
  client.on('error', () => {});
  onTestFinished(() => client.terminate());
  return client;
}

async function open(server: ScriptedServer): Promise<WebSocket> {
  const client = dial(server);
  await once(client, 'open');
  return client;
}

interface Taking {
  readonly running: Running;
  readonly taken: string[];
}

/** A pipeline that takes what the server sends. */
async function take({ url }: ScriptedServer, options = {}): Promise<Taking> {
  const taken: string[] = [];
  const running = await run(
    { sources: [{ name: 'feed', 'web-socket': { url, reconnect: SOON, ...options } }] },
    { additions: { all: { function: ({ messages }) => void taken.push(...messages.map(({ text }) => text)) } } },
  );
  return { running, taken };
}

/** A pipeline that hands the server these messages. */
async function give({ url }: ScriptedServer, messages: readonly string[], options = {}): Promise<Running> {
  const running = await run({
    sources: [{ name: 'app', function: {} }],
    sinks: [{ name: 'out', 'web-socket': { url, reconnect: SOON, ...options } }],
  });
  for (const message of messages) await running.pipeline.source('app').push(message);
  return running;
}

/** Why the first connection or attempt ended. */
async function firstCause(running: Running, name = 'feed') {
  const { cause } = await running.connection(name, ({ cause }) => cause !== undefined);
  return cause?.detail;
}

describe('refuse', () => {
  test('answers the upgrade with a status and Retry-After, which a pipeline keeps to', async () => {
    const { running } = await take(await serve({ refuse: 503, retryAfter: 2 }));
    const { cause, retryIn } = await running.connection('feed', ({ state }) => state === 'waiting');
    expect(cause?.detail).toEqual({ kind: 'status', status: 503, retryAfter: 2000 });
    expect(retryIn).toBeGreaterThanOrEqual(2000);
  });

  test('answers with headers', async () => {
    const { running } = await take(await serve({ refuse: 301, headers: { Location: 'ws://elsewhere/' } }));
    expect(await firstCause(running)).toEqual({ kind: 'status', status: 301, location: 'ws://elsewhere/' });
  });

  test('is a connection that has taken nothing and has ended', async () => {
    const server = await serve({ refuse: 403 });
    dial(server);
    const connection = await server.connection(0);
    expect(await connection.closed).toEqual({ code: 1006, reason: '' });
    expect(server.received).toEqual([[]]);
  });
});

describe('hang-in-upgrade', () => {
  test('is ended by connect.timeout, and the next connection is another one', async () => {
    const server = await serve('hang-in-upgrade', 'accept');
    const { running } = await take(server, { connect: { timeout: '100ms' } });
    expect(await firstCause(running)).toEqual({ kind: 'timeout', phase: 'upgrade' });
    await running.live('feed');
    expect(server.connections.length).toBe(2);
  });

  test('notices a client that gives up', async () => {
    const server = await serve('hang-in-upgrade');
    const client = dial(server);
    const connection = await server.connection(0);
    client.terminate();
    expect(await connection.closed).toEqual({ code: 1006, reason: '' });
  });
});

describe('send', () => {
  test('sends texts at once, in order', async () => {
    const { running, taken } = await take(await serve({ send: ['a', '', 'b'] }));
    await running.until(() => taken.length === 3);
    expect(taken).toEqual(['a', '', 'b']);
  });

  test('sends bytes as a binary message', async () => {
    const client = dial(await serve({ send: [new Uint8Array([0, 255])] }));
    expect(await once(client, 'message')).toEqual([Buffer.from([0, 255]), true]);
  });

  test('comes before the end', async () => {
    const { running, taken } = await take(await serve({ send: ['a', 'b'], close: 1012 }, { send: ['c'] }));
    await running.until(() => taken.includes('c'));
    expect(taken).toEqual(['a', 'b', 'c']);
  });
});

describe('close', () => {
  test('closes with a code and a reason as soon as the connection is open', async () => {
    const { running } = await take(await serve({ close: 4000, reason: 'moved' }, 'accept'));
    expect(await firstCause(running)).toEqual({ kind: 'close', code: 4000, reason: 'moved' });
  });

  test.each([1000, 1001, 1008, 1011, 1012, 1013, 3000, 4999])('closes with %i', async (close) => {
    const [code] = await once(dial(await serve({ close })), 'close');
    expect(code).toBe(close);
  });

  test('closes without a code for 1005', async () => {
    const { running } = await take(await serve({ close: 1005 }));
    expect(await firstCause(running)).toEqual({ kind: 'close', code: 1005, reason: '' });
  });

  test('after so many messages takes just those, and acknowledges none that it has not recorded', async () => {
    const server = await serve({ afterReceived: 2, close: 4000 }, 'accept');
    const running = await give(server, numbered(50));
    await running.until(({ sinks }) => sinks[0]?.delivered === 50);
    const [first = [], second = []] = server.received;
    expect(first).toEqual(numbered(2));
    expect([...new Set([...first, ...second])]).toEqual(numbered(50));
  });

  test('tells how the client answered', async () => {
    const server = await serve({ close: 4000, reason: 'moved' });
    dial(server);
    expect(await (await server.connection(0)).closed).toMatchObject({ code: 4000 });
  });
});

describe('go-silent', () => {
  const heartbeat = { 'ping-interval': '50ms', timeout: '50ms' };

  test('is found by the heartbeat of a pipeline', async () => {
    const { running } = await take(await serve('go-silent', 'accept'), { heartbeat });
    expect(await firstCause(running)).toMatchObject({ kind: 'silence', judge: 'heartbeat' });
  });

  test('after so many messages records just those', async () => {
    const server = await serve({ afterReceived: 3, fault: 'go-silent' }, 'accept');
    const running = await give(server, numbered(50), { heartbeat });
    await running.until(({ sinks }) => sinks[0]?.delivered === 50);
    expect(server.received[0]).toEqual(numbered(3));
  });

  test('answers no ping that comes with the last message', async () => {
    const server = await serve({ afterReceived: 1, fault: 'go-silent' });
    const peer = await openRawPeer(server.port);
    const frames = framesUntilEnd(peer);
    peer.write(Buffer.concat([maskedFrame(9, 'first'), maskedFrame(1, 'last'), maskedFrame(9, 'second')]));
    await server.message();
    await turns(20);
    await server.close();
    expect((await frames).map(({ payload }) => String(payload))).toEqual(['first']);
  });

  test('leaves unread what comes, which its end turns into a reset', async () => {
    const server = await serve('go-silent');
    const peer = await openRawPeer(server.port);
    // More than Node fetches ahead for a stream that is paused.
    peer.write(Buffer.concat(numbered(20_000).map((message) => maskedFrame(1, message))));
    await turns(50);
    const error = once(peer.resume(), 'end').catch((error: unknown) => error);
    await server.close();
    expect(await error).toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('half-a-frame', () => {
  test('yields no part of its message', async () => {
    const { running, taken } = await take(await serve({ send: ['whole'], fault: 'half-a-frame' }, { send: ['well'] }));
    await running.until(() => taken.includes('well'));
    expect(taken).toEqual(['whole', 'well']);
  });

  test('ends without a close frame', async () => {
    const { running } = await take(await serve('half-a-frame'));
    expect(await firstCause(running)).toEqual({ kind: 'close', code: 1006, reason: '' });
  });

  test('is half of a frame on the wire', async () => {
    const server = await serve({ afterReceived: 1, fault: 'half-a-frame' });
    const peer = await openRawPeer(server.port);
    const chunks: Buffer[] = [];
    peer.on('data', (chunk: Buffer) => chunks.push(chunk)).resume();
    peer.write(maskedFrame(1, 'go'));
    await once(peer, 'end');
    expect(parseFrames(Buffer.concat(chunks))).toMatchObject({ frames: [], rest: { length: 7 } });
  });
});

describe('reset', () => {
  test('resets the TCP connection', async () => {
    const server = await serve({ afterReceived: 1, fault: 'reset' });
    const peer = await openRawPeer(server.port);
    peer.write(maskedFrame(1, 'go'));
    const error = once(peer.resume(), 'error').catch((error: unknown) => [error]);
    expect(await error).toMatchObject([{ code: 'ECONNRESET' }]);
  });

  test('at once is seen by a pipeline as an end without a close frame, and is survived', async () => {
    const { running, taken } = await take(await serve('reset', { send: ['well'] }));
    await running.until(() => taken.includes('well'));
    const { cause } = await running.live('feed');
    expect(cause?.detail).toEqual({ kind: 'close', code: 1006, reason: '' });
  });
});

describe('readSlowly', () => {
  test('takes what it is sent no faster than said, all of it and in order', async () => {
    const server = await serve({ readSlowly: '40KiB/s' });
    const messages = Array.from({ length: 160 }, (_, index) => String(index).padStart(100, '.'));
    const begun = performance.now();
    const running = await give(server, messages);
    await running.until(({ sinks }) => sinks[0]?.delivered === 160);
    // 160 frames of 106 bytes are 16.6 KiB.
    expect(performance.now() - begun).toBeGreaterThan(400);
    expect(server.received[0]).toEqual(messages);
  });

  test('takes some of it early: it is read evenly', async () => {
    const server = await serve({ readSlowly: '40KiB/s' });
    const client = await open(server);
    for (const message of numbered(1000)) client.send(message.padEnd(100));
    await server.message();
    expect(server.received[0]?.length).toBeLessThan(50);
  });

  test('sends without delay, and ends as others do', async () => {
    const server = await serve({ readSlowly: '1KiB/s', send: ['a', 'b'], close: 4000 }, 'accept');
    const { running, taken } = await take(server);
    await running.live('feed', 1);
    expect(taken).toEqual(['a', 'b']);
  });

  test.each([['half-a-frame'], ['reset']] as const)('comes to its %s behind what it sends', async (fault) => {
    const server = await serve({ readSlowly: '64KiB/s', send: numbered(20), afterReceived: 1, fault });
    const client = dial(server);
    const heard: string[] = [];
    client.on('message', (data) => {
      heard.push(String(data));
      if (heard.length === 20) client.send('go');
    });
    expect(await once(client, 'close')).toMatchObject([1006, {}]);
    expect(heard).toEqual(numbered(20));
  });

  test('notices a client that is cut off', async () => {
    const server = await serve({ readSlowly: '1MiB/s' });
    const client = await open(server);
    client.terminate();
    const connection = await server.connection(0);
    expect(await connection.closed).toEqual({ code: 1006, reason: '' });
  });

  test('follows a client that leaves', async () => {
    const server = await serve({ readSlowly: '1MiB/s' });
    const client = await open(server);
    client.close(4001, 'enough');
    const connection = await server.connection(0);
    expect(await connection.closed).toEqual({ code: 4001, reason: 'enough' });
  });
});

describe('accept', () => {
  test('answers pings, so that a pipeline sees its events acknowledged', async () => {
    const server = await serve('accept');
    const running = await give(server, numbered(10), { ack: 'pong' });
    await running.until(({ sinks }) => sinks[0]?.delivered === 10);
    expect(server.received).toEqual([numbered(10)]);
  });

  test('records texts and bytes as what they are', async () => {
    const server = await serve('accept');
    const client = await open(server);
    client.send('text');
    client.send(Buffer.from([0, 255]));
    await server.message();
    await server.message();
    expect(server.received).toEqual([['text', Buffer.from([0, 255])]]);
  });

  test('echoes nothing', async () => {
    const server = await serve('accept');
    const client = await open(server);
    const heard: unknown[] = [];
    client.on('message', (data) => heard.push(data));
    client.send('anybody?');
    client.ping();
    await once(client, 'pong');
    expect(heard).toEqual([]);
  });

  test('knows the request, and takes the first subprotocol', async () => {
    const server = await serve('accept');
    const client = new WebSocket(`${server.url}feed?cursor=7`, ['v2', 'v1'], { headers: { 'X-From': 'a test' } });
    onTestFinished(() => client.terminate());
    await once(client, 'open');
    const { target, headers } = await server.connection(0);
    expect([client.protocol, target, headers['x-from']]).toEqual(['v2', '/feed?cursor=7', 'a test']);
  });
});

describe('the behaviours', () => {
  test('are taken in order, and the last one repeats', async () => {
    const server = await serve({ close: 4001 }, { close: 4002 });
    const codes: unknown[] = [];
    for (let round = 0; round < 4; round++) codes.push((await once(dial(server), 'close'))[0]);
    expect(codes).toEqual([4001, 4002, 4002, 4002]);
  });

  test('are one accept when left out', async () => {
    const server = await scriptedServer();
    onTestFinished(() => server.close());
    await open(server);
    expect(server.received).toEqual([[]]);
  });

  test('are not used up by a request that is no upgrade', async () => {
    const server = await serve({ close: 4001 }, 'accept');
    const { status } = await fetch(server.url.replace('ws:', 'http:'));
    const [code] = await once(dial(server), 'close');
    expect([status, code]).toEqual([426, 4001]);
  });

  test.each<[string, unknown, string]>([
    ['no list', 'accept', "behaviours: expected a list with at least one, such as ['accept']"],
    ['none', [], "behaviours: expected a list with at least one, such as ['accept']"],
    ['a wrong word', ['accept', 'go-silnt'], 'behaviours[1]: "go-silnt" is no behaviour; did you mean "go-silent"?'],
    ['a number', [503], 'behaviours[0]: 503 is not a behaviour: accept, hang-in-upgrade, go-silent'],
    ['an unknown key', [{ clos: 1000 }], 'behaviours[0].clos: is not known here; did you mean "close"?'],
    [
      'a key of another kind',
      [{ refuse: 503, close: 1000 }],
      'behaviours[0].close: is not known here; a refusal has none',
    ],
    [
      'a key without refuse',
      [{ retryAfter: 1 }],
      'behaviours[0].retryAfter: is not known here; it stands beside refuse',
    ],
    ['a status', [{ refuse: 101 }], 'behaviours[0].refuse: 101 is not a status from 200 to 599'],
    ['a delay', [{ refuse: 503, retryAfter: '2s' }], '"2s" is not a whole number of seconds, 0 or more'],
    [
      'a header',
      [{ refuse: 503, headers: { 'a b': 'c' } }],
      'behaviours[0].headers.a b: "c" is not a header that HTTP can carry',
    ],
    [
      'a message',
      [{ send: ['a', { b: 1 }] }],
      'behaviours[0].send[1]: an object is not a text or bytes (a Uint8Array)',
    ],
    ['a text to send', [{ send: 'a' }], 'behaviours[0].send: "a" is not a list of texts and bytes'],
    [
      'a rate',
      [{ readSlowly: '10KiB' }],
      'behaviours[0].readSlowly: "10KiB" is not a rate such as 512/s, 10KiB/s or 1MiB/s',
    ],
    ['a unit', [{ readSlowly: '10kb/s' }], '"10kb/s" is not a rate such as 512/s, 10KiB/s or 1MiB/s'],
    [
      'a count',
      [{ afterReceived: -1, close: 1000 }],
      'behaviours[0].afterReceived: -1 is not a number of messages, 0 or more',
    ],
    [
      'a count of nothing',
      [{ afterReceived: 1 }],
      'behaviours[0].afterReceived: says when, expected close or fault beside it',
    ],
    [
      'a code',
      [{ close: 1006 }],
      'behaviours[0].close: 1006 is not a close code: 1000 to 1003, 1007 to 1014, 3000 to 4999',
    ],
    ['a reason', [{ close: 1000, reason: 'x'.repeat(124) }], 'is not a text of at most 123 bytes'],
    ['a reason without a code', [{ close: 1005, reason: 'x' }], '"x" is not empty: a close without a code has none'],
    ['a reason of nothing', [{ reason: 'x' }], 'behaviours[0].reason: expected close beside it'],
    ['two ends', [{ close: 1000, fault: 'reset' }], 'behaviours[0]: expected close or fault, not both'],
    ['a fault', [{ fault: 'hang-in-upgrade' }], '"hang-in-upgrade" is not one of go-silent, half-a-frame, reset'],
  ])('cannot be wrong: %s', async (_, behaviours, message) => {
    // What a test in JavaScript may hand in.
    const failed: unknown = await scriptedServer(behaviours as ServerBehaviour[]).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(UsageError);
    expect(String(failed)).toContain(message);
  });
});

test('a port that there is not is an error', async () => {
  const failed: unknown = await scriptedServer(['accept'], { port: 70_000 }).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(UsageError);
  expect(String(failed)).toContain('port: 70000 is not a port from 0 to 65535');
});

describe('waiting', () => {
  test('for a connection ends when it comes', async () => {
    const server = await serve('accept');
    const second = server.connection(1);
    await open(server);
    await open(server);
    expect((await second).index).toBe(1);
  });

  test('for a connection that is there ends at once, also when the server is closed', async () => {
    const server = await serve('accept');
    await open(server);
    await server.close();
    expect((await server.connection(0)).index).toBe(0);
  });

  test('for messages queues: each call is given the next one', async () => {
    const server = await serve('accept');
    const asked = [server.message(), server.message()];
    const client = await open(server);
    for (const message of ['a', 'b', 'c']) client.send(message);
    expect(await Promise.all([...asked, server.message()])).toEqual(['a', 'b', 'c']);
  });

  test("for a connection's messages sees those of others pass, and takes none from the server's", async () => {
    const server = await serve('accept');
    (await open(server)).send('first');
    await server.message();
    (await open(server)).send('second');
    const connection = await server.connection(1);
    expect([await connection.message(), await server.message()]).toEqual(['second', 'second']);
  });

  test('ends with a sentence when the server is closed', async () => {
    const server = await serve('accept');
    const waiting = [server.connection(2), server.message()];
    await server.close();
    expect((await Promise.allSettled(waiting)).map((each) => 'reason' in each && String(each.reason))).toEqual([
      'UsageError: connection 2 does not come: the server was closed',
      'UsageError: message 1 does not come: the server was closed',
    ]);
  });

  test('that nobody awaits any more is no unhandled rejection', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    const server = await serve('accept');
    server.message();
    await server.close();
    await turns(2);
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  test.each<[string, ServerBehaviour]>([
    ['its upgrade was refused with 503', { refuse: 503 }],
    ['its upgrade is never answered', 'hang-in-upgrade'],
    ['it has gone silent', 'go-silent'],
    ['it was closed with 4000', { close: 4000 }],
    ['it was ended in the middle of a frame', 'half-a-frame'],
    ['it was reset', 'reset'],
  ])('for a message of a connection that brings none ends with why: %s', async (why, behaviour) => {
    const server = await serve(behaviour, 'accept');
    dial(server);
    const connection = await server.connection(0);
    await expect(connection.message()).rejects.toThrow(`connection 0 brings no message 1: ${why}`);
  });

  test('for a message of a connection ends when its client leaves', async () => {
    const server = await serve('accept');
    const client = await open(server);
    const message = (await server.connection(0)).message();
    client.close();
    await expect(message).rejects.toThrow('connection 0 brings no message 1: it has ended');
  });

  test('for any message goes on while a later connection may bring one', async () => {
    const server = await serve({ refuse: 503 }, 'accept');
    const message = server.message();
    dial(server);
    await (await server.connection(0)).closed;
    (await open(server)).send('late');
    expect(await message).toBe('late');
  });

  test('for any message ends when none can come', async () => {
    const server = await serve({ afterReceived: 1, close: 4000 }, 'go-silent');
    const messages = [server.message(), server.message()];
    (await open(server)).send('last');
    expect(await messages[0]).toBe('last');
    await expect(messages[1]).rejects.toThrow('message 2 does not come: no connection takes messages any more');
  });

  test('for what is no number of a connection is an error', async () => {
    await expect((await serve('accept')).connection(-1)).rejects.toThrow('-1 is not the number of a connection');
  });
});

describe('close()', () => {
  const BEHAVIOURS: ServerBehaviour[] = [
    'hang-in-upgrade',
    'go-silent',
    { readSlowly: '1/s' },
    { close: 4000 },
    'accept',
  ];

  /** What Node calls sockets and timers, with how many there are. */
  function resources(): string[] {
    return process.getActiveResourcesInfo().filter((name) => /TCP|Timeout/.test(name));
  }

  test('leaves no socket and no timer, whatever the connections were at', async () => {
    const before = resources();
    const server = await scriptedServer(BEHAVIOURS);
    const clients = BEHAVIOURS.map(() => openTcp(server));
    await server.connection(BEHAVIOURS.length - 1);
    for (const client of clients) client.write(maskedFrame(1, 'x'.repeat(100)));
    const ended = Promise.all(clients.map((client) => new Promise((resolve) => client.once('close', resolve))));
    await server.message();
    await turns(20);
    await server.close();
    await ended;
    // What an earlier test or the runner had left may have ended meanwhile.
    const more = resources();
    for (const name of before) if (more.includes(name)) more.splice(more.indexOf(name), 1);
    expect(more).toEqual([]);
  });

  test('ends open connections without a close frame', async () => {
    const server = await serve('accept');
    const client = await open(server);
    const closed = once(client, 'close');
    await server.close();
    expect((await closed)[0]).toBe(1006);
  });

  test('can be called twice', async () => {
    const server = await serve('accept');
    await Promise.all([server.close(), server.close()]);
    await expect(server.close()).resolves.toBeUndefined();
  });

  test('is what `await using` does', async () => {
    const server = await serve('accept');
    const client = await open(server);
    const closed = once(client, 'close');
    await server[Symbol.asyncDispose]();
    await closed;
    await expect(server.message()).rejects.toThrow('the server was closed');
  });

  test('frees the port, for another server that takes its place', async () => {
    const first = await serve('accept');
    await expect(scriptedServer(['accept'], { port: first.port })).rejects.toThrow(NetworkError);
    const { running } = await take(first);
    await running.live('feed');
    await first.close();
    const second = await scriptedServer([{ send: ['back'] }], { port: first.port });
    onTestFinished(() => second.close());
    await running.live('feed', 1);
    expect(second.url).toBe(first.url);
  });
});

/** A TCP connection that asks for an upgrade, and reads whatever comes. */
function openTcp({ port }: ScriptedServer) {
  const stream = connect(port, '127.0.0.1').on('error', () => {});
  stream.write(`${UPGRADE.join('\r\n')}\r\n\r\n`);
  return stream.resume();
}

/** So many turns of the event loop. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
