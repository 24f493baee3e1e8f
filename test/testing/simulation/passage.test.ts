import { describe, expect, test } from 'vitest';
import { type LifeEnding, type Line, Passage, type PassageTerms } from '../../../src/testing/simulation/passage.ts';

/** A passage of which the source has handed on the numbers 1 to `count`. */
function handedOn(count: number, terms: Partial<PassageTerms> = {}) {
  const drops = { counted: () => 0, known: 0, unsent: 0 };
  const all = { lasting: true, first: 1, window: 3, onDisk: false, fleeting: false, passes: () => true, drops };
  const passage = new Passage({ ...all, ...terms });
  const handOn = (...numbers: number[]) => {
    for (const number of numbers) {
      passage.produce(number);
      passage.handOn(number);
    }
  };
  /** What is wrong with each of the numbers on that connection. */
  const deliver = (line: Line, ...numbers: number[]) =>
    numbers.flatMap((number) => passage.deliver(line, number, 0).fault ?? []);
  handOn(...upTo(count));
  return { passage, handOn, deliver };
}

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1);
const connection = (life = 0): Line => ({ life, places: undefined });
const KILLED: LifeEnding = { safe: 0, noted: 0, unsynced: false };

describe('on one connection', () => {
  test('what was handed on comes in that order', () => {
    expect(handedOn(5).deliver(connection(), 1, 2, 3, 4, 5)).toEqual([]);
  });

  test.each([
    ['left out', [1, 3], '3 after 1'],
    ['repeated', [1, 2, 2], '2 after 2'],
    ['brought back', [1, 2, 3, 2], '2 after 3'],
    ['not the first', [2], '2 first on a new connection, after nothing'],
    ['never handed on', [1, 9], '9, which was never handed on'],
  ])('no message is %s', (_name, numbers, fault) => {
    expect(handedOn(5).deliver(connection(), ...numbers)).toEqual([expect.stringContaining(fault)]);
  });

  test('what was handed on twice comes twice, in the order in which it was handed on', () => {
    const { handOn, deliver } = handedOn(4);
    handOn(3, 4, 5);
    expect(deliver(connection(), 1, 2, 3, 4, 3, 4, 5)).toEqual([]);
  });

  test('what counters say is gone may be left out, and no more', () => {
    const drops = { counted: () => 2, known: 0, unsent: 2 };
    const { deliver, passage } = handedOn(9, { drops });
    expect(deliver(connection(), 1, 4, 6)).toEqual(['6 after 4']);
    expect(passage.owed.behind(4)).toBe(0);
  });
});

test('what has never come is known by its place, not by its number', () => {
  const { passage, handOn, deliver } = handedOn(4);
  handOn(3, 4, 5);
  deliver(connection(), 1, 2, 3, 4, 3);
  expect(passage.unheard).toBe(2);
});

describe('on a new connection', () => {
  test('no more than the window comes again', () => {
    const { deliver } = handedOn(9);
    deliver(connection(), 1, 2, 3, 4, 5);
    expect(deliver(connection(), 3, 4, 5, 6)).toEqual([]);
    expect(deliver(connection(), 3, 4)).toEqual([
      '3 first on a new connection, after 6 on the last one, with at most 3 in flight',
    ]);
  });

  test('nothing is left out', () => {
    const { deliver } = handedOn(9);
    deliver(connection(), 1, 2);
    expect(deliver(connection(), 4)).toHaveLength(1);
  });

  test('what an earlier one still brings is judged by that', () => {
    const { deliver } = handedOn(9);
    const earlier = connection();
    deliver(earlier, 1, 2);
    expect(deliver(connection(), 2, 3)).toEqual([]);
    expect(deliver(earlier, 3)).toEqual([]);
  });

  test('the window counts from where the last one has come to in any case', () => {
    const { deliver, handOn } = handedOn(6, { window: 3 });
    handOn(4, 5, 6);
    deliver(connection(), 1, 2, 3, 4, 5, 6);
    // These come again, or for the first time of the second.
    expect(deliver(connection(), 4, 5)).toEqual([]);
    expect(deliver(connection(), 4, 5, 6, 4, 5, 6)).toEqual([]);
  });

  test('what was under way may be gone when the system has acknowledged it', () => {
    const { deliver, passage } = handedOn(9, { fleeting: true });
    deliver(connection(), 1, 2);
    passage.exposed();
    expect(deliver(connection(), 6, 7, 8, 9)).toEqual([]);
    expect([passage.owed.outstanding, passage.owed.excused]).toEqual([0, 3]);
  });

  test('a step back is told', () => {
    const { passage } = handedOn(9);
    const [first, second] = [connection(), connection()];
    const again = [1, 2, 3].map((number) => passage.deliver(first, number, 0).again);
    expect([...again, passage.deliver(second, 3, 0).again]).toEqual([false, false, false, true]);
  });
});

