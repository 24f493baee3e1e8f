import { expect, test } from 'vitest';
import { parsePipeline } from '../../src/config/load.ts';
import { listOptions } from '../../src/config/option-list.ts';

const options = new Map(listOptions().map((option) => [option.path, option]));

test('the list of options gives type, default and doc of each', () => {
  expect(options.get('sinks[].web-socket.connect.timeout')).toEqual({
    path: 'sinks[].web-socket.connect.timeout',
    type: 'duration',
    required: false,
    default: '10s',
    doc: 'An attempt that has not opened by then is given up.',
    modes: ['client', 'relay'],
  });
});

test.each([
  ['sources[].web-socket.url', 'templated url', true],
  ['sources[].web-socket.headers', 'map of template', false],
  ['sources[].web-socket.subprotocols', 'list of text', false],
  ['sources[].web-socket.heartbeat', 'off or map', false],
  ['sources[].web-socket.heartbeat.action', 'reconnect or log-only', false],
  ['sources[].web-socket.auth.basic.password', 'template', true],
  ['sources[].web-socket.reconnect.max-attempts', 'integer', false],
  ['sinks[].web-socket.max-in-flight.bytes', 'size', false],
  ['sinks[].inputs', 'list of names', false],
])('%s is listed as %s', (path, type, required) => {
  expect(options.get(path)).toMatchObject({ type, required });
});

test('every option has a doc and a type', () => {
  for (const { path, doc, type } of options.values()) {
    expect(doc, path).not.toBe('');
    expect(type, path).not.toBe('');
  }
});

test('no option is listed twice', () => {
  expect(options.size).toBe(listOptions().length);
});

test('every listed default is what an empty block gets', () => {
  const url = 'ws://h/';
  const written = (side: string) =>
    [...options.values()]
      .filter(
        ({ path }) =>
          path.startsWith(`${side}[].web-socket.`) &&
          !/\.(batch|app-heartbeat|tls|cursor|schema)\.|\[\]\./.test(path.slice(side.length + 3)),
      )
      .filter(({ modes }) => modes === undefined || modes.includes('client'))
      .filter((option) => option.default !== undefined)
      .reduce<Record<string, unknown>>(
        (block, { path, default: value }) => put(block, path.split('.').slice(2), value),
        { url },
      );
  const pipeline = (source: object, sink: object) => ({
    name: 'p',
    sources: [{ name: 'a', 'web-socket': source }],
    sinks: [{ name: 'b', 'web-socket': sink }],
  });
  expect(parsePipeline(pipeline(written('sources'), written('sinks')))).toEqual(
    parsePipeline(pipeline({ url }, { url })),
  );
});

function put(block: Record<string, unknown>, [key = '', ...rest]: string[], value: unknown): Record<string, unknown> {
  const inner = block[key];
  if (rest.length === 0) return { ...block, [key]: value };
  return { ...block, [key]: put(typeof inner === 'object' ? { ...inner } : {}, rest, value) };
}
