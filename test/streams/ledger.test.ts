import { describe, expect, test } from 'vitest';
import { createLedger } from '../../src/streams/ledger.ts';

/** A ledger of source `feed` and these takers, and what it has announced as settled. */
function ledgerOf(...takers: string[]) {
  const ledger = createLedger();
  const announced: string[] = [];
  ledger.settlements$.subscribe(({ source, through }) => announced.push(`${source}${through}`));
  ledger.addSource('feed');
  for (const taker of takers) ledger.addTaker(taker, ['feed']);
  return { ledger, announced };
}

describe('the ledger', () => {
  test('has settled what the slowest taker has settled', () => {
    const { ledger } = ledgerOf('fast', 'slow');
    ledger.handOn('feed', 10);
    ledger.settle('fast', 'feed', 9);
    ledger.settle('slow', 'feed', 4);
    expect([ledger.settled('feed'), ledger.settledBy('fast', 'feed'), ledger.settledBy('slow', 'feed')]).toEqual([
      4, 9, 4,
    ]);
  });

  test('counts as in flight what was handed on and some taker has not settled', () => {
    const { ledger } = ledgerOf('fast', 'slow');
    ledger.handOn('feed', 10);
    ledger.settle('fast', 'feed', 10);
    ledger.settle('slow', 'feed', 4);
    expect([ledger.handedOn('feed'), ledger.inFlight('feed')]).toEqual([10, 6]);
  });

  test('keeps per taker and source what is settled', () => {
    const { ledger } = ledgerOf('other');
    ledger.addSource('second');
    ledger.addTaker('both', ['feed', 'second']);
    ledger.handOn('feed', 10);
    ledger.handOn('second', 5);
    ledger.settle('both', 'feed', 7);
    const settled = [
      ledger.settledBy('both', 'feed'),
      ledger.settledBy('both', 'second'),
      ledger.settledBy('other', 'feed'),
    ];
    expect(settled).toEqual([7, 0, 0]);
  });

  test('announces a settlement when the minimum rises, and only then', () => {
    const { ledger, announced } = ledgerOf('fast', 'slow');
    ledger.handOn('feed', 10);
    ledger.settle('fast', 'feed', 9);
    ledger.settle('slow', 'feed', 4);
    ledger.settle('fast', 'feed', 10);
    ledger.settle('slow', 'feed', 10);
    expect(announced).toEqual(['feed4', 'feed10']);
  });

  test('ignores a settlement that goes backwards', () => {
    const { ledger, announced } = ledgerOf('only');
    ledger.handOn('feed', 10);
    ledger.settle('only', 'feed', 8);
    ledger.settle('only', 'feed', 3);
    expect([ledger.settled('feed'), ledger.settledBy('only', 'feed'), announced]).toEqual([8, 8, ['feed8']]);
  });

  test('ignores a hand-on that goes backwards', () => {
    const { ledger } = ledgerOf('only');
    ledger.handOn('feed', 10);
    ledger.handOn('feed', 3);
    expect(ledger.handedOn('feed')).toBe(10);
  });

  test('keeps its sources apart', () => {
    const { ledger } = ledgerOf('only');
    ledger.addSource('second');
    ledger.handOn('feed', 10);
    ledger.handOn('second', 2);
    ledger.settle('only', 'feed', 10);
    expect([ledger.settled('feed'), ledger.settled('second'), ledger.inFlight('second')]).toEqual([10, 2, 0]);
  });

  test('names a source that it does not know', () => {
    expect(() => createLedger().handOn('feed', 1)).toThrow(new RangeError('the ledger has no source named "feed"'));
  });
});

describe('a source without takers', () => {
  test('settles what it hands on at once', () => {
    const { ledger, announced } = ledgerOf();
    ledger.handOn('feed', 3);
    expect([ledger.inFlight('feed'), announced]).toEqual([0, ['feed3']]);
  });
});

describe('a taker that joins late', () => {
  test('owes nothing of what was handed on before', () => {
    const { ledger } = ledgerOf('first');
    ledger.handOn('feed', 10);
    ledger.addTaker('late', ['feed']);
    expect(ledger.settledBy('late', 'feed')).toBe(10);
  });

  test('does not settle what the others owe', () => {
    const { ledger } = ledgerOf('first');
    ledger.handOn('feed', 10);
    ledger.addTaker('late', ['feed']);
    expect([ledger.settled('feed'), ledger.inFlight('feed')]).toEqual([0, 10]);
  });

  test('owes what is handed on afterwards', () => {
    const { ledger } = ledgerOf();
    ledger.handOn('feed', 10);
    ledger.addTaker('late', ['feed']);
    ledger.handOn('feed', 12);
    expect([ledger.inFlight('feed'), ledger.settled('feed')]).toEqual([2, 10]);
  });
});

describe('a taker that is removed', () => {
  test('holds nothing back any more', () => {
    const { ledger, announced } = ledgerOf('stays', 'goes');
    ledger.handOn('feed', 10);
    ledger.settle('stays', 'feed', 6);
    ledger.removeTaker('goes');
    expect([ledger.settled('feed'), announced]).toEqual([6, ['feed6']]);
  });

  test('leaves a source settled when it was the last', () => {
    const { ledger } = ledgerOf('goes');
    ledger.handOn('feed', 10);
    ledger.removeTaker('goes');
    expect([ledger.settled('feed'), ledger.inFlight('feed')]).toEqual([10, 0]);
  });

  test('owes nothing again when it settles late', () => {
    const { ledger } = ledgerOf('goes');
    ledger.handOn('feed', 10);
    ledger.removeTaker('goes');
    ledger.settle('goes', 'feed', 4);
    ledger.handOn('feed', 20);
    expect([ledger.settled('feed'), ledger.inFlight('feed')]).toEqual([20, 0]);
  });
});