describe('in a new life of the process', () => {
  test('a buffer in memory brings nothing of the former one', () => {
    const { passage, handOn, deliver } = handedOn(5);
    deliver(connection(), 1, 2, 3);
    passage.endLife(KILLED);
    handOn(4, 5, 6);
    expect(deliver(connection(1), 4, 5, 6)).toEqual([]);
    expect(deliver(connection(1), 3)).toHaveLength(1);
  });

  test('a buffer on disk goes back to what it had not noted as delivered', () => {
    const { passage, deliver } = handedOn(9, { onDisk: true });
    const line = connection();
    for (const number of upTo(8)) passage.deliver(line, number, number);
    passage.endLife({ ...KILLED, noted: 6 });
    expect(deliver(connection(1), 4)).toEqual([]);
    expect(deliver(connection(1), 3)).toHaveLength(1);
  });

  test('after a power failure a buffer on disk may bring everything again', () => {
    const { passage, deliver } = handedOn(9, { onDisk: true });
    deliver(connection(), ...upTo(9));
    passage.endLife({ ...KILLED, noted: undefined });
    expect(deliver(connection(1), ...upTo(9))).toEqual([]);
  });

  test('a buffer on disk goes on with what was handed on anew when a full disk has not kept the end', () => {
    const { handOn, deliver, passage } = handedOn(3, { onDisk: true });
    passage.endLife(KILLED);
    handOn(3, 4, 5);
    expect(deliver(connection(1), 1, 2, 3, 4, 5)).toEqual([]);
  });

  test('what a frozen consumer reads of the former one is judged by that', () => {
    const { passage, handOn, deliver } = handedOn(5);
    const former = connection();
    deliver(former, 1);
    passage.endLife(KILLED);
    handOn(2, 3);
    expect(deliver(former, 2, 3)).toEqual([]);
    expect(deliver(connection(1), 2, 3)).toEqual([]);
  });
});

describe('what has to be delivered', () => {
  test('is everything that a producer with resume has made', () => {
    const { passage } = handedOn(3);
    passage.produce(4);
    expect([passage.owed.outstanding, passage.owed.behind(2), passage.owed.missing(3)]).toEqual([4, 2, [1, 2, 3]]);
  });

  test('is what the source has handed on when the producer keeps nothing', () => {
    const { passage } = handedOn(3, { lasting: false });
    passage.produce(4);
    expect(passage.owed.outstanding).toBe(3);
  });

  test('is not what a process took with it and nobody kept', () => {
    const { passage, deliver } = handedOn(5, { lasting: false });
    deliver(connection(), 1, 2);
    passage.endLife(KILLED);
    expect([passage.owed.outstanding, passage.owed.excused]).toEqual([0, 3]);
  });

  test('is what a disk has kept of it', () => {
    const { passage, deliver } = handedOn(5, { lasting: false, onDisk: true });
    deliver(connection(), 1, 2);
    passage.endLife({ ...KILLED, safe: 4 });
    expect(passage.owed.missing(9)).toEqual([3, 4]);
  });

  test('is not what a loss of power takes from a disk that is not synced', () => {
    const { passage } = handedOn(5, { onDisk: true });
    passage.endLife({ ...KILLED, unsynced: true });
    expect(passage.owed.outstanding).toBe(0);
  });

  test('begins with the first number that the source asks for', () => {
    expect(handedOn(9, { first: 8 }).passage.owed.outstanding).toBe(2);
  });

  test('is not what does not pass', () => {
    const { passage, deliver } = handedOn(4, { passes: (number) => number !== 2 });
    expect(deliver(connection(), 1, 3, 4)).toEqual([]);
    expect(passage.owed.outstanding).toBe(0);
  });
});
