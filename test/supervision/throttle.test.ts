import { Subject } from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { Clock } from '../../src/environment.ts';
import type { SupervisorStatus } from '../../src/supervision/status.ts';
import { throttledStatus } from '../../src/supervision/throttle.ts';
import { createStepClock } from '../../src/testing/step-clock.ts';

/** A status that takes so many milliseconds to be read, and another one at each edge. */
function watched(cost: number) {
  const steps = createStepClock();
  let spent = 0;
  const clock: Clock = {
    now: () => steps.now() + spent,
    setTimeout: (run, delay) => steps.setTimeout(run, delay),
    clearTimeout: (timer) => steps.clearTimeout(timer),
  };
  const edges$ = new Subject<void>();
  const pipelines: SupervisorStatus['pipelines'][number][] = [];
  const told: SupervisorStatus[] = [];
  let stage: SupervisorStatus['state'] = 'running';
  const following = throttledStatus({
    clock,
    edges$,
    read: () => {
      spent += cost;
      return { state: stage, pipelines: [...pipelines] };
    },
    ended: () => stage === 'stopped',
  }).subscribe((status) => told.push(status));
  async function edge(next: SupervisorStatus['state'] = 'running'): Promise<void> {
    stage = next;
    pipelines.push({ name: `p${pipelines.length}`, state: 'running', sources: [], sinks: [] });
    edges$.next();
    await steps.settle();
  }
  return { steps, told, edge, following };
}

describe('a status that is cheap', () => {
  test('is told at every edge', async () => {
    const { told, edge } = watched(0);
    for (let count = 0; count < 5; count += 1) await edge();
    expect(told.map(({ pipelines }) => pipelines.length)).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe('a status that is dear, as a large tree is', () => {
  test('is told once for all edges that come while it rests', async () => {
    const { steps, told, edge } = watched(8);
    for (let count = 0; count < 1000; count += 1) await edge();
    await steps.advance(160);
    expect(told.map(({ pipelines }) => pipelines.length)).toEqual([0, 1000]);
  });

  test('is told in its last form', async () => {
    const { steps, told, edge } = watched(8);
    await edge();
    await edge('stopping');
    await steps.advance(160);
    expect(told.at(-1)).toMatchObject({ state: 'stopping' });
  });

  test('is told of the end at once', async () => {
    const { told, edge, following } = watched(8);
    await edge();
    await edge('stopped');
    expect([told.at(-1)?.state, following.closed]).toEqual(['stopped', true]);
  });

  test('leaves no timer once it has ended', async () => {
    const { steps, edge } = watched(8);
    await edge();
    await edge('stopped');
    expect(steps.pending).toBe(0);
  });
});
