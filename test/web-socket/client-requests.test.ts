// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { describe, expect, test } from 'vitest';
import { World } from '../supervision/world.ts';
import { drop, type SourceOptions } from './client-bench.ts';
import { greeted, play, tell, typed } from './scripted-server.ts';

describe('requests with a reply that is expected', () => {
  const HUB: SourceOptions['requests'] = [
    { expect: typed('auth_required') },
    { send: { type: 'auth', access_token: '${secret|token}' }, expect: typed('auth_ok') },
    { type: 'subscribe' },
  ];

  function withToken(): World {
    const world = new World();
    world.env.HAWSER_SECRET_token = 'open sesame';
    return world;
  }

  function hub(text: string) {
    if (text.includes('"auth"')) return [{ type: 'auth_ok' }];
    return text.includes('subscribe') ? [{ type: 'event', id: 1 }] : [];
  }

  test('are sent in order, each when the reply before it has come, and then the connection is live', async () => {
    const bench = await greeted({ requests: HUB }, { first: [{ type: 'auth_required' }], upon: hub }, withToken());
    expect(bench.server.received).toEqual(['{"type":"auth","access_token":"open sesame"}', '{"type":"subscribe"}']);
    expect([bench.status().state, bench.events()]).toEqual(['live', ['{"type":"event","id":1}']]);
  });

  test('wait for it, sending nothing and not live', async () => {
    const bench = await greeted({ requests: HUB }, {}, withToken());
    await bench.world.clock.advance(9_000);
    expect([bench.server.received, bench.status().state, bench.status().detail]).toEqual([
      [],
      'connecting',
      ['linked.greeting.expecting.waiting'],
    ]);
  });

  test('take only the first message that fits, and pass all others on', async () => {
    const bench = await greeted(
      { requests: [{ send: 'hello', expect: typed('welcome') }] },
      { upon: () => [{ type: 'news' }, 'text', { type: 'welcome' }, { type: 'welcome', again: true }] },
    );
    expect(bench.events()).toEqual(['{"type":"news"}', 'text', '{"type":"welcome","again":true}']);
    expect(bench.status()).toMatchObject({ state: 'live', answered: 1 });
  });

  test('hand on what came before it in its turn, also when it fails the attempt', async () => {
    const bench = await greeted(
      { requests: [{ send: 'hello', expect: typed('welcome'), extract: { id: '/id' } }] },
      { upon: () => [{ type: 'news' }, { type: 'welcome' }, { type: 'late' }] },
    );
    expect([bench.status().state, bench.events()]).toEqual(['waiting', ['{"type":"news"}']]);
  });

  test('take several replies of one turn in order', async () => {
    const bench = await greeted(
      { requests: [{ send: 'hello', expect: typed('one') }, { expect: typed('two') }] },
      { upon: () => [{ type: 'two', early: true }, { type: 'one' }, { type: 'two' }, { type: 'one', late: true }] },
    );
    expect([bench.status().state, bench.events()]).toEqual([
      'live',
      ['{"type":"two","early":true}', '{"type":"one","late":true}'],
    ]);
  });

  test('do not take a reply that came before their step began', async () => {
    const bench = await greeted(
      { requests: ['first', { send: 'second', expect: typed('ok'), within: '2s' }], 'request-interval': '1s' },
      { upon: (text) => (text === 'first' ? [{ type: 'ok' }] : []) },
    );
    await bench.world.clock.advanceTo(2_900);
    expect([bench.status().state, bench.events()]).toEqual(['connecting', ['{"type":"ok"}']]);
    await bench.world.clock.advanceTo(3_100);
    expect(bench.status().cause?.detail.kind).toBe('greeting');
  });

  test('know a bare text for a reply', async () => {
    const bench = await greeted(
      { requests: [{ send: 'login', expect: { pointer: '', equals: 'OK' } }] },
      { upon: () => ['OK'] },
    );
    expect([bench.status().state, bench.events()]).toEqual(['live', []]);
  });

  test('keep their interval, counted from send to send', async () => {
    const times: number[] = [];
    const world = new World();
    const requests = [{ send: 'a', expect: typed('ok') }, { expect: typed('go') }, 'b', 'c'];
    const bench = await greeted(
      { requests, 'request-interval': '3s' },
      {
        upon: (text) => {
          times.push(world.clock.now());
          return text === 'a' ? [{ type: 'ok' }] : [];
        },
      },
      world,
    );
    await world.clock.advance(1_000);
    tell(bench.server.peer, [{ type: 'go' }]);
    await world.clock.advance(10_000);
    expect(times.map((time) => time - (times[0] ?? 0))).toEqual([0, 3_000, 6_000]);
  });

  test('are made anew on every connect', async () => {
    const bench = await greeted(
      { requests: [{ send: 'hello', expect: typed('welcome') }] },
      { upon: () => [{ type: 'welcome' }] },
    );
    await drop(bench.world, bench.server);
    expect([bench.server.received, bench.status()]).toMatchObject([
      ['hello', 'hello'],
      { state: 'live', reconnects: 1, answered: 2 },
    ]);
  });

  test('without a reply are plain, as ever', async () => {
    const bench = await greeted({ requests: ['ping', { op: 'subscribe' }, { send: { send: 1 } }, { send: 'text' }] });
    expect([bench.server.received, bench.status().state]).toEqual([
      ['ping', '{"op":"subscribe"}', '{"send":1}', 'text'],
      'live',
    ]);
  });
});

