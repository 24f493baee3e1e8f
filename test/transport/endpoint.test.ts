import { describe, expect, test } from 'vitest';
import { packFrames } from '../../src/messages/packed-chunk.ts';
import { EndpointBench, text, WALL_TIME } from './endpoint-bench.ts';

const RETRY = { 'retry-after': '5' };

describe('an endpoint admits', () => {
  test('with its subprotocols and its largest message', async () => {
    expect(await new EndpointBench().admit()).toEqual({ subprotocols: ['v1'], maxPayload: 1024 });
  });

  test('nobody while one of its components has not started', async () => {
    const bench = new EndpointBench();
    bench.leave();
    expect(await bench.admit()).toEqual({ status: 503, headers: RETRY });
    expect(bench.endpoint.counts.refused).toEqual({ unavailable: 1 });
  });

  test('again once the component has started again', async () => {
    const bench = new EndpointBench();
    bench.leave();
    bench.endpoint.take(() => {});
    expect(await bench.admit()).toHaveProperty('maxPayload');
  });

  test('nobody without what it asks for', async () => {
    const bench = new EndpointBench({ auth: { 'bearer-tokens': ['t'] } }, () => false);
    expect(await bench.admit()).toEqual({ status: 401, headers: { 'www-authenticate': 'Bearer realm="peers"' } });
    expect(bench.endpoint.counts.refused).toEqual({ auth: 1 });
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('down');
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
  ])('nobody when who decides %s', async (_, gate) => {
    const bench = new EndpointBench({ auth: gate }, gate);
    expect(await bench.admit()).toMatchObject({ status: 401 });
    expect(bench.endpoint.counts.refused).toEqual({ auth: 1 });
  });

  test('nobody for an answer that is neither yes nor no', async () => {
    expect(await new EndpointBench({}, () => JSON.parse('"yes"')).admit()).toMatchObject({ status: 401 });
  });

  test('who is let in later', async () => {
    const bench = new EndpointBench({}, async () => true);
    expect(await bench.admit()).toHaveProperty('maxPayload');
  });

  test('nobody above max-connections', async () => {
    const bench = new EndpointBench({ 'max-connections': 1 });
    const { peer } = bench.connect('p-1');
    expect(await bench.admit()).toEqual({ status: 503, headers: RETRY });
    expect(bench.endpoint.counts.refused).toEqual({ limit: 1 });
    bench.endpoint.leave(peer);
    expect(await bench.admit()).toHaveProperty('maxPayload');
  });

  test('nobody of another origin', async () => {
    const bench = new EndpointBench({ 'allowed-origins': ['https://good.example'] });
    expect(await bench.admit({ origin: 'https://evil.example' })).toEqual({ status: 403, headers: {} });
    expect(bench.endpoint.counts.refused).toEqual({ origin: 1 });
  });

  test('nobody of another origin in the older header', async () => {
    const bench = new EndpointBench({ 'allowed-origins': ['https://good.example'] });
    expect(await bench.admit({ 'sec-websocket-origin': 'https://evil.example' })).toMatchObject({ status: 403 });
  });

  test.each([
    ['an allowed origin', { origin: 'https://good.example' }],
    ['an allowed origin in capitals', { origin: 'HTTPS://Good.Example' }],
    ['an allowed origin in the older header', { 'sec-websocket-origin': 'https://good.example' }],
    ['no origin', {}],
  ])('peers with %s', async (_, headers) => {
    const bench = new EndpointBench({ 'allowed-origins': ['https://good.example'] });
    expect(await bench.admit(headers)).toHaveProperty('maxPayload');
  });

  test('peers of any origin when none is asked for', async () => {
    expect(await new EndpointBench().admit({ origin: 'null' })).toHaveProperty('maxPayload');
  });

  test('in this order: origin, components, credentials, room', async () => {
    const options = { 'allowed-origins': ['https://a'], 'max-connections': 1 };
    let good = false;
    const bench = new EndpointBench(options, () => good);
    bench.connect('p-1');
    bench.leave();
    const status = async (origin: string) => bench.admit({ origin });
    expect(await status('https://b')).toMatchObject({ status: 403 });
    expect(await status('https://a')).toMatchObject({ status: 503, headers: RETRY });
    bench.endpoint.join();
    expect(await status('https://a')).toMatchObject({ status: 401 });
    good = true;
    expect(await status('https://a')).toMatchObject({ status: 503, headers: RETRY });
    expect(bench.endpoint.counts.refused).toEqual({ origin: 1, unavailable: 1, auth: 1, limit: 1 });
  });

  test('and warns once in 10 s that what it asks cannot be asked', async () => {
    const bench = new EndpointBench({}, () => Promise.reject(new Error('no such secret')));
    await bench.admit();
    await bench.admit();
    expect(bench.warnings).toEqual(['server.auth cannot be asked: peers are refused']);
    bench.clock.block(10_000);
    await bench.admit();
    expect(bench.warnings).toHaveLength(2);
  });

  test('and then sends away who came while a component ended', () => {
    const bench = new EndpointBench();
    bench.leave();
    expect(bench.connect('p-1').farewells).toEqual(['1001 going away']);
  });

  test('and then sends away who were admitted together and are too many', () => {
    const bench = new EndpointBench({ 'max-connections': 1 });
    const [first, second] = [bench.connect('p-1'), bench.connect('p-2')];
    expect([first.farewells, second.farewells]).toEqual([[], ['1013 too many connections']]);
    expect(bench.endpoint.counts.refused).toEqual({ limit: 1 });
  });
});

