// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { compileTemplate } from '../../src/config/template.ts';
import { createLineEncoder } from '../../src/messages/batch-encoder.ts';
import { fileSink } from '../../src/sinks/file.ts';
import { writeLines } from '../../src/sinks/lines.ts';
import { stdoutSink } from '../../src/sinks/stdout.ts';
import { batches } from '../../src/streams/batcher.ts';
import { filterMessages } from '../../src/streams/transforms.ts';
import { createStepClock } from '../../src/testing/step-clock.ts';
import { turn } from '../sources/intake-bench.ts';
import { outletBench, type SinkSetup } from './outlet-bench.ts';
import { SlowWritable } from './slow-writable.ts';

const SCOPE = { cursor: () => undefined, env: () => undefined, time: () => 0 };
const PLAIN = createLineEncoder({ scope: SCOPE });

function linesBench(setup: SinkSetup = {}, output = new SlowWritable()) {
  const bench = outletBench(setup);
  return { ...bench, output, run: () => bench.run(writeLines(() => output, 'out.txt', PLAIN)) };
}

describe('a sink of lines', () => {
  test('writes an event per line, a turn per write, in order', async () => {
    const bench = linesBench();
    bench.run();
    bench.give('1', '{ "a": 2 }');
    bench.give('"three"');
    await bench.output.take();
    expect(bench.output.written).toEqual(['1\n{ "a": 2 }\n', '"three"\n']);
  });

  test('settles a batch when the system has taken its lines', async () => {
    const bench = linesBench();
    bench.run();
    bench.give('1', '2');
    bench.give('3');
    expect(bench.settled()).toBe(0);
    await bench.output.take();
    expect(bench.settled()).toBe(2);
    await bench.output.take();
    expect([bench.settled(), bench.stream.counts().delivered]).toEqual([3, 3]);
  });

  test('settles a filtered range behind the lines before it', async () => {
    const bench = linesBench({ transform: filterMessages(({ value }) => value === 1) });
    bench.run();
    bench.give('1');
    bench.give('2');
    bench.stream.end();
    expect(bench.settled()).toBe(0);
    await bench.output.take();
    expect(bench.settled()).toBe(1);
    await bench.output.take();
    expect([bench.settled(), bench.output.written]).toEqual([2, ['1\n', '']]);
  });

  test('takes no more from its buffer while the stream is full, and goes on when it has drained', async () => {
    const bench = linesBench({}, new SlowWritable(4));
    bench.run();
    bench.give('100000');
    bench.give('2');
    expect(bench.stream.counts()).toMatchObject({ waiting: { events: 1 }, inFlight: { events: 1 } });
    await bench.output.take();
    expect([bench.output.written, bench.stream.counts().waiting.events]).toEqual([['100000\n', '2\n'], 0]);
  });

  test('counts and logs an event that it cannot write, and writes the rest', async () => {
    const bench = linesBench();
    bench.run();
    bench.give('1', 'not json', '3');
    await bench.output.take();
    expect(bench.output.written).toEqual(['1\n3\n']);
    expect(bench.stream.counts()).toMatchObject({ delivered: 2, rejected: 1 });
    expect(bench.log.lines).toEqual(['error: rejected: event e1/2 of feed is not JSON']);
    expect(bench.log.fields).toEqual([{ sink: 'out', source: 'feed', id: 'e1/2' }]);
    expect(bench.settled()).toBe(3);
  });

  test('fails when its stream does, naming what it writes to', async () => {
    const bench = linesBench();
    bench.run();
    bench.output.destroy(new Error('disk full'));
    await turn();
    expect(bench.failures).toEqual([new Error('out.txt: disk full')]);
  });

  test('says that the reader is gone when the pipe is broken', async () => {
    const bench = linesBench();
    bench.run();
    bench.output.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    await turn();
    expect(bench.failures).toEqual([new Error('out.txt: its reader has closed it')]);
  });

  test('settles nothing of a write that failed', async () => {
    const bench = linesBench();
    bench.run();
    bench.give('1');
    await bench.output.take(new Error('disk full'));
    expect([bench.settled(), bench.failures]).toEqual([0, [new Error('out.txt: disk full')]]);
  });
});

