import { describe, expect, test } from 'vitest';
import { type RecordedFile, RecordingWriter } from '../../../src/inspection/recording/writer.ts';
import type { WireEvent } from '../../../src/inspection/wire.ts';
import { CONNECTION, createRecorded, type RecordedWorld } from '../recorder/recorded-world.ts';
import { snapshotsOf, WireModel } from '../recorder/wire-model.ts';

/** A file in memory, whose disk can stand still or fail. */
class MemoryRecording implements RecordedFile {
  text = '';
  writes = 0;
  synced = '';
  isClosed = false;
  /** Writes wait for this. */
  stalled: Promise<void> = Promise.resolve();
  fault: Error | undefined;

  async appendFile(data: string | Uint8Array): Promise<void> {
    this.writes += 1;
    await this.stalled;
    if (this.fault) throw this.fault;
    this.text += String(data);
  }
  async sync(): Promise<void> {
    if (this.fault) throw this.fault;
    this.synced = this.text;
  }
  async close(): Promise<void> {
    this.isClosed = true;
  }

  get events(): WireEvent[] {
    return this.text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  }
}

function write(recorded: RecordedWorld, maxBytes = 1e9) {
  const file = new MemoryRecording();
  const { logger, now } = recorded.world.environment;
  const writer = new RecordingWriter(file, { path: 'ticks.jsonl', recorder: recorded.recorder, logger, now, maxBytes });
  return { file, writer };
}

describe('a recording', () => {
  test('is all that was told, one event per line', async () => {
    const { recorded } = await createRecorded();
    const { file, writer } = write(recorded);
    await recorded.start();
    await writer.close();
    expect(file.events).toEqual(recorded.told);
    expect(writer.bytes).toBe(Buffer.byteLength(file.text));
  });

  test('that begins late begins with the backlog', async () => {
    const { recorded, exchange } = await createRecorded();
    await recorded.start();
    const { file, writer } = write(recorded);
    await exchange.die();
    await recorded.world.clock.advance(1_000);
    await writer.close();
    expect(file.events).toEqual(recorded.told);
  });

  test('is on disk once it is closed', async () => {
    const { recorded } = await createRecorded();
    await recorded.start();
    const { file, writer } = write(recorded);
    await writer.close();
    expect([file.synced.length > 1_000, file.synced === file.text, file.isClosed]).toEqual([true, true, true]);
  });

  test('tells nothing more once it is closed', async () => {
    const { recorded, exchange } = await createRecorded();
    const { file, writer } = write(recorded);
    await recorded.start();
    await writer.close();
    const { writes } = file;
    await exchange.die();
    await recorded.world.clock.advance(1_000);
    expect(file.writes).toBe(writes);
  });

  test('writes what one turn tells in one go', async () => {
    const { recorded } = await createRecorded();
    recorded.recorder.attach(recorded.root);
    const { file, writer } = write(recorded);
    recorded.root.start();
    recorded.root.send({ type: 'start' });
    await writer.close();
    expect([file.events.length > 10, file.writes]).toEqual([true, 1]);
  });
});

describe('a recording that reaches its bound', () => {
  async function createFull() {
    const { recorded } = await createRecorded();
    const { file, writer } = write(recorded, 40_000);
    await recorded.start();
    await recorded.world.clock.advance(600_000);
    await writer.close();
    return { recorded, file, writer };
  }

  test('is not larger than that', async () => {
    const { file, writer } = await createFull();
    expect([writer.bytes, Buffer.byteLength(file.text)]).toEqual([writer.bytes, writer.bytes]);
    expect(writer.bytes).toBeLessThanOrEqual(40_000);
    expect(writer.bytes).toBeGreaterThan(38_000);
  });

  test('says so in its last line, in the place of the first event that is missing', async () => {
    const { recorded, file } = await createFull();
    const { events } = file;
    const gap = events.at(-1);
    expect(events.slice(0, -1)).toEqual(recorded.told.slice(0, events.length - 1));
    expect(gap).toMatchObject({
      type: '@hawser.gap',
      id: recorded.told[events.length - 1]?.id,
      reason: 'the recording has reached 40000 bytes',
    });
    expect(gap?.type === '@hawser.gap' && gap.events).toBeGreaterThan(0);
  });

  test('warns once', async () => {
    const { recorded } = await createFull();
    const warned = recorded.world.log.filter((line) => line.includes('recording'));
    expect(warned).toEqual([
      expect.stringContaining('the recording has reached 40000 bytes: nothing more is recorded'),
    ]);
  });

  test('disturbs nothing', async () => {
    const { recorded } = await createFull();
    expect(recorded.pipeline.status.sources).toMatchObject([{ connection: { state: 'live' } }]);
  });
});