describe('an endpoint broadcasts', () => {
  test('the same memory to every peer', () => {
    const bench = new EndpointBench();
    const peers = ['p-1', 'p-2', 'p-3'].map((id) => bench.connect(id));
    bench.broadcast('a', 'b');
    const [memory, ...others] = peers.map(({ socket }) => socket.writes[0]?.encoded);
    expect([memory?.length, others.every((each) => each === memory)]).toEqual([6, true]);
  });

  test('a turn in one write to each peer', () => {
    const bench = new EndpointBench();
    const peers = ['p-1', 'p-2'].map((id) => bench.connect(id));
    bench.broadcast('a', 'b', 'c');
    expect(peers.map(({ socket }) => socket.writes.length)).toEqual([1, 1]);
  });

  test('packed frames', () => {
    const bench = new EndpointBench();
    const { socket } = bench.connect('p-1');
    bench.endpoint.broadcast(packFrames([{ data: Buffer.from('a') }, { data: Buffer.from('b') }]));
    expect(socket.messages).toEqual(['a', 'b']);
  });

  test('nothing when there is nothing', () => {
    const bench = new EndpointBench();
    const { socket } = bench.connect('p-1');
    bench.endpoint.broadcast([]);
    expect([socket.writes, bench.endpoint.counts.unheard]).toEqual([[], 0]);
  });

  test('to nobody, which is counted', () => {
    const bench = new EndpointBench();
    bench.broadcast('a', 'b');
    bench.endpoint.broadcast(packFrames([{ data: Buffer.from('c') }]));
    expect(bench.endpoint.counts.unheard).toBe(3);
  });

  test('to all but the peer that a message is from', () => {
    const bench = new EndpointBench();
    const [from, to] = [bench.connect('p-1'), bench.connect('p-2')];
    bench.endpoint.broadcast([text('a')], { except: 'p-1' });
    expect([from.socket.messages, to.socket.messages]).toEqual([[], ['a']]);
    expect(bench.endpoint.counts.unheard).toBe(0);
  });

  test('to nobody when the only peer is the one that it is from', () => {
    const bench = new EndpointBench();
    bench.connect('p-1');
    bench.endpoint.broadcast([text('a')], { except: 'p-1' });
    expect(bench.endpoint.counts.unheard).toBe(1);
  });

  test('to others when the peer that it is from has gone', () => {
    const bench = new EndpointBench();
    const { socket } = bench.connect('p-2');
    bench.endpoint.broadcast([text('a')], { except: 'p-1' });
    expect([socket.messages, bench.endpoint.counts.unheard]).toEqual([['a'], 0]);
  });

  test('to nobody when the only peer is being closed', () => {
    const bench = new EndpointBench();
    const { peer, socket } = bench.connect('p-1');
    peer.state = 'closing';
    bench.broadcast('a');
    expect([socket.messages, bench.endpoint.counts.unheard]).toEqual([[], 1]);
  });
});

