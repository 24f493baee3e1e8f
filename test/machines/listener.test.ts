import { describe, expect, test } from 'vitest';
import { coverage, ListenerBench } from './listener-bench.ts';

const ENDED = { outcome: 'ended', cause: null };
const IN_USE = new Error('address in use');

/** Listening; what led to it is not in the log any more. */
function listening(): ListenerBench {
  const bench = new ListenerBench().bind();
  bench.news();
  return bench;
}

/** With a peer in each of two shards. */
function busy(): ListenerBench {
  const bench = listening();
  bench.accept('shard-1', 'a', true);
  bench.accept('shard-2', 'b', true);
  bench.news();
  return bench;
}

function draining(): ListenerBench {
  const bench = busy();
  bench.send({ type: 'stop' });
  return bench;
}

describe('a listener that binds', () => {
  test('starts its server, and is not ready before that is bound', () => {
    const bench = new ListenerBench();
    expect([bench.state, bench.running, bench.log]).toEqual(['up.binding', ['server'], []]);
  });

  test('listens and is ready once it is bound', () => {
    const bench = new ListenerBench().bind();
    expect([bench.state, bench.log]).toEqual(['up.listening', ['announceReady']]);
  });

  test('fails with the cause when the address cannot be taken, and disposes its server', () => {
    const bench = new ListenerBench();
    bench.send({ type: 'bind.failed', cause: IN_USE });
    expect([bench.state, bench.output, bench.running, bench.log]).toEqual([
      'failed',
      { outcome: 'failed', cause: IN_USE },
      [],
      [],
    ]);
  });

  test('ends at once when it is stopped, and disposes its server', () => {
    const bench = new ListenerBench();
    bench.send({ type: 'stop' });
    expect([bench.state, bench.output, bench.running, bench.clock.pending]).toEqual(['closed', ENDED, [], 0]);
  });

  test('waits for its server as long as that takes', async () => {
    const bench = new ListenerBench();
    await bench.clock.advance(1e9);
    expect(bench.state).toBe('up.binding');
  });
});

describe('a listener that accepts peers', () => {
  test('starts a shard for a peer that needs a new one', () => {
    const bench = listening();
    bench.accept('shard-1', 'a', true);
    expect([bench.news(), bench.running]).toEqual([['shard-1: a'], ['server', 'shard-1']]);
  });

  test('hands a peer to the shard that is there', () => {
    const bench = busy();
    bench.accept('shard-2', 'c');
    expect([bench.news(), bench.running]).toEqual([['shard-2: c'], ['server', 'shard-1', 'shard-2']]);
  });

  test('takes one that comes with the address, before it is ready', () => {
    const bench = new ListenerBench();
    bench.accept('shard-1', 'a', true);
    expect([bench.state, bench.log]).toEqual(['up.binding', ['shard-1: a']]);
  });

  test('forgets a shard that has ended with its last peer', async () => {
    const bench = busy();
    await bench.endShard('shard-1');
    expect([bench.state, bench.news(), bench.children]).toEqual([
      'up.listening',
      ['forget shard-1'],
      ['server', 'shard-2'],
    ]);
  });

  test('logs a shard that crashes and forgets it, and its sibling lives', async () => {
    const bench = busy();
    await bench.crashShard('shard-1');
    expect([bench.state, bench.news(), bench.running]).toEqual([
      'up.listening',
      ['log shard-1', 'forget shard-1'],
      ['server', 'shard-2'],
    ]);
  });

  test('goes on accepting after a shard has crashed', async () => {
    const bench = busy();
    await bench.crashShard('shard-1');
    bench.accept('shard-3', 'c', true);
    expect(bench.running).toEqual(['server', 'shard-2', 'shard-3']);
  });

  test('is still ready when nobody is left', async () => {
    const bench = busy();
    await bench.endShard('shard-1');
    await bench.endShard('shard-2');
    bench.send({ type: 'emptied' });
    expect([bench.state, bench.running]).toEqual(['up.listening', ['server']]);
  });

  test('has its server read the certificates again when asked to', () => {
    const bench = listening();
    bench.send({ type: 'renew' });
    expect([bench.state, bench.news()]).toEqual(['up.listening', ['server: renew']]);
  });
});

describe('a listener whose server crashes', () => {
  test.each([
    ['binding', () => new ListenerBench()],
    ['listening', busy],
    ['draining', draining],
  ] as const)('while %s crashes too, so that it is restarted, and leaves nothing', async (state, make) => {
    const bench = make();
    expect(bench.state).toBe(`up.${state}`);
    await bench.crashServer();
    expect([bench.crashes, bench.running, bench.clock.pending]).toEqual([[new Error('server crashed')], [], 0]);
  });
});

describe('a listener that is stopped', () => {
  test('says goodbye to its peers, which stay for it', () => {
    const bench = busy();
    bench.send({ type: 'stop' });
    expect([bench.state, bench.running]).toEqual(['up.draining', ['server', 'shard-1', 'shard-2', 'farewell']]);
  });

  test('ends as soon as the last peer has gone, and disposes its server', () => {
    const bench = draining();
    bench.send({ type: 'emptied' });
    expect([bench.state, bench.output, bench.running, bench.clock.pending]).toEqual(['closed', ENDED, [], 0]);
  });

  test('forgets the shards that end meanwhile', async () => {
    const bench = draining();
    await bench.endShard('shard-2');
    expect([bench.state, bench.news(), bench.running]).toEqual([
      'up.draining',
      ['forget shard-2'],
      ['server', 'shard-1', 'farewell'],
    ]);
  });

  test('logs a shard that crashes meanwhile, and goes on', async () => {
    const bench = draining();
    await bench.crashShard('shard-2');
    expect([bench.state, bench.news()]).toEqual(['up.draining', ['log shard-2', 'forget shard-2']]);
  });

  test('adopts a peer whose upgrade was under way', () => {
    const bench = draining();
    bench.accept('shard-1', 'c');
    expect(bench.news()).toEqual(['shard-1: c']);
  });

  test('ends by its timeout with the peers that are left', async () => {
    const bench = draining();
    await bench.clock.advance(9_999);
    expect([bench.state, bench.running]).toEqual(['up.draining', ['server', 'shard-1', 'shard-2', 'farewell']]);
    await bench.clock.advance(1);
    expect([bench.state, bench.output, bench.running, bench.clock.pending]).toEqual(['closed', ENDED, [], 0]);
  });

  test('has one timeout and one goodbye: a second stop changes nothing', async () => {
    const bench = draining();
    await bench.clock.advance(9_000);
    bench.send({ type: 'stop' });
    expect(bench.running).toEqual(['server', 'shard-1', 'shard-2', 'farewell']);
    await bench.clock.advance(1_000);
    expect(bench.state).toBe('closed');
  });

  test('reads no certificate any more', () => {
    const bench = draining();
    bench.send({ type: 'renew' });
    expect(bench.news()).toEqual([]);
  });
});

describe('the tests of the listener machine', () => {
  test('take each of its transitions', () => {
    expect(coverage.missed).toEqual([]);
  });
});
