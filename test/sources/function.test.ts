import { describe, expect, test } from 'vitest';
import { functionSource } from '../../src/sources/function.ts';
import { intakeBench, turn } from './intake-bench.ts';

/** A function source, and what its actors say. */
function pendingBench() {
  const bench = intakeBench();
  const push = functionSource(bench.source);
  return { ...bench, push };
}

/** One whose actor runs. */
function functionBench() {
  const bench = pendingBench();
  return { ...bench, stop: bench.run(bench.push.intake) };
}

/** Whether a promise has resolved, rejected or waits. */
function watch(promise: Promise<unknown>) {
  const watched = { state: 'waiting' };
  promise.then(
    () => {
      watched.state = 'resolved';
    },
    (error) => {
      watched.state = `rejected: ${error.message}`;
    },
  );
  return watched;
}

describe('pushing an event', () => {
  test('hands it on at once', () => {
    const { push, texts, turns } = functionBench();
    push.push('one');
    push.push('two');
    expect([texts, turns]).toEqual([
      ['one', 'two'],
      [1, 1],
    ]);
  });

  test('resolves at once while there is room', async () => {
    const pushed = watch(functionBench().push.push('one'));
    await turn();
    expect(pushed.state).toBe('resolved');
  });

  test('hands it on and waits while there is no room', async () => {
    const { push, source, texts } = functionBench();
    source.hold('sink');
    const pushed = watch(push.push('one'));
    await turn();
    expect([pushed.state, texts]).toEqual(['waiting', ['one']]);
    source.release('sink');
    await turn();
    expect(pushed.state).toBe('resolved');
  });

  test.each([
    ['text', 'one', 'one'],
    ['an object', { a: [1] }, '{"a":[1]}'],
    ['null', null, 'null'],
    ['undefined', undefined, 'null'],
    ['bytes', new Uint8Array([0x6f, 0x6b]), 'ok'],
    ['a Buffer', Buffer.from('ok'), 'ok'],
  ])('takes %s', (_, event, text) => {
    const { push, texts } = functionBench();
    push.push(event);
    expect(texts).toEqual([text]);
  });

  test('gives bytes back as a Buffer', () => {
    const { push, source } = functionBench();
    const values: unknown[] = [];
    source.messages$.subscribe(({ value }) => values.push(value));
    push.push(new Uint8Array([0xff]));
    expect(values).toEqual([Buffer.from([0xff])]);
  });

  test('gives an object back as its value, and text as text', () => {
    const { push, source } = functionBench();
    const values: unknown[] = [];
    source.messages$.subscribe(({ value }) => values.push(value));
    push.push({ a: 1 });
    push.push('{"a":1}');
    expect(values).toEqual([{ a: 1 }, '{"a":1}']);
  });

  test('keeps the attributes that it is given', () => {
    const { push, source } = functionBench();
    const attributes: unknown[] = [];
    source.messages$.subscribe((message) => attributes.push(message.attributes));
    push.push('one', { side: 'up' });
    push.push('two');
    expect(attributes).toEqual([{ side: 'up' }, {}]);
  });
});

describe('pushing an event before the source has started', () => {
  test('waits, and hands it on when it starts', async () => {
    const { push, run, texts } = pendingBench();
    const pushed = [watch(push.push('one')), watch(push.push('two'))];
    await turn();
    expect([texts, pushed.map(({ state }) => state)]).toEqual([[], ['waiting', 'waiting']]);
    run(push.intake);
    await turn();
    expect([texts, pushed.map(({ state }) => state)]).toEqual([
      ['one', 'two'],
      ['resolved', 'resolved'],
    ]);
  });

  test('comes before what is pushed after the start', () => {
    const { push, run, texts } = pendingBench();
    push.push('early');
    run(push.intake);
    push.push('late');
    expect(texts).toEqual(['early', 'late']);
  });

  test('is refused when the source ends without having started', async () => {
    const { push, source } = pendingBench();
    const pushed = push.push('one');
    source.end();
    await expect(pushed).rejects.toThrow('source feed has ended');
  });
});

describe('the end of a function source', () => {
  test('is reported to its actor', () => {
    const { push, outcomes } = functionBench();
    expect(outcomes).toEqual([]);
    push.end();
    expect(outcomes).toEqual(['ended']);
  });

  test('is reported to an actor that starts later', () => {
    const { push, run, outcomes } = pendingBench();
    push.end();
    run(push.intake);
    expect(outcomes).toEqual(['ended']);
  });

  test('is not reported to an actor that has stopped', () => {
    const { push, stop, outcomes } = functionBench();
    stop();
    push.end();
    expect(outcomes).toEqual([]);
  });

  test('refuses what is pushed after it', async () => {
    const { push, texts } = functionBench();
    push.end();
    await expect(push.push('late')).rejects.toThrow('source feed has ended: nothing can be pushed any more');
    expect(texts).toEqual([]);
  });

  test('refuses what is pushed after the pipeline has closed the intake', async () => {
    const { push, source } = functionBench();
    source.end();
    await expect(push.push('late')).rejects.toThrow('source feed has ended');
  });

  test('lets a push that waits for room go', async () => {
    const { push, source } = functionBench();
    source.hold('sink');
    const pushed = watch(push.push('one'));
    push.end();
    await turn();
    expect(pushed.state).toBe('resolved');
  });

  test('lets a push that waits for room go when the pipeline closes the intake', async () => {
    const { push, source } = functionBench();
    source.hold('sink');
    const pushed = watch(push.push('one'));
    source.end();
    await turn();
    expect(pushed.state).toBe('resolved');
  });

  test('leaves what was pushed before, in order', () => {
    const { push, texts } = functionBench();
    push.push('one');
    push.push('two');
    push.end();
    expect(texts).toEqual(['one', 'two']);
  });
});