describe('an endpoint sends to one peer', () => {
  test('and to no other', () => {
    const bench = new EndpointBench();
    const [one, other] = [bench.connect('p-1'), bench.connect('p-2')];
    expect(bench.endpoint.send('p-1', [text('a')])).toBe(true);
    expect([one.socket.messages, other.socket.messages]).toEqual([['a'], []]);
  });

  test('also while that is sent what it missed', () => {
    const bench = new EndpointBench({ replay: REPLAY, cursor: CURSOR });
    const large = 'x'.repeat(300_000);
    bench.publish('a', large, 'c');
    const { socket } = bench.connect('p-1', { target: '/feed?after=a' });
    expect(bench.endpoint.send('p-1', [text('reply')])).toBe(true);
    socket.takeAll();
    expect(socket.messages).toEqual([large, 'c', 'reply']);
  });

  test('unless it is unknown', () => {
    expect(new EndpointBench().endpoint.send('p-1', [text('a')])).toBe(false);
  });

  test('unless it is being closed', () => {
    const bench = new EndpointBench();
    bench.connect('p-1').peer.state = 'closing';
    expect(bench.endpoint.send('p-1', [text('a')])).toBe(false);
  });
});

describe('a peer that is too slow', () => {
  test('is sent away once with 1013 and counted', () => {
    const bench = new EndpointBench();
    const { farewells } = bench.connect('p-1');
    for (const each of 'abcdefgh') bench.broadcast(each);
    expect([farewells, bench.endpoint.counts.slow]).toEqual([['1013 too slow'], 1]);
  });

  test('holds up no other', () => {
    const bench = new EndpointBench();
    bench.connect('p-1');
    const { socket } = bench.connect('p-2');
    for (const each of 'abcdefgh') {
      bench.broadcast(each);
      socket.take();
    }
    expect(socket.messages.join('')).toBe('abcdefgh');
  });

  test('is counted on after it has gone', () => {
    const bench = new EndpointBench({ 'slow-peer': 'drop-oldest' });
    const { peer } = bench.connect('p-1');
    for (const each of 'abcdefgh') bench.broadcast(each);
    expect([peer.status.queued, peer.status.dropped, bench.endpoint.counts.dropped]).toEqual([4, 3, 3]);
    bench.endpoint.leave(peer);
    bench.endpoint.leave(peer);
    expect(bench.endpoint.counts).toMatchObject({ peers: 0, accepted: 1, dropped: 7 });
  });

  test('misses older messages with the same key', () => {
    const bench = new EndpointBench({ 'slow-peer': 'conflate', 'conflate-by': '/s' });
    const { peer, socket } = bench.connect('p-1');
    for (const each of ['{}', '{"s":1}', '{"s":2}', '{"s":1,"new":true}']) bench.broadcast(each);
    socket.takeAll();
    expect(socket.messages).toEqual(['{}', '{"s":2}', '{"s":1,"new":true}']);
    bench.endpoint.leave(peer);
    expect(bench.endpoint.counts).toMatchObject({ conflated: 1, dropped: 0 });
  });
});

const REPLAY = { 'max-events': 3, 'max-bytes': 1_000_000, 'on-gap': 'notify' } as const;
const CURSOR = { 'header-name': 'Last-Seen', 'query-parameter': 'after' };

