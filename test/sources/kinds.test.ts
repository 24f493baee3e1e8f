import { PassThrough, Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { ReceivedFrame } from '../../src/environment.ts';
import type { Attributes, Encoding } from '../../src/messages/message.ts';
import { PackedChunk } from '../../src/messages/packed-chunk.ts';
import { fileSource } from '../../src/sources/file.ts';
import { receiveFrames } from '../../src/sources/frames.ts';
import { peersSource } from '../../src/sources/peers.ts';
import type { RecordIntake } from '../../src/sources/record-intake.ts';
import { stdinSource } from '../../src/sources/stdin.ts';
import { webSocketSource } from '../../src/sources/web-socket.ts';
import type { TakeFrames } from '../../src/transport/endpoint.ts';
import { intakeBench, turn } from './intake-bench.ts';

describe('stdin', () => {
  test('gives an event per line and ends with the input', async () => {
    const { run, texts, outcomes } = intakeBench();
    run(stdinSource({ stdin: Readable.from([Buffer.from('one\ntwo')]) }));
    await turn();
    expect([texts, outcomes]).toEqual([['one', 'two'], ['ended']]);
  });

  test('is left open when the source stops', () => {
    const stdin = new PassThrough();
    intakeBench().run(stdinSource({ stdin }))();
    expect(stdin.destroyed).toBe(false);
  });
});

describe('a file', () => {
  /** Files of which each read is a stream of its own. */
  function filesOf(content: string) {
    const opened: { path: string; stream: Readable }[] = [];
    return {
      opened,
      read(path: string): Readable {
        const stream = Readable.from([Buffer.from(content)]);
        opened.push({ path, stream });
        return stream;
      },
    };
  }

  test('gives an event per line and ends at its end', async () => {
    const { run, texts, outcomes } = intakeBench();
    const files = filesOf('one\ntwo\n');
    run(fileSource(files, 'ticks.txt'));
    await turn();
    expect([texts, outcomes, files.opened[0]?.path]).toEqual([['one', 'two'], ['ended'], 'ticks.txt']);
  });

  test('is closed when the source stops', () => {
    const files = filesOf('one\n');
    intakeBench().run(fileSource(files, 'ticks.txt'))();
    expect(files.opened[0]?.stream.destroyed).toBe(true);
  });

  test('that cannot be read fails the source, naming it', async () => {
    const { run, outcomes } = intakeBench();
    const broken = new PassThrough();
    run(fileSource({ read: () => broken }, 'ticks.txt'));
    broken.destroy(new Error('ENOENT'));
    await turn();
    expect(outcomes).toEqual(['failed: ticks.txt: ENOENT']);
  });
});

describe('the frames of a web-socket source', () => {
  test('of one read turn are one chunk', () => {
    const { source, texts, turns } = intakeBench();
    const traffic = webSocketSource(source);
    traffic.frames([
      { data: Buffer.from('one'), binary: false },
      { data: Buffer.from('two'), binary: true },
    ]);
    expect([texts, turns]).toEqual([['one', 'two'], [2]]);
  });

  test('that are binary and no UTF-8 are rejected and counted, and the rest goes on', () => {
    const { source, texts, logger } = intakeBench();
    const traffic = webSocketSource(source);
    traffic.frames([
      { data: Buffer.from([0xff, 0xfe]), binary: true },
      { data: Buffer.from('two'), binary: false },
    ]);
    expect([texts, source.rejected]).toEqual([['two'], 1]);
    expect(logger.lines).toEqual(['error: rejected: a binary frame is not UTF-8']);
  });

  const text = (data: string) => ({ data: Buffer.from(data), binary: false });
  const binary = (...values: number[]) => ({ data: Buffer.from(values), binary: true });

  /** Each event with its opcode, where it has one. */
  function eventsOf(encoding: Encoding, frames: ReceivedFrame[], attributes?: Attributes): string[] {
    const { source } = intakeBench({ encoding });
    const events: string[] = [];
    source.messages$.subscribe((message) => {
      events.push([message.payload.toString('latin1'), ...Object.values(message.attributes)].join(' '));
    });
    receiveFrames(source, frames, attributes);
    return events;
  }

  test('say that they are binary, in a turn of both kinds and in one of binary frames', () => {
    expect(eventsOf('text', [text('a'), binary(0x62), text('c')])).toEqual(['a', 'b binary', 'c']);
    expect(eventsOf('text', [binary(0x61), binary(0x62)])).toEqual(['a binary', 'b binary']);
  });

  test('have the attributes of their turn too', () => {
    const frames = [text('a'), binary(0x62)];
    expect(eventsOf('text', frames, { side: 'peer' })).toEqual(['a peer', 'b peer binary']);
    expect(eventsOf('text', [binary(0x62)], { side: 'peer' })).toEqual(['b peer binary']);
  });

  test.each(['binary', 'binary-base64'] as const)('may be any bytes as %s', (encoding) => {
    expect(eventsOf(encoding, [binary(0xff), text('a')])).toEqual(['\xff binary', 'a']);
    expect(eventsOf(encoding, [binary(0xff)])).toEqual(['\xff binary']);
  });

  test('that are binary are packed as those of text are', () => {
    const { source } = intakeBench({ encoding: 'binary' });
    const packed: boolean[] = [];
    source.chunks$.subscribe((chunk) => packed.push(chunk instanceof PackedChunk));
    receiveFrames(
      source,
      Array.from({ length: 20 }, () => text('a')),
      { side: 'peer' },
    );
    receiveFrames(
      source,
      Array.from({ length: 20 }, () => binary(0xff)),
      { side: 'peer' },
    );
    expect(packed).toEqual([true, true]);
  });

  test.each(['text', 'json'] as const)('that are no UTF-8 fail in their place, of %s', (encoding) => {
    const { source, texts, turns } = intakeBench({ encoding });
    receiveFrames(source, [text('1'), binary(0xff), binary(0x32), binary(0xfe), text('3')]);
    expect([texts, turns, source.received]).toEqual([['1', '2', '3'], [1, 0, 1, 0, 1], 5]);
  });

  test('leave nothing to acknowledge', () => {
    expect(webSocketSource(intakeBench().source).owing).toBe(false);
  });
});

describe('the messages of a source with a record intake', () => {
  /** An intake that only says what it is told. */
  function recordsBench() {
    const told: string[] = [];
    const records: RecordIntake = {
      receive: (frames, attributes) => told.push(`${frames.length} ${JSON.stringify(attributes ?? null)}`),
      connected: () => told.push('connected'),
      counts: { selected: 0, passedOver: 0, ignored: 0, pruned: 0, gaps: 0, missing: 0, forgotten: 0 },
    };
    return { told, records, ...intakeBench() };
  }
  const frame = { data: Buffer.from('one'), binary: false };

  test('go there, and so does the end of a connection', () => {
    const { told, records, source } = recordsBench();
    const traffic = webSocketSource(source, records);
    traffic.frames([frame, frame]);
    traffic.lost();
    traffic.frames([frame]);
    expect(told).toEqual(['2 null', 'connected', '1 null']);
  });

  test('go there with their peer', () => {
    const { told, records, run } = recordsBench();
    let send: TakeFrames = () => {};
    const take = (taker: TakeFrames) => {
      send = taker;
      return { hold: () => {}, leave: () => {} };
    };
    run(peersSource({ take }, records));
    send([frame], '4');
    expect(told).toEqual(['1 {"peer.id":"4"}']);
  });
});

describe('a file that is a document', () => {
  function documentBench() {
    const bench = intakeBench({ documents: 'stream' });
    const ends: string[] = [];
    bench.source.messages$.subscribe(({ text, attributes }) => {
      ends.push(`${text} ${attributes['document.index']} ${attributes['document.end']}`);
    });
    const streams: PassThrough[] = [];
    const read = () => {
      const stream = new PassThrough();
      streams.push(stream);
      return stream;
    };
    const write = async (line: string) => {
      streams.at(-1)?.write(line);
      await turn();
    };
    return { ...bench, ends, write, streams, run: () => bench.run(fileSource({ read }, 'in.txt')) };
  }

  test('marks its last line, with or without a line end', async () => {
    for (const last of ['two', 'two\n']) {
      const bench = documentBench();
      bench.run();
      await bench.write('one\n');
      expect(bench.ends).toEqual([]);
      await bench.write(last);
      bench.streams[0]?.end();
      await turn();
      expect([bench.ends, bench.outcomes]).toEqual([['one 0 false', 'two 1 true'], ['ended']]);
    }
  });

  test('marks no line when it is stopped, and hands on what it kept', async () => {
    const bench = documentBench();
    const stop = bench.run();
    await bench.write('one\ntwo\n');
    bench.source.end();
    stop();
    expect(bench.ends).toEqual(['one 0 false', 'two 1 false']);
  });

  test('begins anew when it is read again', async () => {
    const bench = documentBench();
    const stop = bench.run();
    await bench.write('one\ntwo\n');
    stop();
    bench.run();
    await bench.write('one\ntwo\n');
    expect(bench.ends).toEqual(['one 0 false', 'two 1 false', 'one 0 false']);
  });
});

describe('the lines of bytes', () => {
  test('need not be UTF-8', async () => {
    const { run, source } = intakeBench({ encoding: 'binary' });
    const values: unknown[] = [];
    source.messages$.subscribe(({ value }) => values.push(value));
    run(stdinSource({ stdin: Readable.from([Buffer.from([0xff, 0x0a, 0xfe])]) }));
    await turn();
    expect(values).toEqual([Buffer.from([0xff]), Buffer.from([0xfe])]);
  });
});

describe('a line that is not UTF-8', () => {
  test('is rejected and counted, and the rest goes on', async () => {
    const { run, texts, outcomes, logger } = intakeBench();
    const input = new PassThrough();
    run(stdinSource({ stdin: input }));
    input.end(Buffer.from([0x61, 0x0a, 0xff, 0xfe, 0x0a, 0x62, 0x0a]));
    await turn();
    expect([texts, outcomes]).toEqual([['a', 'b'], ['ended']]);
    expect(logger.lines).toEqual(['error: rejected: a line of stdin is not UTF-8']);
  });
});
