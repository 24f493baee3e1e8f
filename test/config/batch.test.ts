// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { describe, expect, test } from 'vitest';
import { lines, optionsOf, sink, web, webSink } from './samples.ts';

const batchOf = (block: string) => optionsOf(sink(`batch: ${block}`, 'stdout:')).sinks[0]?.batch;

describe('a batch', () => {
  test('may end with its document', () => {
    expect(batchOf('{ mode: document, max-bytes: 1KiB, timeout: 1s, use-document-marker: true }')).toEqual({
      mode: 'document',
      'fixed-size': 100,
      'max-bytes': 1024,
      timeout: 1000,
      'use-document-marker': true,
      'wrap-as-json': false,
    });
  });

  test('may have a header, a footer and brackets', () => {
    const block =
      '{ header: "# ${symbol} ${env|HOST} ${stat|_BATCH_NUMBER}", footer: "${time|now_iso}", wrap-as-json: true }';
    expect(batchOf(block)).toMatchObject({
      header: '# ${symbol} ${env|HOST} ${stat|_BATCH_NUMBER}',
      footer: '${time|now_iso}',
      'wrap-as-json': true,
    });
  });

  test.each(['text', 'json'])('of payload %s may be wrapped', (payload) => {
    const text = webSink('url: "ws://h/"', `payload: ${payload}`, 'batch: { wrap-as-json: true }');
    expect(optionsOf(text).sinks[0]?.batch).toMatchObject({ 'wrap-as-json': true });
  });

  test('of a function may have what changes nothing', () => {
    expect(
      optionsOf(sink('batch: { wrap-as-json: false, use-document-marker: true }', 'function:')).sinks,
    ).toHaveLength(1);
  });
});

describe('a batch that cannot be made says why', () => {
  test.each<[string, string]>([
    ['mode: doc', '20 sinks[0].batch.mode: "doc" is not fixed or document'],
    [
      'header: "${file|/a}"',
      '22 sinks[0].batch.header: ${file|/a} reads a file, which cannot be done for each event or batch',
    ],
    [
      'footer: "${secret|a}"',
      '22 sinks[0].batch.footer: ${secret|a} reads a secret, which cannot be done for each event or batch',
    ],
    ['header: "${"', '22 sinks[0].batch.header: ${… is a template without its closing }'],
    ['header: 5', '22 sinks[0].batch.header: 5 (a number) is not text'],
    ['use-document-marker: 1', '35 sinks[0].batch.use-document-marker: 1 (a number) is not true or false'],
  ])('%s', (option, line) => {
    expect(lines(sink(`batch: { ${option} }`, 'stdout:'))).toEqual([`ticks.yaml:4:${line}`]);
  });

  test.each([
    ['header: h', 'header'],
    ['footer: f', 'footer'],
    ['wrap-as-json: true', 'wrap-as-json'],
  ])('%s of a function', (option, key) => {
    const sentence = 'has no effect on a function sink, which is given the events themselves';
    expect(lines(sink(`batch: { ${option} }`, 'function:'))).toEqual([
      `ticks.yaml:4:14 sinks[0].batch.${key}: ${sentence}`,
    ]);
    expect(lines(sink(`function: { batch: { ${option} } }`))).toEqual([
      `ticks.yaml:4:26 sinks[0].function.batch.${key}: ${sentence}`,
    ]);
  });

  test.each(['binary', 'binary-base64'])('brackets around payload %s', (payload) => {
    const sentence = `cannot be with payload ${payload}, expected payload: json or text`;
    expect(lines(webSink('url: "ws://h/"', `payload: ${payload}`, 'batch: { wrap-as-json: true }'))).toEqual([
      `ticks.yaml:7:16 sinks[0].web-socket.batch.wrap-as-json: ${sentence}`,
    ]);
    expect(lines(sink('batch: { wrap-as-json: true }', `web-socket: { url: "ws://h/", payload: ${payload} }`))).toEqual(
      [`ticks.yaml:4:14 sinks[0].batch.wrap-as-json: ${sentence}`],
    );
  });
});

describe('a payload may have four forms', () => {
  test.each(['text', 'json', 'binary', 'binary-base64'])('%s', (payload) => {
    expect(optionsOf(web(`payload: ${payload}`)).sources[0]?.options).toMatchObject({ payload });
    const lineSources = `sources: [{ name: a, stdin: { payload: ${payload} } }, { name: b, file: { path: /f, payload: ${payload} } }]`;
    expect(optionsOf(lineSources).sources).toMatchObject([{ options: { payload } }, { options: { payload } }]);
  });
});
