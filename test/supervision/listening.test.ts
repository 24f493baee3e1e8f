import { describe, expect, test } from 'vitest';
import {
  BIND,
  call,
  callTogether,
  FEED,
  inputSource,
  leftovers,
  NOTHING_AT_ALL,
  outputSink,
  publish,
} from '../web-socket/callers.ts';
import { numbered, World } from './world.ts';

describe('a peer that is sent away while its source is held', () => {
  test('cannot get past what its sinks have room for', async () => {
    const world = new World({ bufferBytes: 4_096 });
    const out = { ...outputSink({ 'send-buffer-capacity': 5 }), inputs: ['feed'] };
    const pipeline = world.add([FEED, inputSource()], [out]);
    pipeline.sink('stuck', { inputs: ['in'], buffer: { 'max-events': 1 }, function: () => new Promise(() => {}) });
    await world.start();
    const caller = await call(world);
    caller.send(...numbered(30_000));
    await world.clock.advance(1_000);
    const before = pipeline.source('in').status;
    caller.socket.pause();
    await publish(world, pipeline, ...Array.from({ length: 50 }, () => 'x'.repeat(1_000)));
    expect([before.held, pipeline.sink('out').status.endpoint?.slow]).toEqual([true, 1]);
    caller.socket.resume();
    await world.clock.advance(10_000);
    expect(pipeline.source('in').status.received).toBe(before.received);
    expect(pipeline.source('in').peers).toEqual([]);
  });
});

describe('a relay that an application adds as a sink', () => {
  const relay = { 'web-socket': { mode: 'relay', server: { bind: BIND } } } as const;

  test('passes frames on between its peers, and broadcasts what it is given', async () => {
    const world = new World();
    const pipeline = world.add([FEED]);
    pipeline.sink('hub', relay);
    await world.start();
    const [ann, bob] = await callTogether(world, 2);
    await publish(world, pipeline, 'to all');
    ann?.send('from ann');
    await world.clock.advance(10);
    expect([ann?.texts, bob?.texts]).toEqual([['to all'], ['to all', 'from ann']]);
  });

  test('may be added to a pipeline that joins a supervisor which runs', async () => {
    const world = new World();
    world.add([FEED], [], 'first');
    await world.start();
    const pipeline = world.add([FEED]);
    pipeline.sink('hub', relay);
    await world.clock.advance(10);
    expect([pipeline.status.state, (await call(world)).open]).toEqual(['running', true]);
  });
});

describe('a pipeline whose address another one has', () => {
  test('fails when it is added later, and the other one goes on', async () => {
    const world = new World();
    const first = world.add([FEED], [outputSink()], 'first');
    await world.start();
    const caller = await call(world);
    const second = world.add([FEED], [outputSink()], 'second');
    await world.clock.advance(1_000);
    await publish(world, first, 'still here');
    expect([second.status.state, caller.texts]).toEqual(['failed', ['still here']]);
    expect((await world.stop()).failures.map(({ cause }) => cause)).toEqual([
      expect.stringContaining(`${BIND} is taken`),
    ]);
    expect(await leftovers(world)).toEqual(NOTHING_AT_ALL);
  });
});

describe('credentials of peers that cannot be resolved', () => {
  test('are logged without the others, once somebody is refused', async () => {
    const world = new World();
    const tokens = ['other-token', `\${secret|MISSING}`];
    world.add([FEED], [outputSink({ auth: { 'bearer-tokens': tokens } })]);
    await world.start();
    const { loss } = await call(world, '/', { headers: { authorization: 'Bearer unknown' } });
    expect(loss).toEqual({ kind: 'status', status: 401 });
    const log = world.log.join();
    expect([log.includes('HAWSER_SECRET_MISSING'), log.includes('other-token')]).toEqual([true, false]);
  });
});
