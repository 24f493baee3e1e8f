// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { describe, expect, test } from 'vitest';
import type { Loss } from '../../src/environment.ts';
import type { Message } from '../../src/messages/message.ts';
import { World, webSocketSource } from '../supervision/world.ts';
import { BIND, FEED, outputSink } from './callers.ts';
import { drop, headersOf, type SourceOptions, sourceBench } from './client-bench.ts';
import { SOON } from './scripted-server.ts';

const CURSOR = { 'header-name': 'last-event-id', 'value-field': 'id', 'initial-value': 'aged' } as const;

const answered = (status: number): Loss => ({ kind: 'status', status });
const tick = (id: number) => `{"id":${id}}`;
const ticks = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, at) => tick(first + at));
const gapsOf = (events: readonly Message[]) => events.map(({ attributes }) => attributes.gap);
const textsOf = (events: readonly Message[]) => events.map(({ text }) => text);

/** Why a pipeline fails whose first handshake is answered so. */
async function neverLive(status: number, options: SourceOptions): Promise<string | undefined> {
  const { world, server } = await sourceBench(options);
  world.network.refuse(server.address, answered(status));
  await world.start();
  return (await world.during(world.supervisor.done)).failures[0]?.cause;
}

/** What a source says of itself whose handshake is answered so after it has been live. */
async function onceLive(status: number, options: SourceOptions) {
  const bench = await sourceBench({ reconnect: SOON, ...options });
  const { world, server } = bench;
  await world.start();
  server.send(tick(17));
  await world.clock.advance(200);
  world.network.refuse(server.address, answered(status));
  world.network.cut(server.address);
  await world.clock.advance(1_100);
  return { ...bench, cause: bench.status().cause?.message };
}

describe('an upstream that refuses the cursor in its handshake', () => {
  test.each([400, 404, 410, 416])('with %i: fails the pipeline that starts, naming the cursor', async (status) => {
    expect(await neverLive(status, { cursor: CURSOR })).toBe(
      `exchange: the peer answered the upgrade with ${status}; it was given the cursor "aged", which it may not know`,
    );
  });

  test('once it has been live: is asked again, while status and log name the cursor', async () => {
    const { world, server, status, cause } = await onceLive(410, { cursor: CURSOR });
    expect([status().state, cause]).toEqual(['waiting', expect.stringMatching(/410; it was given the cursor "17"/)]);
    expect(world.log.filter((line) => /^warn cannot connect: .* the cursor "17"/.test(line))).toHaveLength(1);
    world.network.heal(server.address);
    await world.clock.advance(1_000);
    expect(headersOf(server, 'last-event-id')).toEqual(['aged', '17']);
  });

  test.each<[string, SourceOptions]>([
    ['in the query', { cursor: { 'query-parameter': 'after', 'initial-value': 'aged' } }],
    ['by ${cursor} in the url', { cursor: { 'initial-value': 'aged' }, query: { after: '${cursor}' } }],
  ])('where it is %s: is named too', async (_, options) => {
    expect(await neverLive(416, options)).toContain('the cursor "aged"');
  });

  test('of any length: has it shown on one line, cut at 200 characters', async () => {
    const cursor = { 'query-parameter': 'after', 'initial-value': `a\n${'b'.repeat(500)}` };
    expect(await neverLive(410, { cursor })).toContain(`the cursor "a\\n${'b'.repeat(198)}", `);
  });

  test.each([401, 429, 503])('is not meant by %i, which speaks of something else', async (status) => {
    expect((await onceLive(status, { cursor: CURSOR })).cause).toBe(`the peer answered the upgrade with ${status}`);
  });

  test('is not meant when the handshake carried none', async () => {
    const cursor = { ...CURSOR, 'resume-on-reconnect': false };
    expect((await onceLive(410, { cursor })).cause).toBe('the peer answered the upgrade with 410');
    const inRequest = { cursor: { 'initial-value': 'aged' }, requests: [{ after: '${cursor}' }] };
    expect(await neverLive(410, inRequest)).toBe('exchange: the peer answered the upgrade with 410');
  });
});

type Replay = NonNullable<Parameters<typeof outputSink>[1]>['replay'];

/**
 * A pipeline that sends to who connects and keeps the last two events, and one that resumes from it, which has missed
 * the events 4 to 9 while it was away.
 */
async function resumed(replay: Replay, options: SourceOptions = {}) {
  const world = new World();
  const cursor = { 'header-name': 'last-event-id', 'value-pointer': '/id' };
  const sender = world.add([FEED], [outputSink({}, { cursor, replay: { 'max-events': 2, ...replay } })], 'up');
  const source = webSocketSource(`ws://${BIND}/`, { cursor, payload: 'json', reconnect: SOON, ...options });
  const receiver = world.add([source], [], 'down');
  const kept: Message[] = [];
  receiver.sink('kept', { function: ({ messages }) => void kept.push(...messages) });
  await world.start();
  const publish = async (...events: string[]) => {
    for (const event of events) await sender.source('feed').push(event);
    await world.clock.advance(200);
  };
  // Its first dial may have come before anybody listened.
  await world.clock.advance(2_000);
  await publish(...ticks(1, 3));
  world.network.cut(BIND);
  await publish(...ticks(4, 9));
  await world.clock.advance(2_000);
  return { world, publish, kept, sender, source: () => receiver.source('exchange').status };
}

