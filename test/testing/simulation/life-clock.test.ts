import { expect, test } from 'vitest';
import { LifeClock } from '../../../src/testing/simulation/life-clock.ts';
import { createStepClock } from '../../../src/testing/step-clock.ts';

function createClock() {
  const world = createStepClock();
  const clock = new LifeClock(world);
  const seen: string[] = [];
  const note = (what: string) => () => void seen.push(`${world.now()} ${what}`);
  return { world, clock, seen, note };
}

test('timers run at their time', async () => {
  const { world, clock, seen, note } = createClock();
  clock.setTimeout(note('b'), 20);
  clock.setTimeout(note('a'), 10);
  const cleared = clock.setTimeout(note('never'), 15);
  clock.clearTimeout(cleared);
  expect(clock.pending).toBe(2);
  await world.advance(30);
  expect([seen, clock.pending]).toEqual([['10 a', '20 b'], 0]);
});

test('after a block the timers that came due run first, then what the system had to tell', async () => {
  const { world, clock, seen, note } = createClock();
  clock.setTimeout(note('timer 1'), 5);
  clock.setTimeout(note('timer 2'), 9);
  world.setTimeout(() => clock.tell(note('message')), 2);
  clock.unblocked = note('goes on');
  clock.block(10);
  await world.advance(20);
  expect(seen).toEqual(['10 timer 1', '10 timer 2', '10 message', '10 goes on']);
});

test('a timer that is cleared when the event loop goes on does not run', async () => {
  const { world, clock, seen, note } = createClock();
  const second = { timer: undefined as unknown };
  clock.setTimeout(() => clock.clearTimeout(second.timer), 1);
  second.timer = clock.setTimeout(note('never'), 2);
  clock.block(5);
  await world.advance(10);
  expect([seen, clock.pending]).toEqual([[], 0]);
});

test('two blocks at once last as long as the longer one', async () => {
  const { world, clock, seen, note } = createClock();
  clock.setTimeout(note('timer'), 1);
  clock.block(10);
  clock.block(4);
  await world.advance(20);
  expect(seen).toEqual(['10 timer']);
});

test('nothing runs after the death of the process', async () => {
  const { world, clock, seen, note } = createClock();
  clock.setTimeout(note('timer'), 5);
  clock.block(3);
  clock.tell(note('message'));
  clock.die();
  clock.setTimeout(note('later'), 1);
  await world.advance(10);
  expect(seen).toEqual([]);
});
