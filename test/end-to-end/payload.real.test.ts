import { expect, test } from 'vitest';
import { startPeer } from './peer.ts';
import { run } from './running.ts';

const JSON_TEXTS = [
  '{"id": 12345678901234567890, "price": 1.10, "tiny": 1e-400}',
  '{"name":"Zürich 株式 😀","escaped":"\\u00fc\\n","key":1,"key":2}',
  '[9007199254740993,-0.0,1E5]',
  '"text"',
  ' {\n "spaced" : true } ',
  'null',
  '18446744073709551616',
];

/** What arrives at the peer of a sink when a server has sent `messages` to its source. */
async function relay(messages: readonly string[], form: { from: 'text' | 'json'; to: 'text' | 'json' }) {
  const server = await startPeer({
    greet: (socket) => {
      for (const message of messages) socket.send(message);
    },
  });
  const peer = await startPeer();
  const running = await run({
    sources: [{ name: 'feed', 'web-socket': { url: server.url, payload: form.from } }],
    sinks: [{ name: 'out', 'web-socket': { url: peer.url, payload: form.to } }],
  });
  await running.until((status) => status.sources[0]?.settled === messages.length);
  return { peer, running };
}

test('json passes from source to sink byte by byte: big integers, exponents, spaces, unicode', async () => {
  const { peer } = await relay(JSON_TEXTS, { from: 'json', to: 'json' });
  expect(peer.texts).toEqual(JSON_TEXTS);
});

test('text passes as it is, also what looks like JSON', async () => {
  const texts = [...JSON_TEXTS, 'plain', '{"_raw":"inner"}', ' ', 'Zürich 株式 😀', 'nul \u0000 inside'];
  const { peer } = await relay(texts, { from: 'text', to: 'text' });
  expect(peer.texts).toEqual(texts);
});

test('a json sink passes JSON text verbatim and wraps other text as a JSON string', async () => {
  const { peer } = await relay(['{"a": 1.0}', 'plain', 'say "hi"\n', '', '01', 'Zürich 😀'], {
    from: 'text',
    to: 'json',
  });
  expect(peer.texts).toEqual(['{"a": 1.0}', '"plain"', '"say \\"hi\\"\\n"', '""', '"01"', '"Zürich 😀"']);
});

test('a text sink writes a JSON string as its text and a record with _raw as its _raw', async () => {
  const { peer } = await relay(['"a \\u00fc"', '{"_raw":"inner","n":1}', '{"n":1.0}'], { from: 'json', to: 'text' });
  expect(peer.texts).toEqual(['a ü', 'inner', '{"n":1.0}']);
});

test('an event that is no JSON is rejected and counted, and the others go on', async () => {
  const { peer, running } = await relay(['{"n":1}', '{broken', '{"n":2}'], { from: 'json', to: 'json' });
  expect(peer.texts).toEqual(['{"n":1}', '{"n":2}']);
  expect(running.pipeline.sink('out').status).toMatchObject({ delivered: 2, rejected: 1, owed: 0 });
  expect(running.logs.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
    expect.stringMatching(/^rejected: event \S+\/2 of feed is not JSON$/),
  ]);
});

test('empty messages pass, each of them', async () => {
  const { peer } = await relay(['', 'a', '', ''], { from: 'text', to: 'text' });
  expect(peer.texts).toEqual(['', 'a', '', '']);
});

test('a text of one MiB and one of five pass whole', async () => {
  const texts = [1, 5].map((size) => 'ü€x'.repeat((size * 1024 * 1024) / 4).slice(0, size * 1024 * 1024));
  const { peer } = await relay(texts, { from: 'text', to: 'text' });
  expect(peer.texts.map((text, index) => text === texts[index])).toEqual([true, true]);
});