describe('a sink of lines in batches', () => {
  const layout = {
    header: compileTemplate('# ${stat|_BATCH_NUMBER}'),
    footer: compileTemplate('# ${a}'),
    wrapAsJson: false,
    marker: false,
  };
  const encode = createLineEncoder({ layout, scope: SCOPE });

  function batchBench() {
    const clock = createStepClock();
    const batched = batches({ mode: 'fixed', size: 2, bytes: 1e9, timeout: 100 }, clock);
    const bench = outletBench({ batched });
    const output = new SlowWritable();
    return { ...bench, output, run: () => bench.run(writeLines(() => output, 'out.txt', encode)) };
  }

  test('writes header and footer around each, and counts them over its restarts', async () => {
    const bench = batchBench();
    const stop = bench.run();
    bench.give('{"a":1}', '{"a":2}');
    await bench.output.take();
    stop();
    bench.run();
    bench.give('{"a":3}', '{"a":4}');
    await bench.output.take();
    expect(bench.output.written).toEqual(['# 1\n{"a":1}\n{"a":2}\n# 1\n', '# 2\n{"a":3}\n{"a":4}\n# 3\n']);
  });

  test('rejects a batch whose header or footer has no value', async () => {
    const bench = batchBench();
    bench.run();
    bench.give('1', '2');
    await bench.output.take();
    expect(bench.output.written).toEqual(['']);
    expect([bench.settled(), bench.stream.counts()]).toMatchObject([2, { delivered: 0, rejected: 2 }]);
  });
});

describe('a sink of lines that is stopped', () => {
  test('settles nothing that its stream takes later', async () => {
    const bench = linesBench();
    const stop = bench.run();
    bench.give('1');
    stop();
    await bench.output.take();
    expect(bench.settled()).toBe(0);
  });

  test('leaves what is unsettled and what comes later to the next', async () => {
    const bench = linesBench();
    const stop = bench.run();
    bench.give('1');
    stop();
    bench.give('2');
    bench.run();
    await bench.output.take();
    await bench.output.take();
    expect(bench.output.written).toEqual(['1\n', '1\n', '2\n']);
  });

  test('does not hold back the next', async () => {
    const bench = linesBench({}, new SlowWritable(4));
    const stop = bench.run();
    bench.give('100000');
    stop();
    await bench.output.take();
    bench.run();
    expect(bench.output.written).toEqual(['100000\n', '100000\n']);
  });

  test('survives an error of its stream', async () => {
    const bench = linesBench();
    bench.run()();
    bench.output.destroy(new Error('late'));
    await turn();
    expect([bench.failures, bench.output.destroyed]).toEqual([[], true]);
  });

  test('leaves one listener on its stream, however often it is started', () => {
    const bench = linesBench();
    for (let start = 0; start < 20; start += 1) bench.run()();
    expect([bench.output.listenerCount('error'), bench.output.listenerCount('drain')]).toEqual([1, 0]);
  });
});

describe('stdout', () => {
  test('gets the lines, and stays open when the sink stops', async () => {
    const bench = outletBench();
    const stdout = new PassThrough();
    const stop = bench.run(stdoutSink({ stdout }, PLAIN));
    bench.give('1');
    stop();
    await turn();
    expect([stdout.read().toString(), stdout.writableEnded]).toEqual(['1\n', false]);
  });

  test('is named when it fails', async () => {
    const bench = outletBench();
    const stdout = new PassThrough();
    bench.run(stdoutSink({ stdout }, PLAIN));
    stdout.destroy(new Error('gone'));
    await turn();
    expect(bench.failures).toEqual([new Error('stdout: gone')]);
  });
});

describe('a file', () => {
  test('gets the lines at its end, and is closed when the sink stops', async () => {
    const bench = outletBench();
    const opened: string[] = [];
    const file = new PassThrough();
    const files = {
      append(path: string) {
        opened.push(path);
        return file;
      },
    };
    const stop = bench.run(fileSink(files, 'out.txt', PLAIN));
    bench.give('1');
    expect([opened, file.writableEnded]).toEqual([['out.txt'], false]);
    stop();
    expect([file.read().toString(), file.writableEnded]).toEqual(['1\n', true]);
  });

  test('is named when it cannot be written', async () => {
    const bench = outletBench();
    const file = new PassThrough();
    bench.run(fileSink({ append: () => file }, 'out.txt', PLAIN));
    file.destroy(new Error('EACCES'));
    await turn();
    expect(bench.failures).toEqual([new Error('out.txt: EACCES')]);
  });
});
