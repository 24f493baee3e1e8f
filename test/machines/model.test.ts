import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connectionModel } from './connection-model.ts';
import { deliveryModel } from './delivery-model.ts';
import { listenerModel } from './listener-model.ts';
import { explore, type MachineModel } from './model.ts';
import { Walker } from './model-walk.ts';
import { peerModel } from './peer-model.ts';
import { pipelineModel } from './pipeline-model.ts';
import { StateCoverage } from './state-coverage.ts';
import { supervisorModel } from './supervisor-model.ts';
import { TransitionCoverage } from './transition-coverage.ts';

const MODELS: readonly MachineModel[] = [
  connectionModel,
  deliveryModel,
  listenerModel,
  peerModel,
  pipelineModel,
  supervisorModel,
];

/** Thousands of paths, but no waiting: only a busy machine takes long. */
const TIMEOUT = 120_000;

/** A broken machine goes wrong on most paths; these say enough. */
const SHOWN = 5;

const report: string[] = [];

afterAll(() => console.log(report.join('\n')));

test('each machine has a model', () => {
  const files = readdirSync(new URL('../../machines/', import.meta.url));
  expect(MODELS.map(({ machine }) => `${machine.id}.ts`).sort()).toEqual(files.sort());
});

describe.each(MODELS.map((model) => [model.machine.id, model] as const))('the %s machine', (name, model) => {
  const states = new StateCoverage(model.machine);
  const transitions = new TransitionCoverage(model.machine);
  const wrong: string[] = [];
  const broken: string[] = [];

  beforeAll(async () => {
    // XState's development build warns of what is sent to a child that is over; a machine need not know that it is.
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const walker = new Walker(model, (event) => {
      states.inspect(event);
      transitions.inspect(event);
    });
    const { paths, faults } = explore(model);
    broken.push(...faults);
    for (const path of paths) {
      const fault = await walker.walk(path);
      if (fault !== undefined) wrong.push(fault);
    }
    warn.mockRestore();
    report.push(reportOf(name, states, transitions, paths.length));
  }, TIMEOUT);

  test('goes on each path where the path leads, and leaves nothing behind', () => {
    expect(wrong.slice(0, SHOWN)).toEqual([]);
  });

  test('breaks no law', () => {
    expect(broken.slice(0, SHOWN)).toEqual([]);
  });

  test('is walked through each of its states', () => {
    expect(states.missed).toEqual([]);
  });

  test('is walked along each of its transitions', () => {
    expect(transitions.missed).toEqual([]);
  });
});

interface Coverage {
  readonly defined: readonly string[];
  readonly missed: readonly string[];
}

/** `connection   41 states 100 %   118 transitions 100 %   1 234 paths walked` */
function reportOf(name: string, states: Coverage, transitions: Coverage, paths: number): string {
  const parts = [
    name.padEnd(10),
    shareOf(states, 'states'),
    shareOf(transitions, 'transitions'),
    `${grouped(paths)} paths walked`,
  ];
  return parts.join('   ');
}

/** Rounded down: all but one are not 100 %. */
function shareOf({ defined, missed }: Coverage, what: string): string {
  const percent = Math.floor((100 * (defined.length - missed.length)) / defined.length);
  return `${String(defined.length).padStart(3)} ${what} ${percent} %`;
}

function grouped(count: number): string {
  return String(count)
    .replace(/\B(?=(\d{3})+$)/g, ' ')
    .padStart(5);
}
