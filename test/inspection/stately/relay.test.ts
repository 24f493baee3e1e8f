import { beforeEach, describe, expect, test } from 'vitest';
import type { Dial } from '../../../src/environment.ts';
import { UsageError } from '../../../src/errors.ts';
import { checkRelayUrl, StatelyRelay } from '../../../src/inspection/stately/relay.ts';
import { World } from '../../supervision/world.ts';

const URL = 'ws://localhost/?key=hunter2';

let world: World;
/** When it was dialled, in milliseconds. */
let dials: number[];
/** What is to be sent. */
let texts: string[];
let opened: number;

beforeEach(() => {
  world = new World();
  dials = [];
  texts = [];
  opened = 0;
});

function open(): StatelyRelay {
  const dial: Dial = (request, events) => {
    dials.push(world.clock.now());
    return world.network.dial(request, events);
  };
  return new StatelyRelay({
    url: URL,
    environment: { ...world.environment, dial },
    opened: () => {
      opened += 1;
    },
    next: () => texts.shift(),
  });
}

function gaps(): number[] {
  return dials.slice(1).map((at, index) => Math.round((at - (dials[index] ?? 0)) / 100) / 10);
}

function warnings(): string[] {
  return world.log.filter((line) => line.startsWith('warn'));
}

describe('a relay', () => {
  test('that is not there is dialled again after 1, 2, 4, 8, 16 and then each 30 seconds', async () => {
    const relay = open();
    await world.clock.advance(125_000);
    expect(gaps()).toEqual([1, 2, 4, 8, 16, 30, 30, 30]);
    await world.during(relay.close());
  });

  test('that is not there is warned of once, with its address, the reason, and how to start one', async () => {
    const relay = open();
    await world.clock.advance(60_000);
    expect(warnings()).toEqual([
      `warn no relay for Stately's inspector: start one with createInspectorServer() of @statelyai/inspect/server; it is tried again ${JSON.stringify({ url: 'ws://localhost/', reason: 'connect ECONNREFUSED localhost:80' })}`,
    ]);
    await world.during(relay.close());
  });

  test('that went away is warned of again, and dialled after a second again', async () => {
    const relay = open();
    await world.clock.advance(10_000);
    const server = await world.server('localhost');
    await world.clock.advance(20_000);
    expect(opened).toBe(1);
    await server.die();
    const before = dials.length;
    await world.clock.advance(1500);
    expect(dials.length).toBe(before + 1);
    expect(warnings()).toHaveLength(2);
    await world.during(relay.close());
  });

  test('that closes in good order is dialled again', async () => {
    const server = await world.server('localhost');
    const relay = open();
    await world.clock.advance(10);
    server.peer.socket.close(1000, '');
    await world.clock.advance(1500);
    expect(opened).toBe(2);
    await world.during(relay.close());
    await server.die();
  });

  test('that ends each connection at once is dialled ever less often, and warned of once', async () => {
    const server = await world.server('localhost');
    server.greet = ({ socket }) => socket.close(1013, 'try again later');
    const relay = open();
    await world.clock.advance(35_000);
    expect(opened).toBe(6);
    expect(gaps()).toEqual([1, 2, 4, 8, 16]);
    expect(warnings()).toHaveLength(1);
    await world.during(relay.close());
    await server.die();
  });

  test('that does not answer an upgrade is dialled again after 10 seconds', async () => {
    const server = await world.server('localhost');
    world.network.hang(server.address);
    const relay = open();
    await world.clock.advance(11_500);
    expect(gaps()).toEqual([11]);
    expect(warnings().join()).toContain('it did not answer within 10 s');
    await world.during(relay.close());
    await server.die();
  });

  test('is sent what there is when it opens, and what comes later when it is told to', async () => {
    const server = await world.server('localhost');
    const relay = open();
    texts.push('one', 'two');
    relay.flow();
    expect(texts).toHaveLength(2);
    await world.clock.advance(10);
    texts.push('three');
    relay.flow();
    await world.clock.advance(10);
    expect(server.received).toEqual(['one', 'two', 'three']);
    await world.during(relay.close());
    await server.die();
  });

  test('that reads slowly is sent all in the end, and is owed little more than a megabyte at a time', async () => {
    const server = await world.server('localhost');
    const relay = open();
    await world.clock.advance(10);
    world.network.freeze(server.address);
    texts.push(...Array.from({ length: 64 }, () => 'x'.repeat(100_000)));
    relay.flow();
    expect(texts.length).toBeGreaterThan(50);
    world.network.thaw(server.address);
    await world.clock.advance(1000);
    expect(server.received).toHaveLength(64);
    await world.during(relay.close());
    await server.die();
  });

  test('may say what it likes', async () => {
    const server = await world.server('localhost');
    const relay = open();
    await world.clock.advance(10);
    server.send('not even JSON');
    texts.push('one');
    await world.clock.advance(10);
    relay.flow();
    await world.clock.advance(10);
    expect(server.received).toEqual(['one']);
    await world.during(relay.close());
    await server.die();
  });
});

