import { describe, expect, test } from 'vitest';
import type { Message } from '../../src/messages/message.ts';
import { NOTHING, World, webSocketSource } from '../supervision/world.ts';
import { drop, headersOf, type SourceOptions, sourceBench } from './client-bench.ts';
import { greeted, play, SOON, tell, typed } from './scripted-server.ts';

const SCHEMA = {
  fields: [
    { name: 'id', type: 'long' },
    { name: 'params', type: 'record', mode: 'repeated', fields: [{ name: 'price', type: 'double' }] },
  ],
} as const;

const good = (id: number) => `{"id":${id},"params":[]}`;
const POISON = '{"id":2,"params":[{"price":"high"}]}';
const ACK = '{"type":"ack"}';
const FAULT = 'source exchange cannot use a message: ';

/** A source that fails upon the first message that it cannot use. */
async function bench(options: SourceOptions = {}) {
  const made = await sourceBench({ schema: SCHEMA, reconnect: SOON, ...options });
  const { world, server, pipeline, kept } = made;
  await world.start();
  return {
    ...made,
    /** In one turn. */
    send: async (...texts: string[]) => {
      server.send(...texts);
      await world.clock.advance(100);
    },
    texts: () => kept.map(({ text }) => text),
    source: () => pipeline.source('exchange').status,
    crashes: () => world.log.filter((line) => line.startsWith('error crashed')),
  };
}

/** A source whose peer sends a poison message, in this turn, to each connection. */
async function doomed(turn: readonly string[], options: SourceOptions = {}, world = new World()) {
  const made = await sourceBench({ schema: SCHEMA, reconnect: SOON, ...options }, world);
  made.server.greet = (peer) => tell(peer, turn);
  return made;
}

/** Why its pipeline fails. */
async function cause(turn: readonly string[], options: SourceOptions = {}): Promise<string | undefined> {
  const { world } = await doomed(turn, options);
  await world.start();
  return (await world.during(world.supervisor.done)).failures[0]?.cause;
}

describe('on-error: fail, upon a message that cannot be used', () => {
  test('is the default', async () => {
    const { send, source } = await bench();
    await send(POISON);
    expect(source().restarts).toBe(1);
  });

  test('starts the source anew, which is live again at once', async () => {
    const { send, source, server, status } = await bench({ 'on-error': 'fail' });
    await send(POISON);
    expect([source().state, status().state, server.peers.length]).toEqual(['running', 'live', 2]);
  });

  test('leaves the connection that brought it', async () => {
    const { world, send, server } = await bench();
    await send(POISON);
    expect(server.peers[0]?.heard.loss).toEqual({ kind: 'close', code: 1006, reason: '' });
    expect((await world.leftovers()).sockets).toBe(1);
  });

  test('sends its requests again', async () => {
    const { send, server } = await bench({ requests: ['subscribe'] });
    await send(POISON);
    expect(server.peers.map(({ heard }) => heard.texts)).toEqual([['subscribe'], ['subscribe']]);
  });

  test('hands on the good ones of its turn, before it and behind it, and those of the next connection', async () => {
    const { send, texts } = await bench();
    await send(good(1), POISON, good(3), 'poison', good(4));
    await send(good(5));
    expect(texts()).toEqual([1, 3, 4, 5].map(good));
  });

  test('hands on those of its turn also behind a reply that requests expect', async () => {
    const { events, pipeline } = await greeted(
      { schema: SCHEMA, requests: [{ send: 'subscribe', expect: typed('ack') }] },
      { upon: (_, attempt) => (attempt === 1 ? [good(1), POISON, good(2), ACK, good(3), 'poison', good(4)] : [ACK]) },
    );
    expect(events()).toEqual([1, 2, 3, 4].map(good));
    expect(pipeline.source('exchange').status).toMatchObject({ received: 6, rejected: 2, settled: 6, restarts: 1 });
  });

  test('keeps what waits for emit-interval', async () => {
    const { world, send, texts } = await bench({ 'emit-interval': '10s' });
    await send(good(1), POISON, good(3));
    await send(good(4));
    await world.clock.advance(10_000);
    expect(texts()).toEqual([1, 3, 4].map(good));
  });

  test('counts it, and all others of its turn, once', async () => {
    const { send, source } = await bench();
    await send(good(1), POISON, 'poison', good(3));
    expect(source()).toMatchObject({ received: 4, rejected: 2, failed: 0, settled: 4, inFlight: 0, restarts: 1 });
  });

  test('gives it to who takes the failures', async () => {
    const { world, server, pipeline } = await sourceBench({ schema: SCHEMA, reconnect: SOON });
    const taken: Message[] = [];
    pipeline.sink('dead', {
      inputs: ['exchange.failures'],
      function: ({ messages }) => void taken.push(...messages),
    });
    await world.start();
    server.send(good(1), POISON, 'poison');
    await world.clock.advance(100);
    expect(taken.map(({ text }) => JSON.parse(text).payload)).toEqual([POISON, 'poison']);
    expect(pipeline.source('exchange').status).toMatchObject({ failed: 2, rejected: 0 });
  });

  test('says in the log what it was, where it is wrong, and why', async () => {
    const { send, crashes } = await bench();
    await send(POISON);
    expect(crashes()).toHaveLength(1);
    for (const part of [FAULT, '"high"', '/params/0/price', POISON]) {
      expect(crashes().join().replaceAll('\\"', '"')).toContain(part);
    }
  });

  test('goes on from the cursor of what was settled', async () => {
    const cursor = { 'header-name': 'x-from', 'value-field': 'id' };
    const { world, send, server } = await bench({ cursor });
    await send(good(1), POISON, good(3), 'poison');
    expect(headersOf(server, 'x-from')).toEqual([undefined, '3']);
    await drop(world, server);
    expect(headersOf(server, 'x-from').at(-1)).toBe('3');
  });

  test('leaves the other sources and their connections alone', async () => {
    const world = new World();
    const [one, other] = [await world.server('one'), await world.server('other')];
    const options = { schema: SCHEMA, reconnect: SOON };
    const pipeline = world.add([
      webSocketSource(one.url, options),
      { name: 'second', 'web-socket': { url: other.url, ...options } },
    ]);
    const kept: string[] = [];
    pipeline.sink('kept', {
      inputs: ['exchange', 'second'],
      function: ({ messages }) => void kept.push(...messages.map(({ text }) => text)),
    });
    await world.start();
    one.send(POISON);
    await world.clock.advance(100);
    other.send(good(7));
    await world.clock.advance(100);
    expect([kept, other.peers.length, pipeline.source('second').status.restarts]).toEqual([[good(7)], 1, 0]);
  });

  test('is no reason to end, as long as there are at most three a minute', async () => {
    const { world, send, source, texts } = await bench();
    for (let id = 1; id <= 12; id += 1) {
      await send(POISON, good(id));
      await world.clock.advance(20_100);
    }
    expect([source().restarts, source().state, texts().length]).toEqual([12, 'running', 12]);
  });
});