describe('an upstream of ours that has dropped what came after the cursor', () => {
  test('with on-gap: notify: tells of it in its first frame, which is counted, logged, and no event', async () => {
    const { world, kept, source, publish } = await resumed({});
    await publish(tick(10));
    expect(textsOf(kept)).toEqual([...ticks(1, 3), ...ticks(8, 10)]);
    expect(source()).toMatchObject({ received: 6, failed: 0, rejected: 0, records: { gaps: 1, missing: 0 } });
    expect(world.log.filter((line) => line.includes('gap') || line.includes('missing'))).toEqual([
      'warn the peer cannot go on from the cursor: what came in between is missing ' +
        '{"source":"exchange","after":"3","from":"8"}',
    ]);
  });

  test('with on-gap: notify: is heard by a source with a schema too, where the notice is no failure', async () => {
    const schema = { fields: [{ name: 'id', type: 'long', mode: 'required' }] } as const;
    const { kept, source } = await resumed({}, { schema });
    expect(textsOf(kept)).toEqual([...ticks(1, 3), ...ticks(8, 9)]);
    expect(source()).toMatchObject({ rejected: 0, records: { gaps: 1 } });
  });

  test('with on-gap: close: is left with 4404 at each attempt, and the source says why it waits', async () => {
    const { world, kept, source, sender } = await resumed({ 'on-gap': 'close' });
    expect(textsOf(kept)).toEqual(ticks(1, 3));
    expect(source().connection?.cause?.message).toBe('the peer closed with 4404: cursor unknown or too old');
    const lost = world.log.filter((line) => /^warn lost: the peer closed with 4404/.test(line));
    expect(lost.length).toBeGreaterThan(0);
    expect(sender.sink('out').status.endpoint?.gaps).toBe(lost.length);
  });

  test('with on-gap: ignore: is found out by the sequence', async () => {
    const { kept, source } = await resumed({ 'on-gap': 'ignore' }, { sequence: { pointer: '/id' } });
    expect(gapsOf(kept)).toEqual([undefined, undefined, undefined, '4', undefined]);
    expect(source().records).toMatchObject({ gaps: 1, missing: 4 });
  });
});

describe('an upstream whose sequence jumps', () => {
  const sequence = { pointer: '/id' };

  async function bench(options: SourceOptions = {}) {
    const made = await sourceBench({ sequence, reconnect: SOON, ...options });
    await made.world.start();
    const send = async (...texts: string[]) => {
      made.server.send(...texts);
      await made.world.clock.advance(200);
    };
    return { ...made, send, source: () => made.pipeline.source('exchange').status };
  }

  test('is told of by the log, by the status, and by the event behind the gap', async () => {
    const { world, kept, send, source } = await bench();
    await send(tick(1), tick(2), tick(5), tick(6));
    expect(gapsOf(kept)).toEqual([undefined, undefined, '2', undefined]);
    expect(source()).toMatchObject({ received: 4, records: { gaps: 1, missing: 2 } });
    expect(world.log.filter((line) => line.includes('missing'))).toEqual([
      'warn the sequence jumped from 2 to 5: 2 missing {"source":"exchange"}',
    ]);
  });

  test('while the source was disconnected, without a cursor: is told of too', async () => {
    const { world, server, kept, send, source } = await bench();
    await send(...ticks(1, 2));
    await drop(world, server);
    await send(...ticks(8, 9));
    expect(gapsOf(kept)).toEqual([undefined, undefined, '5', undefined]);
    expect(source().records).toMatchObject({ gaps: 1, missing: 5 });
  });

  test('while a crashed source was restarted: is told of too', async () => {
    const { kept, send, source } = await bench();
    await send(...ticks(1, 2), 'poison');
    await send(...ticks(5, 6));
    expect(source().restarts).toBe(1);
    expect(gapsOf(kept)).toEqual([undefined, undefined, '2', undefined]);
  });

  test('is told of by the event of the schema and of the interval that it belongs to', async () => {
    const schema = { fields: [{ name: 'name', type: 'string' }] } as const;
    const { kept, send, world } = await bench({ schema, 'emit-interval': '1s' });
    await send('{"id":1,"name":"a"}', '{"id":4,"name":"b"}');
    await world.clock.advance(1_000);
    expect(kept.map(({ text, attributes }) => [text, attributes.gap])).toEqual([
      ['{"name":"a"}', undefined],
      ['{"name":"b"}', '2'],
    ]);
  });

  test('on a feed of many counters: is told of for the one that jumped', async () => {
    const { kept, send, source } = await bench({ sequence: { pointer: '/id', by: '/of' } });
    await send('{"of":"a","id":1}', '{"of":"b","id":70}', '{"of":"a","id":2}', '{"of":"b","id":73}');
    expect(gapsOf(kept)).toEqual([undefined, undefined, undefined, '2']);
    expect(source().records).toMatchObject({ gaps: 1, missing: 2 });
  });

  test('for as long as it does: is logged at most once a second, with how many jumps were not', async () => {
    const { world, send, source } = await bench();
    for (let round = 0; round < 20; round += 1) await send(tick(round * 2));
    await world.stop();
    const lines = world.log.filter((line) => line.includes('missing'));
    expect(lines.length).toBeLessThanOrEqual(6);
    const told = lines.reduce((sum, line) => sum + 1 + Number(/"suppressed":(\d+)/.exec(line)?.[1] ?? 0), 0);
    expect([told, source().records?.gaps]).toEqual([19, 19]);
  });

  test('is seen by a sink through ${msg|gap}', async () => {
    const world = new World();
    const server = await world.server('upstream');
    const source = webSocketSource(server.url, { payload: 'json', sequence });
    world.add([source], [{ name: 'out', stdout: { template: '${id} ${msg|gap||none}' } }]);
    await world.start();
    server.send(tick(1), tick(2), tick(5), tick(6));
    await world.clock.advance(100);
    expect(world.printed).toBe('1 none\n2 none\n5 2\n6 none\n');
  });
});
