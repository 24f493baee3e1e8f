import { describe, expect, test } from 'vitest';
import { addSink, readObject, readPipeline } from '../../src/config/load.ts';

const pipeline = readPipeline(
  [
    'context: { mark: x }',
    'sources:',
    '  - { name: peers, web-socket: { mode: server-input, server: { bind: "h:1", max-payload: 1KiB } } }',
    'sinks:',
    '  - { name: first, file: { path: "{{mark}}{{{{" } }',
  ].join('\n'),
  'dir/ticks.yaml',
);

describe('a sink that an application adds', () => {
  test('takes from what the pipeline has', () => {
    const { options } = addSink(pipeline, { name: 'more', inputs: ['peers', 'first.failures'], stdout: {} });
    expect(options.sinks.map(({ name, inputs }) => [name, inputs])).toEqual([
      ['first', ['peers']],
      ['more', ['peers', 'first.failures']],
    ]);
  });

  test('takes the place of the one of its name', () => {
    const { options } = addSink(pipeline, { name: 'first', function: {} });
    expect(options.sinks).toMatchObject([{ name: 'first', kind: 'function' }]);
  });

  test('leaves what is filled in already', () => {
    expect(addSink(pipeline, { name: 'more', stdout: {} }).options.sinks[0]?.options).toEqual({ path: 'x{{' });
  });

  test('may be followed by another one', () => {
    const both = addSink(addSink(pipeline, { name: 'a', stdout: {} }), { name: 'b', inputs: 'a.failures', stdout: {} });
    expect(both.options.sinks).toHaveLength(3);
  });

  test('may answer the peers of a source', () => {
    const { options } = addSink(pipeline, { name: 'answers', 'reply-to': 'peers' });
    expect(options.sinks[1]?.options).toMatchObject({ mode: 'server-input', endpoint: 'h:1' });
  });

  test.each([
    [{ name: 'more', inputs: 'z', stdout: {} }, 'sinks[1].inputs: "z" is not a source'],
    [{ name: 'peers', stdout: {} }, 'sinks[1].name: "peers" is the name of another component already'],
    [
      {
        name: 'more',
        'web-socket': { mode: 'server-output' as const, server: { bind: 'h:1', 'max-payload': 1 } },
      },
      'sinks[1].web-socket.server.max-payload: contradicts peers, which shares h:1',
    ],
  ])('is refused as %j', (sink, message) => {
    expect(() => addSink(pipeline, sink)).toThrow(message);
  });

  test('leaves the folder of the file as it is', () => {
    expect(addSink(pipeline, { name: 'more', stdout: {} }).folder).toBe('dir');
  });
});

test('an object is read as of the folder that the application runs in', () => {
  expect(readObject({ name: 'p', sources: [{ name: 's', stdin: {} }] })).toMatchObject({
    folder: '.',
    warnings: [{ path: 'sources[0]', message: 'no sink takes what s gives' }],
  });
});