describe('a peer that comes back', () => {
  function replaying(gap: 'notify' | 'close' | 'ignore' = 'notify', ...texts: string[]): EndpointBench {
    const bench = new EndpointBench({ replay: { ...REPLAY, 'on-gap': gap }, cursor: CURSOR });
    bench.publish(...texts);
    return bench;
  }

  test('is sent what it missed, then what comes live', () => {
    const bench = replaying('notify', 'a', 'b', 'c');
    const { socket } = bench.connect('p-1', { headers: { 'last-seen': 'a' } });
    bench.publish('d');
    socket.takeAll();
    expect(socket.messages).toEqual(['b', 'c', 'd']);
  });

  test('that has missed nothing is sent what comes live, once', () => {
    const bench = replaying('notify', 'a', 'b');
    const { socket } = bench.connect('p-1', { target: '/feed?after=b' });
    bench.publish('c');
    expect(socket.messages).toEqual(['c']);
  });

  test('says its cursor in the query, decoded', () => {
    const { socket } = replaying('notify', 'a b', 'c').connect('p-1', { target: '/feed?x=1&after=a%20b' });
    expect(socket.messages).toEqual(['c']);
  });

  test('says its cursor in the header before the query', () => {
    const bench = replaying('notify', 'a', 'b', 'c');
    const { socket } = bench.connect('p-1', { target: '/feed?after=a', headers: { 'last-seen': 'b' } });
    expect(socket.messages).toEqual(['c']);
  });

  test('says nothing in a target without a query', () => {
    const { socket } = replaying('notify', 'a', 'b').connect('p-1', { target: '/feed&after=a' });
    expect(socket.messages).toEqual([]);
  });

  test('without a cursor is sent what comes live', () => {
    const bench = replaying('notify', 'a', 'b');
    const { socket } = bench.connect('p-1');
    bench.publish('c');
    expect(socket.messages).toEqual(['c']);
  });

  test('is not sent what it had sent itself', () => {
    const bench = replaying('notify', 'a', 'x'.repeat(300_000), 'b');
    const { socket } = bench.connect('p-1', { target: '/feed?after=a' });
    bench.endpoint.broadcast([text('own')], { except: 'p-1' });
    bench.publish('c');
    socket.takeAll();
    expect(socket.messages.slice(1)).toEqual(['b', 'c']);
  });

  test('finds what nobody heard, which is counted all the same', () => {
    const bench = replaying('notify', 'a', 'b');
    expect(bench.endpoint.counts.unheard).toBe(2);
    expect(bench.connect('p-1', { target: '/feed?after=a' }).socket.messages).toEqual(['b']);
  });

  test('after too long is told of the gap, then sent what is kept', () => {
    const bench = replaying('notify', 'a', 'b', 'c', 'd');
    const { socket } = bench.connect('p-1', { target: '/feed?after=a' });
    socket.takeAll();
    expect(socket.messages).toEqual(['{"gap":{"after":"a","from":"b"}}', 'b', 'c', 'd']);
    expect(bench.endpoint.counts.gaps).toBe(1);
  });

  test('is told of a gap without an end when nothing is kept', () => {
    const bench = replaying('notify');
    const { socket } = bench.connect('p-1', { target: '/feed?after=a' });
    bench.publish('b');
    socket.takeAll();
    expect(socket.messages).toEqual(['{"gap":{"after":"a"}}', 'b']);
  });

  test('after too long is closed with 4404, with on-gap: close', () => {
    const bench = replaying('close', 'a', 'b', 'c', 'd');
    const { socket, farewells } = bench.connect('p-1', { target: '/feed?after=a' });
    expect([farewells, socket.messages]).toEqual([['4404 cursor unknown or too old'], []]);
    expect(bench.endpoint.counts.gaps).toBe(1);
  });

  test('after too long is sent what is kept, with on-gap: ignore', () => {
    const bench = replaying('ignore', 'a', 'b', 'c', 'd');
    const { socket } = bench.connect('p-1', { target: '/feed?after=a' });
    expect([socket.messages, bench.endpoint.counts.gaps]).toEqual([['b', 'c', 'd'], 1]);
  });

  test('is sent nothing of the past when nothing is kept for it', () => {
    const bench = new EndpointBench({ cursor: CURSOR });
    bench.publish('a', 'b');
    const { socket } = bench.connect('p-1', { target: '/feed?after=a' });
    expect([socket.messages, bench.endpoint.counts.gaps, bench.endpoint.replays]).toEqual([[], 0, false]);
  });
});