describe('a disk', () => {
  test('that is full ends the recording with one warning, and disturbs nothing', async () => {
    const { recorded } = await createRecorded();
    const { file, writer } = write(recorded);
    file.fault = Object.assign(new Error('planted'), { code: 'ENOSPC' });
    await recorded.start();
    await recorded.world.clock.advance(60_000);
    await writer.close();
    const warned = recorded.world.log.filter((line) => line.includes('recording'));
    expect(warned).toEqual([expect.stringContaining('the recording ends here: ticks.jsonl cannot be written: ENOSPC')]);
    expect([file.writes, file.isClosed, recorded.pipeline.status.state]).toEqual([1, true, 'running']);
  });

  /** A disk that stands still while far more happens than waits for it or is kept by the recorder. */
  async function createStalled(backlog: number) {
    const { recorded, exchange } = await createRecorded(backlog);
    const { file, writer } = write(recorded);
    await recorded.start();
    let resume = () => {};
    file.stalled = new Promise((resolve) => {
      resume = resolve;
    });
    // An event first, which is what is being written; then 30 000 that change nothing; then a loss.
    const [child] = [recorded.root.getSnapshot().children.ticks];
    child?.send({ type: 'first' });
    await recorded.world.clock.settle();
    for (let count = 0; count < 30_000; count += 1) child?.send({ type: 'next' });
    await exchange.die();
    await recorded.world.clock.advance(100);
    const waiting = file.events.length;
    resume();
    await recorded.world.clock.advance(1_000);
    await writer.close();
    return { recorded, file, waiting };
  }

  test('that was slow for a while has all, as long as the recorder has kept it', async () => {
    const { recorded, file, waiting } = await createStalled(40_000);
    expect([waiting < 1_000, file.events.length]).toEqual([true, recorded.told.length]);
    expect(file.events).toEqual(recorded.told);
  });

  test('that was slow for too long has a gap that says how much is missing', async () => {
    const { recorded, file } = await createStalled(100);
    const gaps = file.events.flatMap((event) => (event.type === '@hawser.gap' ? [event.events] : []));
    expect(gaps).toEqual([recorded.told.length - (file.events.length - 1)]);
    expect(gaps[0]).toBeGreaterThan(9_000);
    expect(recorded.world.log.join('\n')).toContain(`${gaps[0]} events are missing in the recording`);
  });

  test('that was slow for too long leaves a recording of the right states, with rising ids', async () => {
    const { recorded, file } = await createStalled(100);
    expect(Object.fromEntries(new WireModel(file.events).actors)).toEqual(Object.fromEntries(recorded.model.actors));
    expect(snapshotsOf(file.events, CONNECTION).at(-1)?.snapshot).toMatchObject({ tags: ['waiting'] });
    const ids = file.events.map(({ id }) => Number(id));
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
  });

  test('that was slow while actors came to their end leaves a recording without them', async () => {
    const { recorded } = await createRecorded(5);
    const { file, writer } = write(recorded);
    await recorded.start();
    let resume = () => {};
    file.stalled = new Promise((resolve) => {
      resume = resolve;
    });
    const child = recorded.root.getSnapshot().children.ticks;
    child?.send({ type: 'first' });
    await recorded.world.clock.settle();
    for (let count = 0; count < 30_000; count += 1) child?.send({ type: 'next' });
    await recorded.stop();
    resume();
    await recorded.world.clock.settle();
    await writer.close();
    expect(new WireModel(file.events).paths).toEqual([]);
  });
});
