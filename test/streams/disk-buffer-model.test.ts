import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { DiskBufferModel } from './disk-buffer-model.ts';

type Step = (model: DiskBufferModel) => void | Promise<void>;

const named = (name: string, run: Step): Step => Object.assign(run, { toString: () => name });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 8 }), fc.boolean())
      .map(([sizes, packed]) => named(`append [${sizes}] ${packed}`, (model) => model.append(sizes, packed))),
  },
  {
    weight: 5,
    arbitrary: fc.integer({ min: 1, max: 9 }).map((count) => named(`settle ${count}`, (model) => model.settle(count))),
  },
  {
    weight: 4,
    arbitrary: fc.integer({ min: 1, max: 30 }).map((ms) => named(`pass ${ms}`, (model) => model.pass(ms))),
  },
  { weight: 1, arbitrary: fc.constant(named('hold', (model) => model.hold())) },
  { weight: 1, arbitrary: fc.constant(named('release', (model) => model.release())) },
  { weight: 1, arbitrary: fc.constant(named('crash', (model) => model.crash())) },
);

const setup = fc.record({
  window: fc.record({ events: fc.integer({ min: 1, max: 10 }), bytes: fc.integer({ min: 1, max: 30 }) }),
  waiting: fc.record({ events: fc.integer({ min: 1, max: 20 }), bytes: fc.integer({ min: 5, max: 60 }) }),
  inFlight: fc.record({ events: fc.integer({ min: 1, max: 10 }), bytes: fc.integer({ min: 1, max: 30 }) }),
  whenFull: fc.constantFrom('block' as const, 'drop-newest' as const),
  latency: fc.constantFrom(0, 1, 10),
  groupBytes: fc.constantFrom(10, 100),
});

test('a buffer on disk gives in order all that it has not counted as dropped, over any number of kills', async () => {
  await fc.assert(
    fc.asyncProperty(setup, fc.array(step, { maxLength: 40 }), async (options, steps) => {
      const model = await new DiskBufferModel(options).start();
      for (const run of steps) {
        await run(model);
        model.check();
      }
      await model.drain();
    }),
    { numRuns: 300 },
  );
  expect.hasAssertions();
});
