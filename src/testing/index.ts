export { createMemoryNetwork, type MemoryNetwork } from './memory-network.ts';
export { seededRandom } from './scripted-random.ts';
export { createStepClock, type StepClock } from './step-clock.ts';