describe('what requests extract', () => {
  const WELCOME = { send: 'hello', expect: typed('welcome'), extract: { session: '/session', options: '/options' } };

  test('is sent with the type that it came with', async () => {
    const bench = await greeted(
      { requests: [WELCOME, { session: '${session}', options: '${options}', text: 'of ${session}' }] },
      {
        upon: (text) => (text === 'hello' ? ['{"type":"welcome","session":12345678901234567890,"options":[1.0]}'] : []),
      },
    );
    expect(bench.server.received.at(-1)).toBe(
      '{"session":12345678901234567890,"options":[1.0],"text":"of 12345678901234567890"}',
    );
  });

  test('is taken anew from the reply of every connection', async () => {
    const bench = await greeted(
      { requests: [{ ...WELCOME, extract: { session: '/session' } }, 'session ${session}'] },
      { upon: (text, attempt) => (text === 'hello' ? [{ type: 'welcome', session: `s${attempt}` }] : []) },
    );
    await drop(bench.world, bench.server);
    expect(bench.server.received).toEqual(['hello', 'session s1', 'hello', 'session s2']);
  });

  test('is not left from an attempt that failed', async () => {
    const requests = [
      { expect: typed('welcome'), extract: { session: '/session' } },
      { send: 'session ${session}', expect: typed('ok'), within: '2s' },
    ];
    const bench = await greeted(
      { requests },
      { first: [{ type: 'welcome', session: null }], upon: () => [{ type: 'ok' }] },
    );
    expect(bench.status()).toMatchObject({
      state: 'waiting',
      cause: {
        detail: { kind: 'greeting' },
        message: 'step 2: ${session} has no value: what was extracted is null',
      },
    });
    play(bench.server, { first: [{ type: 'welcome', session: 's2' }], upon: () => [{ type: 'ok' }] });
    await bench.world.clock.advance(2_000);
    expect([bench.server.received, bench.status().state]).toEqual([['session s2'], 'live']);
  });

  test('fails the attempt when it is not there', async () => {
    const bench = await greeted({ requests: [WELCOME] }, { upon: () => [{ type: 'welcome', options: 1 }] });
    expect(bench.status().cause?.message).toBe('step 1: the reply has nothing at /session to extract as session');
  });
});

describe('what requests send and extract', () => {
  test('is told in no cause, status or log', async () => {
    const world = new World();
    world.env.HAWSER_SECRET_token = 'planted "quoted" secret';
    const requests = [
      { expect: typed('challenge'), extract: { nonce: '/nonce', round: '/round' } },
      { send: { token: '${secret|token}', nonce: '${nonce}' }, expect: { pointer: '', equals: 'ok' }, within: '1s' },
    ];
    const bench = await greeted(
      { requests },
      {
        first: [{ type: 'challenge', nonce: 'planted-nonce', round: 1 }],
        upon: (text) => [`{"error":"refused","request":${text}}`, { echo: text }],
      },
      world,
    );
    await bench.world.clock.advance(1_000);
    const message = bench.status().cause?.message ?? '';
    expect(message).toContain('last seen there: {"echo":');
    const told = JSON.stringify([bench.status(), message, world.log]);
    expect(['planted-nonce', 'planted', 'quoted'].filter((secret) => told.includes(secret))).toEqual([]);
  });

  test('is told in no cause when it stands in what is extracted or seen', async () => {
    const seen = { type: 'challenge', session: { token: 'planted-1', n: 1 } };
    const bench = await greeted(
      {
        requests: [
          { expect: typed('challenge'), extract: { session: '/session' } },
          { expect: { pointer: '', equals: 'ok' }, within: '1s' },
        ],
      },
      { first: [seen, { text: 'it was planted-1', access_key: 'planted-2' }] },
    );
    await bench.world.clock.advance(1_000);
    expect(bench.status().cause?.message).toContain('{"text":"it was (hidden)","access_key":"(hidden)"}');
  });

  test('may be half a surrogate pair', async () => {
    const bench = await greeted(
      { requests: [{ expect: typed('challenge'), extract: { nonce: '/nonce' } }, { expect: typed('ok') }] },
      { first: ['{"type":"challenge","nonce":"half \\ud800 of a pair"}'] },
    );
    bench.server.peer.socket.close(4000, 'no');
    await bench.world.clock.advance(100);
    expect(bench.status()).toMatchObject({ state: 'waiting', cause: { detail: { kind: 'close', code: 4000 } } });
  });
});
