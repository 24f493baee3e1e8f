import { describe, expect, test } from 'vitest';
import { createStepClock } from '../../src/testing/step-clock.ts';

function createLog(start = 0) {
  const clock = createStepClock(start);
  const ran: string[] = [];
  const at = (delay: number, name: string) => clock.setTimeout(() => ran.push(`${name} ${clock.now()}`), delay);
  return { clock, ran, at };
}

describe('the step clock', () => {
  test('time stands still until it is moved', async () => {
    const { clock, ran, at } = createLog(50);
    at(0, 'a');
    await Promise.resolve();
    expect([clock.now(), ran, clock.pending]).toEqual([50, [], 1]);
  });

  test('timers run in the order of their time, each at its own instant', async () => {
    const { clock, ran, at } = createLog();
    at(30, 'c');
    at(10, 'a');
    at(20, 'b');
    await clock.advance(25);
    expect([clock.now(), ran, clock.pending]).toEqual([25, ['a 10', 'b 20'], 1]);
  });

  test('timers of one instant run in the order of their making', async () => {
    const { clock, ran, at } = createLog();
    for (const name of ['a', 'b', 'c', 'd', 'e']) at(10, name);
    await clock.advance(10);
    expect(ran).toEqual(['a 10', 'b 10', 'c 10', 'd 10', 'e 10']);
  });

  test('timers that others set on the way run when they are due', async () => {
    const { clock, ran, at } = createLog();
    const chain = () => {
      ran.push(`tick ${clock.now()}`);
      clock.setTimeout(chain, 10);
    };
    clock.setTimeout(chain, 10);
    at(25, 'between');
    await clock.advance(30);
    expect(ran).toEqual(['tick 10', 'tick 20', 'between 25', 'tick 30']);
  });

  test('promises settle between two timers', async () => {
    const { clock, ran, at } = createLog();
    const chained = async () => {
      for (let hop = 0; hop < 20; hop += 1) await Promise.resolve();
      at(5, 'set by a promise');
    };
    clock.setTimeout(() => void chained(), 10);
    at(20, 'later');
    await clock.advance(20);
    expect(ran).toEqual(['set by a promise 15', 'later 20']);
  });

  test('promises settle before the first timer', async () => {
    const { clock, ran, at } = createLog();
    void Promise.resolve().then(() => at(5, 'a'));
    await clock.advance(5);
    expect(ran).toEqual(['a 5']);
  });

  test('a cleared timer does not run, and clearing twice counts once', async () => {
    const { clock, ran, at } = createLog();
    const timer = at(10, 'a');
    at(10, 'b');
    clock.clearTimeout(timer);
    clock.clearTimeout(timer);
    clock.clearTimeout(undefined);
    expect(clock.pending).toBe(1);
    await clock.advance(10);
    expect(ran).toEqual(['b 10']);
  });

  test('clearing a timer that has run changes nothing', async () => {
    const { clock, at } = createLog();
    const timer = at(10, 'a');
    await clock.advance(10);
    clock.clearTimeout(timer);
    expect(clock.pending).toBe(0);
  });

  test('a thousand timers, most of them cleared, keep their order', async () => {
    const { clock, ran } = createLog();
    const due: number[] = [];
    for (let index = 0; index < 1000; index += 1) {
      const delay = (index * 7919) % 1009;
      const timer = clock.setTimeout(() => ran.push(String(delay)), delay);
      if (index % 5 === 0) due.push(delay);
      else clock.clearTimeout(timer);
    }
    expect(clock.pending).toBe(200);
    await clock.advance(1009);
    expect(ran).toEqual(due.sort((a, b) => a - b).map(String));
  });

  test('a negative delay is 0', async () => {
    const { clock, ran, at } = createLog();
    at(-5, 'a');
    await clock.settle();
    expect(ran).toEqual(['a 0']);
  });

  test('a delay above the longest one is cut to it', async () => {
    const { clock, ran, at } = createLog();
    at(2 ** 40, 'a');
    await clock.advance(2 ** 31 - 1);
    expect(ran).toEqual([`a ${2 ** 31 - 1}`]);
  });

  test('settling runs what is due now and no more', async () => {
    const { clock, ran, at } = createLog();
    clock.setTimeout(() => at(0, 'chained'), 0);
    at(1, 'later');
    await clock.settle();
    expect([ran, clock.now()]).toEqual([['chained 0'], 0]);
  });

  test('a blocked loop runs its timers late, in order', async () => {
    const { clock, ran, at } = createLog();
    at(10, 'a');
    at(5, 'b');
    clock.block(100);
    expect([ran, clock.now()]).toEqual([[], 100]);
    await clock.settle();
    expect(ran).toEqual(['b 100', 'a 100']);
  });

  test('next passes the time up to the next timer', async () => {
    const { clock, ran, at } = createLog();
    at(10, 'a');
    at(10, 'b');
    at(20, 'c');
    expect(await clock.next()).toBe(true);
    expect([ran, clock.now()]).toEqual([['a 10', 'b 10'], 10]);
  });

  test('next says when no timer waits', async () => {
    const { clock } = createLog(7);
    expect(await clock.next()).toBe(false);
    expect(clock.now()).toBe(7);
  });

  test('advanceTo goes to an instant, and never back', async () => {
    const { clock } = createLog();
    await clock.advanceTo(40);
    await clock.advanceTo(10);
    expect(clock.now()).toBe(40);
  });

  test('calls queue up', async () => {
    const { clock, ran, at } = createLog();
    at(15, 'a');
    await Promise.all([clock.advance(10), clock.advance(10)]);
    expect([ran, clock.now()]).toEqual([['a 15'], 20]);
  });

  test('an error of a timer rejects, and the clock goes on', async () => {
    const { clock, ran, at } = createLog();
    clock.setTimeout(() => {
      throw new Error('boom');
    }, 5);
    at(10, 'a');
    await expect(clock.advance(20)).rejects.toThrow('boom');
    await clock.advance(5);
    expect(ran).toEqual(['a 10']);
  });
});
