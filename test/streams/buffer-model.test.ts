import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { WhenFull } from '../../src/streams/buffer.ts';
import { BufferModel, SOURCES } from './buffer-model.ts';

type Step = (model: BufferModel) => void;

const sizes = fc.array(fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 5 }) }, fc.constant(0)), {
  minLength: 1,
  maxLength: 8,
});

const append: fc.Arbitrary<Step> = fc
  .tuple(fc.constantFrom(...SOURCES), sizes, fc.boolean())
  .map(([source, of, packed]) =>
    Object.assign((model: BufferModel) => model.append(source, of, packed), {
      toString: () => `append ${source} [${of}]${packed ? ' packed' : ''}`,
    }),
  );

const settle: fc.Arbitrary<Step> = fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 4 })).map(([chunks, events]) =>
  Object.assign((model: BufferModel) => model.settle(chunks, events), {
    toString: () => `settle ${chunks} and ${events}`,
  }),
);

const named = (name: string, run: Step) => fc.constant(Object.assign(run, { toString: () => name }));

const readerStep: fc.Arbitrary<Step> = fc.oneof(
  named('resubscribe', (model) => model.resubscribe()),
  named('leave', (model) => model.leave()),
  named('hold', (model) => model.hold()),
  named('release', (model) => model.release()),
  named('narrow', (model) => model.narrow(1)),
  named('widen', (model) => model.narrow(undefined)),
);

const steps = fc.array(
  fc.oneof({ weight: 5, arbitrary: append }, { weight: 5, arbitrary: settle }, { weight: 3, arbitrary: readerStep }),
  { maxLength: 40 },
);

const bound = fc.record({ events: fc.integer({ min: 1, max: 10 }), bytes: fc.integer({ min: 1, max: 30 }) });

const POLICIES: WhenFull[] = ['block', 'drop-oldest', 'drop-newest'];

describe.each(POLICIES)('a buffer that when full does: %s', (whenFull) => {
  test('gives in order all that it has not counted as dropped, and counts it exactly', () => {
    fc.assert(
      fc.property(bound, bound, steps, (waiting, inFlight, run) => {
        const model = new BufferModel({ whenFull, waiting, inFlight });
        for (const step of run) {
          step(model);
          expect(model.faults()).toEqual([]);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('has everything settled in the end that was appended', () => {
    fc.assert(
      fc.property(bound, bound, steps, (waiting, inFlight, run) => {
        const model = new BufferModel({ whenFull, waiting, inFlight });
        for (const step of run) step(model);
        model.finish();
        expect([model.settledAll, model.drained, model.faults()]).toEqual([true, true, []]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a blocking buffer whose sources stop when it is full', () => {
  test('goes over its bound by one chunk at the most', () => {
    fc.assert(
      fc.property(bound, bound, fc.array(fc.tuple(fc.boolean(), append, fc.oneof(settle, readerStep))), (...of) => {
        const [waiting, inFlight, run] = of;
        const model = new BufferModel({ whenFull: 'block', waiting, inFlight });
        for (const [appends, source, other] of run) {
          if (!appends) other(model);
          else if (!model.full) source(model);
          expect(model.overshoot).toBeLessThanOrEqual(0);
        }
      }),
      { numRuns: 300 },
    );
  });
});
