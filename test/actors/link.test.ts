import { describe, expect, test } from 'vitest';
import { Link } from '../../src/actors/link.ts';
import type { FrameSocket, ReceivedFrame } from '../../src/environment.ts';
import { createStepClock } from '../../src/testing/step-clock.ts';
import { silentTraffic } from './silent-traffic.ts';

const FRAMES: ReceivedFrame[] = [{ data: Buffer.from('hello'), binary: false }];

/** A socket whose system takes what the test says. */
class SlowSocket implements FrameSocket {
  queuedBytes = 0;
  takenBytes = 0;
  readonly pings: string[] = [];
  #taken: (() => void)[] = [];

  ping(payload: string, taken: () => void): void {
    this.pings.push(payload);
    this.#taken.push(taken);
  }

  /** The system takes all that is queued. */
  flush(): void {
    for (const taken of this.#taken.splice(0)) taken();
  }

  write(): void {}
  pause(): void {}
  resume(): void {}
  close(): void {}
  terminate(): void {}
}

function createWorld() {
  const clock = createStepClock(1_000);
  const socket = new SlowSocket();
  const edges: string[] = [];
  const heard: unknown[] = [];
  const traffic = silentTraffic({ frames: (frames) => heard.push(frames), pong: (payload) => heard.push(payload) });
  const link = new Link(socket, clock, traffic, {
    pingTaken: () => edges.push('taken'),
    pingAnswered: () => edges.push('answered'),
  });
  return { clock, socket, edges, heard, link };
}

describe('a link', () => {
  test('passes frames and pongs on to its component', () => {
    const { link, heard } = createWorld();
    link.frames(FRAMES);
    link.pong('mine');
    expect(heard).toEqual([FRAMES, 'mine']);
  });

  test('reports nothing of frames that answer no ping', () => {
    const { link, edges } = createWorld();
    link.frames(FRAMES);
    link.pong('');
    expect(edges).toEqual([]);
  });

  test('reports that a ping has left the queue', () => {
    const { link, socket, edges } = createWorld();
    link.ask('beat');
    expect([socket.pings, edges]).toEqual([['beat'], []]);
    socket.flush();
    expect(edges).toEqual(['taken']);
  });

  test.each([
    ['a pong', (link: Link) => link.pong('beat')],
    ['any frame', (link: Link) => link.frames(FRAMES)],
  ])('takes %s for the answer, once', (_what, answer) => {
    const { link, socket, edges } = createWorld();
    link.ask('beat');
    socket.flush();
    answer(link);
    answer(link);
    expect(edges).toEqual(['taken', 'answered']);
  });

  test('takes a frame that came before the ping had left for no answer', () => {
    const { link, socket, edges } = createWorld();
    link.ask('beat');
    link.frames(FRAMES);
    socket.flush();
    expect(edges).toEqual(['taken']);
  });

  test('sends no second ping while one has no pong', () => {
    const { link, socket, edges } = createWorld();
    link.ask('beat');
    socket.flush();
    link.frames(FRAMES);
    link.ask('beat');
    expect([socket.pings, edges]).toEqual([['beat'], ['taken', 'answered', 'taken']]);
  });

  test('sends the next ping once the last has its pong', () => {
    const { link, socket } = createWorld();
    link.ask('one');
    socket.flush();
    link.pong('one');
    link.ask('two');
    expect(socket.pings).toEqual(['one', 'two']);
  });

  test('sends a grace ping although one has no pong', () => {
    const { link, socket } = createWorld();
    link.ask('one');
    socket.flush();
    link.ask('two', true);
    expect(socket.pings).toEqual(['one', 'two']);
  });

  test('lets an acknowledgement ping of its component stand for its own', () => {
    const { link, socket, edges } = createWorld();
    link.ping('acknowledgement');
    socket.flush();
    link.ask('beat');
    expect([socket.pings, edges]).toEqual([['acknowledgement'], ['taken']]);
    link.pong('acknowledgement');
    expect(edges).toEqual(['taken', 'answered']);
  });

  test('waits with its question for an acknowledgement ping that is still queued', () => {
    const { link, socket, edges } = createWorld();
    link.ping('acknowledgement');
    link.ask('beat');
    expect([socket.pings, edges]).toEqual([['acknowledgement'], []]);
    socket.flush();
    expect(edges).toEqual(['taken']);
  });

  test('tells its component that its ping has left', () => {
    const { link, socket, edges } = createWorld();
    const taken: string[] = [];
    link.ping('acknowledgement', () => taken.push('acknowledgement'));
    socket.flush();
    expect([taken, edges]).toEqual([['acknowledgement'], []]);
  });

  test.each([
    ['a pong', (link: Link) => link.pong('beat')],
    ['a frame', (link: Link) => link.frames(FRAMES)],
  ])('asks from its question on until %s answers it', (_what, answer) => {
    const { link, socket } = createWorld();
    expect(link.asks).toBe(false);
    link.ask('beat');
    socket.flush();
    expect(link.asks).toBe(true);
    answer(link);
    expect(link.asks).toBe(false);
  });

  test('tells how long ago the question went out', async () => {
    const { link, socket, clock } = createWorld();
    link.ask('beat');
    await clock.advance(300);
    socket.flush();
    await clock.advance(70);
    expect(link.questionAge).toBe(70);
  });

  test('sees progress when bytes that had to wait have left', () => {
    const { link, socket } = createWorld();
    socket.queuedBytes = 100;
    socket.takenBytes = 10;
    link.ask('beat');
    expect(link.hasProgressed()).toBe(false);
    socket.takenBytes = 11;
    expect(link.hasProgressed()).toBe(true);
    link.markProgress();
    expect(link.hasProgressed()).toBe(false);
  });

  test('sees no progress in what the system takes at once', () => {
    const { link, socket } = createWorld();
    link.ask('beat');
    socket.takenBytes = 1_000_000;
    expect(link.hasProgressed()).toBe(false);
  });

  test('was fed when it was made, by each frame, and when it is told so', async () => {
    const { link, clock } = createWorld();
    const times = [link.fedAt];
    await clock.advance(10);
    link.frames(FRAMES);
    times.push(link.fedAt);
    await clock.advance(10);
    link.markFed();
    times.push(link.fedAt);
    expect(times).toEqual([1_000, 1_010, 1_020]);
  });

  test('is not fed by pongs', async () => {
    const { link, clock } = createWorld();
    await clock.advance(10);
    link.pong('');
    expect(link.fedAt).toBe(1_000);
  });
});
