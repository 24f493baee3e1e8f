import { Subject } from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { ReceivedFrame } from '../../src/environment.ts';
import { REPLY, type WebSocketSetup, webSocketBench } from './web-socket-bench.ts';

const TIMEOUT = 30_000;

/** A sink whose socket is not read while it is held. */
function heldBench({ options, ...setup }: WebSocketSetup = {}) {
  const hold = { held: false, held$: new Subject<boolean>() };
  const bench = webSocketBench({ ...setup, options: { hold, ...options } });
  return {
    ...bench,
    hold(held: boolean) {
      hold.held = held;
      hold.held$.next(held);
    },
  };
}

describe.each([
  ['pong', {}],
  ['reply', { level: REPLY }],
] as const)('ack: %s on a socket that is not read', (_level, options) => {
  test('misses no acknowledgement', async () => {
    const bench = heldBench({ options });
    const { wire } = bench.connect();
    bench.give('{"id":1}');
    wire.take();
    await bench.clock.advance(TIMEOUT - 1);
    bench.hold(true);
    await bench.clock.advance(1e6);
    expect(bench.complaints).toEqual([]);
  });

  test('gives it the whole time again once it is read', async () => {
    const bench = heldBench({ options });
    const { wire } = bench.connect();
    bench.give('{"id":1}');
    wire.take();
    bench.hold(true);
    await bench.clock.advance(1e6);
    bench.hold(false);
    await bench.clock.advance(TIMEOUT - 1);
    expect(bench.complaints).toEqual([]);
    await bench.clock.advance(1);
    expect(bench.complaints).toHaveLength(1);
  });

  test('misses none of what was written meanwhile', async () => {
    const bench = heldBench({ options });
    bench.hold(true);
    const { wire } = bench.connect();
    bench.give('{"id":1}');
    wire.take();
    await bench.clock.advance(1e6);
    expect([wire.frames.length, bench.complaints]).toEqual([1, []]);
  });
});

describe('the messages of the peer of a sink', () => {
  function takingBench(options: WebSocketSetup['options'] = {}) {
    const taken: string[] = [];
    const frames = (received: readonly ReceivedFrame[]) => {
      taken.push(received.map(({ data }) => data.toString()).join(' '));
    };
    return { ...webSocketBench({ options: { frames, ...options } }), taken };
  }

  test('go to whoever takes them, a turn at a time, and none is counted as unconsumed', () => {
    const bench = takingBench();
    const { reply } = bench.connect();
    reply('a', 'b');
    expect([bench.taken, bench.stream.counts().unconsumed]).toEqual([['a b'], 0]);
  });

  test('go there also before the connection is live', () => {
    const bench = takingBench();
    bench.traffic.frames([{ data: Buffer.from('welcome'), binary: false }]);
    expect(bench.taken).toEqual(['welcome']);
  });

  test('go there without those that are replies', () => {
    const bench = takingBench({ level: REPLY });
    const { reply } = bench.connect();
    bench.give('{"id":1}');
    reply('tick', '{"re":1}');
    expect([bench.taken, bench.settled()]).toEqual([['tick'], 1]);
  });
});
