import { describe, expect, test } from 'vitest';
import { World } from '../supervision/world.ts';
import { call, collect, FEED, inputSource, outputSink, publish, relaySource } from './callers.ts';

const BYTES = Buffer.from([0, 255, 254, 1]);

type Payload = NonNullable<NonNullable<Parameters<typeof outputSink>[1]>['payload']>;

/** What a peer hears of events. */
async function heard(payload: Payload | undefined, ...events: unknown[]) {
  const world = new World();
  const pipeline = world.add([FEED], [outputSink({}, payload === undefined ? {} : { payload })]);
  const failures = collect(pipeline, 'failures', 'out.failures');
  await world.start();
  const caller = await call(world);
  await publish(world, pipeline, ...events);
  const frames = caller.heard.received.map(({ data, binary }) => [data.toString('latin1'), binary]);
  return { frames, failed: failures.length };
}

/** Values of the events that a peer's frames become. */
async function taken(payload: Payload | undefined) {
  const world = new World();
  const pipeline = world.add([inputSource({}, payload === undefined ? {} : { payload })]);
  const events = collect(pipeline, 'store', 'in');
  const failures = collect(pipeline, 'failures', 'in.failures');
  await world.start();
  const caller = await call(world);
  const send = async (data: string | Buffer, binary: boolean) => {
    caller.socket.write([{ data, binary }]);
    await world.clock.advance(5);
  };
  return {
    send,
    values: () => events.map(({ value }) => value),
    failures: () => failures.map(({ text }) => JSON.parse(text)),
  };
}

describe('payload of what peers are sent', () => {
  test('text is the default: a string as it is, anything else as JSON, in text frames', async () => {
    const { frames } = await heard(undefined, 'plain', { a: 1 }, { _raw: 'raw' });
    expect(frames).toEqual([
      ['plain', false],
      ['{"a":1}', false],
      ['raw', false],
    ]);
  });

  test('json: JSON as it is, other text as a JSON string, in text frames', async () => {
    const { frames } = await heard('json', '{"a": 1}', 'plain', { b: [2] });
    expect(frames).toEqual([
      ['{"a": 1}', false],
      ['"plain"', false],
      ['{"b":[2]}', false],
    ]);
  });

  test('binary: bytes as they are, text as UTF-8, in binary frames', async () => {
    const { frames } = await heard('binary', BYTES, 'é', { a: 1 });
    expect(frames).toEqual([
      [BYTES.toString('latin1'), true],
      ['Ã©', true],
      ['{"a":1}', true],
    ]);
  });

  test('binary-base64: the bytes of base64 text, in binary frames; other text fails', async () => {
    const { frames, failed } = await heard('binary-base64', BYTES.toString('base64'), 'no base64!');
    expect([frames, failed]).toEqual([[[BYTES.toString('latin1'), true]], 1]);
  });
});

describe('payload of what peers send', () => {
  test('text is the default: text, whichever opcode', async () => {
    const { send, values } = await taken(undefined);
    await send('é', false);
    await send(Buffer.from('é'), true);
    expect(values()).toEqual(['é', 'é']);
  });

  test('text: a binary frame that is not UTF-8 fails, the rest goes on and the peer stays', async () => {
    const { send, values, failures } = await taken('text');
    await send(BYTES, true);
    await send('after', false);
    expect(values()).toEqual(['after']);
    expect(failures()).toMatchObject([
      { source: 'in', error: { code: 'utf8' }, payload: BYTES.toString('base64'), payloadEncoding: 'base64' },
    ]);
  });

  test('json: the parsed value, whichever opcode', async () => {
    const { send, values } = await taken('json');
    await send('{"a":[1]}', false);
    await send(Buffer.from('"b"'), true);
    expect(values()).toEqual([{ a: [1] }, 'b']);
  });

  test('binary: the bytes, whichever opcode', async () => {
    const { send, values } = await taken('binary');
    await send(BYTES, true);
    await send('é', false);
    expect(values()).toEqual([BYTES, Buffer.from('é')]);
  });

  test('binary-base64: base64 text of the bytes, whichever opcode', async () => {
    const { send, values } = await taken('binary-base64');
    await send(BYTES, true);
    await send('a', false);
    expect(values()).toEqual([BYTES.toString('base64'), 'YQ==']);
  });

  test('of a relay that expects text is handed on as bytes when it is none', async () => {
    const world = new World();
    const pipeline = world.add([relaySource()]);
    const events = collect(pipeline, 'store', 'chat');
    await world.start();
    const caller = await call(world);
    caller.sendBytes(BYTES);
    await world.clock.advance(5);
    expect(events.map(({ value, attributes }) => [value, attributes.side])).toEqual([[BYTES, 'peer']]);
  });
});
