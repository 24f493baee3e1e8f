import { describe, expect, test } from 'vitest';
import { errorOf, optionsOf, warningsOf } from './samples.ts';

const lines = (text: string) => errorOf(text).message.split('\n');
const served = '{ bind: "127.0.0.1:0", path: /feed }';

describe('a job', () => {
  test.each([
    ['server-output', 'stdin: { payload: json }'],
    ['server-input', `web-socket: { mode: server-input, server: ${served} }`],
    ['relay', 'file: { path: /in }'],
  ])('may have an output in mode %s', (mode, input) => {
    const text = `input: { ${input} }\noutput: { web-socket: { mode: ${mode}, server: ${served}, payload: json, batch: { timeout: 1s } } }`;
    expect(warningsOf(text)).toEqual([]);
    expect(optionsOf(text).sinks[0]).toMatchObject({
      name: 'output',
      inputs: ['input'],
      options: { mode, endpoint: '127.0.0.1:0/feed', payload: 'json' },
      batch: { timeout: 1000 },
    });
  });

  test.each(['server-input', 'relay'])('may have an input in mode %s', (mode) => {
    const text = `input: { web-socket: { mode: ${mode}, server: ${served} } }\nactions:\noutput: { stdout: }`;
    expect(optionsOf(text).sources[0]).toMatchObject({ name: 'input', options: { mode } });
  });

  test('may answer the peers of its input', () => {
    const text = `input: { web-socket: { mode: server-input, server: ${served} } }\noutput: { reply-to: input }`;
    expect(optionsOf(text).sinks[0]?.options).toMatchObject({ mode: 'server-input', endpoint: '127.0.0.1:0/feed' });
  });

  test('may be one relay on both sides', () => {
    const relay = `{ web-socket: { mode: relay, url: "ws://up/", server: ${served} } }`;
    expect(optionsOf(`input: ${relay}\noutput: ${relay}`).sinks.map(({ name }) => name)).toEqual([
      'output',
      'input.peers',
      'input.upstream',
    ]);
  });

  test('of an empty output alone misses its input and the url', () => {
    expect(lines('{"output": {"web-socket": {}}}')).toEqual([
      'ticks.yaml:1:1 input: is missing, expected a map with one kind',
      'ticks.yaml:1:27 output.web-socket.url: is missing, expected a ws:// or wss:// url; it is required in client mode',
    ]);
  });

  test('says in its own words what contradicts', () => {
    const side = (options: string) => `{ web-socket: { mode: relay, server: { bind: "h:1", ${options} } } }`;
    expect(lines(`input: ${side('max-payload: 1')}\noutput: ${side('max-payload: 2')}`)).toEqual([
      'ticks.yaml:2:61 output.web-socket.server.max-payload: contradicts input, which shares h:1; expected the same, or to leave it to one of them',
    ]);
  });
});