describe('what peers send', () => {
  const frames = [{ data: Buffer.from('a'), binary: false }];

  test('goes to who takes it, with the peer that it is from', () => {
    const bench = new EndpointBench();
    const { peer } = bench.connect('p-1');
    const taken: string[] = [];
    bench.endpoint.take(([frame], id) => taken.push(`${id} ${frame?.data}`));
    bench.endpoint.received(frames, peer);
    expect([taken, bench.endpoint.counts.unconsumed]).toEqual([['p-1 a'], 0]);
  });

  test('is counted when nobody takes it', () => {
    const bench = new EndpointBench();
    const { peer } = bench.connect('p-1');
    bench.endpoint.take(() => {}).leave();
    bench.endpoint.received([...frames, ...frames], peer);
    expect(bench.endpoint.counts.unconsumed).toBe(2);
  });

  test('is held back once however often that is said, and no more when who takes it ends', () => {
    const { endpoint } = new EndpointBench();
    const told: boolean[] = [];
    endpoint.held$.subscribe((held) => told.push(held));
    const intake = endpoint.take(() => {});
    intake.hold(true);
    intake.hold(true);
    expect(endpoint.held).toBe(true);
    intake.leave();
    expect([endpoint.held, told]).toEqual([false, [true, false]]);
  });
});

describe('two components that take what peers send', () => {
  test('get all of it each', () => {
    const bench = new EndpointBench();
    const { peer } = bench.connect('p-1');
    const taken: string[] = [];
    bench.endpoint.take(([frame]) => taken.push(`first ${frame?.data}`));
    bench.endpoint.take(([frame]) => taken.push(`second ${frame?.data}`));
    bench.endpoint.received([{ data: Buffer.from('a'), binary: false }], peer);
    expect(taken).toEqual(['first a', 'second a']);
  });

  test('hold the peers back while one of them has no room', () => {
    const { endpoint } = new EndpointBench();
    const [first, second] = [endpoint.take(() => {}), endpoint.take(() => {})];
    first.hold(true);
    second.hold(true);
    first.hold(false);
    expect(endpoint.held).toBe(true);
    second.hold(false);
    expect(endpoint.held).toBe(false);
  });
});

describe('an accepted peer', () => {
  test('says who it is', () => {
    const { peer } = new EndpointBench().connect('p-1', { remoteAddress: '10.0.0.7' });
    expect(peer.status).toEqual({
      id: 'p-1',
      address: '10.0.0.7',
      state: 'live',
      since: WALL_TIME,
      queued: 0,
      dropped: 0,
      conflated: 0,
    });
  });

  test('is terminated when it is dismissed before its actor runs', () => {
    const bench = new EndpointBench();
    const { socket, peer } = bench.connect('p-1');
    const early = bench.endpoint.welcome('p-2', socket, peer.handshake);
    early.dismiss({ code: 1001, reason: 'going away' });
    expect(socket.ends).toEqual(['terminated']);
  });

  test('tells of a loss that came before anybody listened', () => {
    const { peer } = new EndpointBench().connect('p-1');
    const lost: string[] = [];
    peer.lost({ kind: 'close', code: 1006, reason: '' });
    peer.tell({
      connected: () => {},
      open: () => {},
      frames: () => {},
      pong: () => {},
      drained: () => {},
      lost: ({ kind }) => lost.push(kind),
    });
    expect(lost).toEqual(['close']);
  });

  test('was last sent to when a message was queued for it', async () => {
    const bench = new EndpointBench();
    const { peer } = bench.connect('p-1');
    bench.broadcast('a');
    await bench.clock.advance(1000);
    bench.broadcast('b');
    expect(peer.sentAt).toBe(1000);
  });

  test('was last sent to when what waited or is replayed was written', async () => {
    const bench = new EndpointBench();
    const { peer, socket } = bench.connect('p-1');
    bench.broadcast('a');
    bench.broadcast('b');
    await bench.clock.advance(1000);
    socket.take();
    expect(peer.sentAt).toBe(1000);
  });
});

describe('an endpoint', () => {
  test('tells when a peer has gone', () => {
    const bench = new EndpointBench();
    const { peer } = bench.connect('p-1');
    const peers: number[] = [];
    bench.endpoint.left$.subscribe(() => peers.push(bench.endpoint.peers.size));
    bench.endpoint.leave(peer);
    expect(peers).toEqual([0]);
  });
});
