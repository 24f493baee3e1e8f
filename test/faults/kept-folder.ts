import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filter, firstValueFrom } from 'rxjs';
import { createSupervisor, type Pipeline, type Supervisor } from '../../src/index.ts';

/** Events that were delivered before, and all that were ever pushed. */
const SETTLED = 150;
const PUSHED = 900;

/** What a folder of `keptFolder` holds, in order. */
export const EXPECTED = Array.from({ length: PUSHED - SETTLED }, (_, at) => SETTLED + at);

/** What a life of a process with a buffer on disk comes to. */
export interface Life {
  /** Numbers that were delivered, in their order; `NaN` for what was never pushed. */
  readonly delivered: readonly number[];
  /** Warnings and errors that were logged. */
  readonly said: readonly string[];
  /** Events that its sink says are lost. */
  readonly lost: number;
  /** Why it could not start, or failed. */
  readonly fault: string | undefined;
}

/**
 * A state directory in which the pipeline `it` keeps events for its sink `store`: of those that were pushed in three
 * lives, the second one has delivered the first. So the store has a log, and tables of two ages.
 */
export async function keptFolder(): Promise<string> {
  const stateDir = await mkdtemp(join(tmpdir(), 'hawser-kept-'));
  await keep(stateDir, { from: 0, to: 300, takes: 0, left: 300 });
  await keep(stateDir, { from: 300, to: 600, takes: SETTLED, left: 600 - SETTLED });
  await keep(stateDir, { from: 600, to: PUSHED, takes: 0, left: PUSHED - SETTLED });
  return stateDir;
}

/** A copy of it. */
export function copied(folder: string, to: string): Promise<void> {
  return cp(folder, to, { recursive: true });
}

/** A life in which everything that is kept is delivered. */
export async function deliver(stateDir: string): Promise<Life> {
  const delivered: number[] = [];
  const { supervisor, pipeline, said } = open(stateDir, (numbers) => void delivered.push(...numbers));
  let fault: string | undefined;
  try {
    await supervisor.start();
    pipeline.source('app').end();
    const { failures } = await supervisor.done;
    fault = failures[0]?.cause;
  } catch (error) {
    fault = error instanceof Error ? error.message : String(error);
  }
  return { delivered, said, lost: pipeline.sink('store').status.lost ?? 0, fault };
}

/** A life that keeps the events `from` … `to`, delivers the first `takes` that are kept, and leaves so many. */
interface Keeping {
  readonly from: number;
  readonly to: number;
  readonly takes: number;
  readonly left: number;
}

async function keep(stateDir: string, { from, to, takes, left }: Keeping): Promise<void> {
  let taken = 0;
  const { supervisor, pipeline } = open(stateDir, async (numbers) => {
    if (taken === takes) await new Promise(() => {});
    taken += numbers.length;
  });
  await supervisor.start();
  for (let number = from; number < to; number += 1) await pipeline.source('app').push(textOf(number));
  await firstValueFrom(supervisor.status$.pipe(filter(() => keptBy(pipeline) === left)));
  await supervisor.stop({ drain: 0 });
}

function keptBy(pipeline: Pipeline): number {
  return pipeline.sink('store').status.kept ?? 0;
}

function open(stateDir: string, take: (numbers: number[]) => void | Promise<void>) {
  const said: string[] = [];
  const say = (_: object, sentence: string) => void said.push(sentence);
  const logger = { debug: () => {}, info: () => {}, warn: say, error: say };
  const supervisor: Supervisor = createSupervisor({ stateDir, logger });
  const pipeline = supervisor.add({ name: 'it', sources: [{ name: 'app', function: {} }], sinks: [] });
  pipeline.sink('store', {
    buffer: { type: 'disk' },
    batch: { 'fixed-size': 50, timeout: '5ms' },
    function: ({ messages }) => take(messages.map(({ text }) => numberIn(text))),
  });
  return { supervisor, pipeline, said };
}

function textOf(number: number): string {
  return String(number).padEnd(400, '.');
}

function numberIn(text: string): number {
  const number = Number.parseInt(text, 10);
  return textOf(number) === text ? number : Number.NaN;
}
