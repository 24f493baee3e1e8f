import type { Scenario } from '../../src/testing/simulation/scenario.ts';
import { chanceOf } from './chance.ts';
import { scriptOf } from './faults.ts';
import { pipelineOf, serversOf } from './pipeline.ts';
import { planOf } from './plan.ts';

/**
 * A random pipeline of 1 to 3 sources and sinks, its servers, and 3 to 12 faults within 30 to 60 virtual seconds, all from
 * the seed alone. Nothing in it loses anything by contract: what it reports is a failure of the product.
 */
export function scheduleOf(seed: number): Scenario {
  const chance = chanceOf(seed);
  const plan = planOf(chance);
  const time = chance.whole(30_000, 60_000);
  return {
    name: `schedule ${seed}`,
    seed,
    pipeline: pipelineOf(chance, plan),
    servers: serversOf(chance, plan, time),
    script: scriptOf(chance, plan, chance.whole(3, 11), time),
    for: `${time}ms`,
  };
}
