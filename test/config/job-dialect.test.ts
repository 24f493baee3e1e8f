import { describe, expect, test } from 'vitest';
import { readPipeline } from '../../src/config/load.ts';
import { lines } from './samples.ts';

const read = (value: object) => readPipeline(JSON.stringify(value), 'feed.json');

describe('a file of the job dialect', () => {
  const job =
    'name: j\ncontext: { h: a.example }\ninput:\n  web-socket: { url: "wss://{{h}}/" }\nactions: []\noutput:\n  stdout:\n';

  test('is a pipeline from input to output', () => {
    const { options, warnings } = readPipeline(job, 'job.yaml');
    expect(warnings).toEqual([]);
    expect(options).toMatchObject({
      name: 'j',
      sources: [{ name: 'input', kind: 'web-socket', options: { url: 'wss://a.example/' } }],
      sinks: [{ name: 'output', kind: 'stdout', inputs: ['input'] }],
    });
  });

  test('moves the batch of its output out of the kind', () => {
    const { options } = read({
      input: { stdin: {} },
      output: { 'web-socket': { url: 'ws://h/', batch: { 'fixed-size': 5 } } },
    });
    expect(options.sinks[0]?.batch).toMatchObject({ 'fixed-size': 5 });
  });

  test.each([
    [job.replace('wss:', 'ftp:'), '4:22 input.web-socket.url: "ftp://a.example/" is not a ws:// or wss:// url'],
    [job.replace('[]', '[{ filter: 1 }]'), '5:10 actions: is not supported yet; supported: no actions'],
    [job.replace('  stdout:', '  stdot:'), '7:3 output.stdot: is not an option; did you mean "stdout"?'],
    [job.replace('output:', 'outptu:'), '6:1 outptu: is not an option; did you mean "output"?'],
    [job.replace('output:', 'outptu:'), '1:1 output: is missing, expected a map with one kind'],
    [
      job.replace('  stdout:', '  name: x\n  stdout:'),
      '7:3 output.name: is not an option of a job; its components are input and output',
    ],
    [
      job.replace('  stdout:', '  {}'),
      '7:3 output: has no kind, expected one of web-socket, stdout, file (or function, in an application)',
    ],
  ])('says in its own words what is wrong with %j', (text, line) => {
    expect(lines(text)).toContain(`ticks.yaml:${line}`);
  });
});
