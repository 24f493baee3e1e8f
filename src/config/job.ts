import type { Complaint } from './complaint.ts';
import { type Translation, written } from './dialect.ts';
import { unknownKey } from './issues.ts';
import { isRecord, type Path, valueAt } from './tree.ts';

/** Whether a file is a job: one `input` and one `output`. */
export function isJob(root: unknown): boolean {
  return isRecord(root) && (Object.hasOwn(root, 'input') || Object.hasOwn(root, 'output'));
}

/** A job in the native shape: its components are called `input` and `output`. */
export function readJob(root: unknown): Translation {
  const job = isRecord(root) ? root : {};
  return {
    value: written({
      name: job.name,
      context: job.context,
      sources: Object.hasOwn(job, 'input') ? [component('input', job.input)] : [],
      sinks: Object.hasOwn(job, 'output') ? [component('output', job.output)] : [],
    }),
    origins: [
      { native: ['sources', 0], written: ['input'] },
      { native: ['sources'], written: ['input'] },
      { native: ['sinks', 0], written: ['output'] },
      { native: ['sinks'], written: ['output'] },
    ],
    complaints: [
      ...unknownKeys(job),
      ...missingSides(job),
      ...namedSides(job),
      ...(isEmpty(job.actions) ? [] : [{ path: ['actions'], message: 'is not supported yet; supported: no actions' }]),
    ],
    warnings: [],
  };
}

const KEYS = ['name', 'context', 'input', 'actions', 'output'];
const SIDES = ['input', 'output'];

function component(name: string, value: unknown): unknown {
  return isRecord(value) ? { ...value, name } : value;
}

function unknownKeys(job: Readonly<Record<string, unknown>>): Complaint[] {
  return Object.keys(job)
    .filter((key) => !KEYS.includes(key))
    .map((key) => unknownKey([key], KEYS));
}

function missingSides(job: Readonly<Record<string, unknown>>): Complaint[] {
  return SIDES.filter((side) => !Object.hasOwn(job, side)).map((side) => ({
    path: [side],
    expected: 'a map',
    message: 'is missing, expected a map with one kind',
  }));
}

/** A job's components have fixed names, and its output takes from its input. */
function namedSides(job: Readonly<Record<string, unknown>>): Complaint[] {
  const places: readonly Path[] = [
    ['input', 'name'],
    ['output', 'name'],
    ['output', 'inputs'],
  ];
  return places
    .filter((path) => valueAt(job, path) !== undefined)
    .map((path) => ({ path, at: 'key', message: 'is not an option of a job; its components are input and output' }));
}

function isEmpty(actions: unknown): boolean {
  return actions === undefined || actions === null || (Array.isArray(actions) && actions.length === 0);
}
