import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { directory } from '../cli/command.ts';
import { startProcess } from '../end-to-end/processes.ts';
import { playFeed } from '../feed/scripted-feed.ts';

const written = async (script: string) => join(await directory({ 'feed.yaml': script }), 'feed.yaml');

/** A client of a feed that plays this script. */
async function client(script: string, path = '', protocols: string[] = []) {
  const feed = await playFeed(await written(script));
  const socket = new WebSocket(`${feed.url}${path}`, protocols);
  const texts: string[] = [];
  socket.on('message', (data, isBinary) =>
    texts.push(isBinary ? `hex ${(data as Buffer).toString('hex')}` : String(data)),
  );
  onTestFinished(() => socket.terminate());
  const closed = once(socket, 'close').then(([code, reason]) => [code, String(reason)]);
  await once(socket, 'open');
  return { socket, texts, closed, feed };
}

describe('the feed', () => {
  test('sends texts as they stand, maps as JSON and each item of a list, in text and in binary', async () => {
    const { texts, closed } = await client(`
steps:
  - send: '{"id":9223372036854775807}'
  - send: [{ a: 1 }, b, [1, 2]]
  - send-binary: [{ hex: 00 ff }, { base64: AP8= }]
  - repeat: [{ send: 'tick {{n}}' }]
    times: 2
    every: 10ms
  - close: { code: 4001, reason: done }`);
    expect(await closed).toEqual([4001, 'done']);
    expect(texts).toEqual([
      '{"id":9223372036854775807}',
      '{"a":1}',
      'b',
      '[1,2]',
      'hex 00ff',
      'hex 00ff',
      'tick 1',
      'tick 2',
    ]);
  });

  test('goes on when what comes has in it what it expects', async () => {
    const { socket, closed } = await client(`
steps:
  - expect: { op: subscribe, args: [{ id: 1 }] }
  - expect: bye
  - close: 4002`);
    socket.send('{"op":"subscribe","args":[{"id":1,"more":true}],"more":true}');
    socket.send('bye');
    expect(await closed).toEqual([4002, '']);
  });

  test.each([
    ['{ op: subscribe }', '{"op":"login"}', 'expected {"op":"subscribe"}, got {"op":"login"}'],
    ['{ list: [1] }', '{"list":[1,2]}', 'expected {"list":[1]}, got {"list":[1,2]}'],
    ['{ a: 1 }', 'no JSON', 'expected {"a":1}, got no JSON'],
    ['hello', 'hello!', 'expected hello, got hello!'],
  ])('that expects %s closes with 4400 for %s, and says so', async (expected, sent, reason) => {
    const { socket, closed, feed } = await client(`steps: [{ expect: ${expected} }]`);
    socket.send(sent);
    expect(await closed).toEqual([4400, reason]);
    expect(feed.said).toContain(`1 wrong: ${reason}`);
  });

  test('answers what is to be answered beside its steps', async () => {
    const { socket, texts, closed } = await client(`
on: [{ when: ping, send: pong }, { when: { op: ping }, send: { op: pong } }]
steps: [{ expect: end }, { close: 1000 }]`);
    for (const text of ['ping', '{"op":"ping","id":1}', 'end']) socket.send(text);
    await closed;
    expect(texts).toEqual(['pong', '{"op":"pong"}']);
  });

  test('does not take anything in a time that is to be quiet', async () => {
    const { socket, closed } = await client('steps: [{ expect: one }, { quiet: 200ms }]');
    socket.send('one');
    socket.send('two');
    expect(await closed).toEqual([4400, 'expected nothing for 200ms, got two']);
  });

  test.each([
    ['path: /b', 'expected path /b, got /a'],
    ['query: { cursor: 7 }', 'expected query cursor 7, got 6'],
    ['query: { cursor: null }', 'expected query cursor null, got 6'],
    ['subprotocol: v2', 'expected subprotocol v2, got '],
    ['headers: { X-From: me }', 'expected header X-From me, got null'],
  ])('that accepts only %s closes with 4400', async (accept, reason) => {
    const { closed } = await client(`{ accept: { ${accept} }, steps: [] }`, 'a?cursor=6');
    expect(await closed).toEqual([4400, reason]);
  });

  test('accepts what is as it should be', async () => {
    const accept = 'path: /a, query: { cursor: 6, other: null }, subprotocol: v2, headers: { cookie: null }';
    const script = `{ accept: { ${accept} }, steps: [{ close: 4003 }] }`;
    const { closed } = await client(script, 'a?cursor=6', ['v1', 'v2']);
    expect(await closed).toEqual([4003, '']);
  });

  test('sends what is after the cursor of the query', async () => {
    const steps =
      'steps: [{ send: [{ at: 1 }, { at: 2 }, { at: 3 }], after: { query: from, field: at } }, { close: 1000 }]';
    const { texts, closed } = await client(steps, '?from=2');
    await closed;
    expect(texts).toEqual(['{"at":3}']);
  });

  test('plays the last script for each connection that follows', async () => {
    const script = 'connections: [{ steps: [{ close: 4001 }] }, { steps: [{ close: 4002 }] }]';
    const { closed, feed } = await client(script);
    const codes = [(await closed)[0]];
    for (let round = 0; round < 2; round += 1) {
      const next = new WebSocket(feed.url);
      onTestFinished(() => next.terminate());
      codes.push((await once(next, 'close'))[0]);
    }
    expect(codes).toEqual([4001, 4002, 4002]);
  });

  test.each([
    ['steps: [{ sned: 1 }]', 'the script: steps[0] is none of send, send-binary, expect, '],
    ['steps: [{ send: 1, evry: 1s }]', 'the script: steps[0]: evry is not known here, expected every, after'],
    [
      'steps: [{ repeat: [{ wait: 5 }] }]',
      'the script: steps[0].repeat[0].wait: 5 is not a duration such as 200ms or 2s',
    ],
    ['stpes: []', 'the script: stpes is not known here, expected accept, on, steps'],
    ['{ accept: { port: 1 }, steps: [] }', 'the script: accept: port is not known here, expected path, subprotocol, '],
    ['{ on: [{ when: ping }], steps: [] }', 'the script: on[0] lacks when or send'],
    ['connections: [{ on: [] }]', 'connections[0] has no list of steps'],
  ])('refuses the script %s with one line', async (script, line) => {
    const process = startProcess('../../examples/feed.mjs', await written(script), '--port', '0');
    expect([await process.exited, process.errors]).toEqual([1, expect.stringContaining(line)]);
  });
});