describe('close', () => {
  test('says goodbye with 1000', async () => {
    const server = await world.server('localhost');
    const relay = open();
    await world.clock.advance(10);
    await world.during(relay.close());
    await world.clock.advance(10);
    expect(server.peer.heard.loss).toEqual({ kind: 'close', code: 1000, reason: '' });
    await server.die();
  });

  test('resolves at the same time for all who call it', async () => {
    const relay = open();
    await world.during(Promise.all([relay.close(), relay.close()]));
    expect(await world.leftovers()).toEqual({ timers: 0, sockets: 0 });
  });

  test.each([
    ['before it is open', 1],
    ['while it waits for the next dial', 500],
  ])('%s leaves no timer, and nothing is dialled any more', async (_, after) => {
    const relay = open();
    await world.clock.advance(after);
    await world.during(relay.close());
    expect(await world.leftovers()).toEqual({ timers: 0, sockets: 0 });
    await world.clock.advance(60_000);
    expect(dials).toHaveLength(1);
  });

  test('waits a second for a relay that stands still, and no longer', async () => {
    const server = await world.server('localhost');
    const relay = open();
    await world.clock.advance(10);
    world.network.freeze(server.address);
    const from = world.clock.now();
    await world.during(relay.close());
    expect(world.clock.now() - from).toBe(1000);
    world.network.thaw(server.address);
    await server.die();
    expect(await world.leftovers()).toEqual({ timers: 0, sockets: 0 });
  });

  test('sends nothing more', async () => {
    const server = await world.server('localhost');
    const relay = open();
    await world.clock.advance(10);
    const closed = relay.close();
    texts.push('late');
    relay.flow();
    await world.during(closed);
    await server.die();
    expect(server.received).toEqual([]);
    expect(texts).toEqual(['late']);
  });
});

describe('the url of a relay', () => {
  test.each([
    'ws://localhost:8080',
    'ws://127.0.0.1:8080/',
    'ws://127.8.0.1',
    'ws://[::1]:9000',
    'wss://relay.example',
  ])('may be %s', (url) => {
    expect(() => checkRelayUrl(url)).not.toThrow();
  });

  test.each(['ws://relay.example:8080', 'ws://0.0.0.0:8080', 'ws://127.0.0.1.example', 'ws://10.0.0.1/'])(
    'may not be %s: it would get what it is told in clear over the network',
    (url) => {
      expect(() => checkRelayUrl(url)).toThrow(UsageError);
      expect(() => checkRelayUrl(url)).toThrow(/in clear over the network; use wss:\/\/, or a relay on this machine/);
    },
  );

  test.each(['http://localhost:8080', 'localhost:8080', '', 'ws://'])('may not be %j: it is none', (url) => {
    expect(() => checkRelayUrl(url)).toThrow(UsageError);
    expect(() => checkRelayUrl(url)).toThrow('is not the url of a relay; expected ws://localhost:8080 or another');
  });

  test('is shown without user, password and query when it is refused', () => {
    const refusal = () => checkRelayUrl('ws://me:hunter2@relay.example/path?token=hunter3');
    expect(refusal).toThrow('stately: ws://relay.example/path would get');
  });
});
