import { describe, expect, test } from 'vitest';
import { lines, optionsOf, warningsOf } from './samples.ts';

const served = '{ mode: server-input, server: { bind: "h:1", path: /a } }';
const answering = (block: string) =>
  [
    'sources:',
    `  - { name: peers, web-socket: ${served} }`,
    '  - { name: other, stdin: }',
    'sinks:',
    `  - { name: answers, inputs: [peers, other], ${block} }`,
  ].join('\n');

describe('a sink that replies to a source', () => {
  test('needs no kind', () => {
    expect(optionsOf(answering('reply-to: peers')).sinks).toMatchObject([
      { kind: 'web-socket', options: { mode: 'server-input', endpoint: 'h:1/a', payload: 'text' } },
    ]);
  });

  test('may say its payload and batch, and need not say its mode', () => {
    const text = answering('reply-to: peers, web-socket: { payload: json, batch: { fixed-size: 2 } }');
    expect(optionsOf(text).sinks).toMatchObject([
      { options: { mode: 'server-input', endpoint: 'h:1/a', payload: 'json' }, batch: { 'fixed-size': 2 } },
    ]);
  });

  test('may leave its block empty', () => {
    expect(optionsOf(answering('reply-to: peers, web-socket: ')).sinks[0]?.kind).toBe('web-socket');
  });

  test('adds to what the endpoint is', () => {
    const text = answering('reply-to: peers, web-socket: { heartbeat: off }');
    expect(optionsOf(text).listeners[0]?.endpoints).toMatchObject([{ id: 'h:1/a', heartbeat: false }]);
  });

  test('is the same as one at the address of the source', () => {
    const text = answering(`web-socket: ${served}`);
    expect(optionsOf(text)).toEqual(optionsOf(answering('reply-to: peers')));
  });
});

describe('a sink that answers nobody', () => {
  test.each<[string, string]>([
    ['reply-to: pers', '56 sinks[0].reply-to: "pers" is not a source; did you mean "peers"?'],
    ['reply-to: zzzzzz', '56 sinks[0].reply-to: "zzzzzz" is not a source; expected one of peers, other'],
    [
      'reply-to: other',
      '56 sinks[0].reply-to: "other" has no peers to answer, expected a web-socket source in mode server-input',
    ],
    ['reply-to: [peers]', '56 sinks[0].reply-to: a list is not the name of a source'],
    ['reply-to: peers, stdout: ', '46 sinks[0].reply-to: has no effect on a stdout sink'],
    ['reply-to: peers, function: ', '46 sinks[0].reply-to: has no effect on a function sink'],
    [
      'reply-to: peers, web-socket: { mode: client, url: "ws://h/" }',
      '46 sinks[0].reply-to: has no effect in mode client, expected mode: server-input',
    ],
    [
      `reply-to: peers, web-socket: ${served}`,
      '97 sinks[0].web-socket.server: is given beside reply-to, expected one of the two',
    ],
    [
      'reply-to: peers, web-socket: { url: "ws://h/" }',
      '77 sinks[0].web-socket.url: has no effect in mode server-input, which listens; expected mode: client or relay',
    ],
  ])('by %s is refused', (block, line) => {
    expect(lines(answering(block))).toEqual([`ticks.yaml:5:${line}`]);
  });

  test('since no source listens there is warned of', () => {
    const text = answering('web-socket: { mode: server-input, server: { bind: "h:1", path: /b } }');
    expect(warningsOf(text)).toEqual([
      '5 sinks[0].web-socket: answers the peers of h:1/b, where no source listens: its events can have no peer.id of them',
    ]);
  });

  test('is no source', () => {
    const text = 'sources:\n  - { name: a, stdin: , reply-to: b }';
    expect(lines(text)[0]).toContain('2:25 sources[0].reply-to: is not an option; options here: name, web-socket');
  });
});