describe('on-error: fail, upon the fourth one in a minute', () => {
  test('fails the pipeline, with cause, path and message in one line', async () => {
    expect(await cause([POISON])).toBe(
      'exchange: restart intensity exceeded, last: ' +
        `${FAULT}"high" is not a number (field params.price, double) at /params/0/price; the message is ${POISON}`,
    );
  });

  test('has connected and sent its requests four times by then', async () => {
    const { world, server } = await sourceBench({ schema: SCHEMA, requests: ['subscribe'] });
    play(server, { upon: () => [POISON] });
    await world.start();
    await world.during(world.supervisor.done);
    expect(server.received).toEqual(['subscribe', 'subscribe', 'subscribe', 'subscribe']);
  });

  test('shows no more than 1 KiB of the message', async () => {
    const long = `{"id":"${'x'.repeat(1_000_000)}"}`;
    const told = await cause([long]);
    expect(told?.split('the message is ')[1]).toBe(`${long.slice(0, 1024)}… (${long.length} bytes)`);
    expect(told?.length).toBeLessThan(1_500);
  });

  test('shows a message of several lines on one', async () => {
    const told = await cause([JSON.stringify(JSON.parse(POISON), null, 2)]);
    expect(told).toMatch(/the message is .*"price".*"high"/);
    expect(told).not.toMatch(/[\r\n]/);
  });

  test('delivers what was good, and what failed, before it ends', async () => {
    const { world, pipeline } = await doomed([good(1), POISON, good(3)]);
    const slow: string[] = [];
    const taken: string[] = [];
    const after = (kept: string[]) => (batch: { readonly messages: readonly Message[] }) =>
      new Promise<void>((resolve) => {
        world.clock.setTimeout(() => {
          kept.push(...batch.messages.map(({ text }) => text));
          resolve();
        }, 500);
      });
    pipeline.sink('slow', { inputs: ['exchange'], function: after(slow) });
    pipeline.sink('dead', { inputs: ['exchange.failures'], function: after(taken) });
    await world.start();
    const { undelivered, failures } = await world.during(world.supervisor.done);
    expect([undelivered, failures.length]).toEqual([0, 1]);
    expect(slow).toEqual([1, 3, 1, 3, 1, 3, 1, 3].map(good));
    expect(taken.map((text) => JSON.parse(text).payload)).toEqual([POISON, POISON, POISON, POISON]);
  });

  test('leaves nothing behind', async () => {
    const { world } = await doomed([POISON]);
    await world.start();
    await world.during(world.supervisor.done);
    expect(await world.leftovers()).toEqual(NOTHING);
  });
});

describe('on-error: continue', () => {
  test('never starts the source anew, whatever comes', async () => {
    const { world, send, source, texts, crashes } = await bench({ 'on-error': 'continue' });
    for (let round = 0; round < 20; round += 1) await send(POISON, 'poison', good(round));
    await world.clock.advance(1_000);
    expect([source().restarts, crashes(), texts().length]).toEqual([0, [], 20]);
  });
});

describe('a source that reads nothing of its messages', () => {
  test('passes on what is no JSON', async () => {
    const { send, source, texts } = await bench({ schema: undefined, payload: 'text', 'on-error': 'fail' });
    await send('no JSON', '');
    expect([texts(), source().restarts]).toEqual([['no JSON', ''], 0]);
  });
});
