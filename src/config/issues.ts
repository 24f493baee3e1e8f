import type { z } from 'zod';
import { type Complaint, shownValue, typeName } from './complaint.ts';
import { listed } from './kinds.ts';
import { rightPlace } from './misplaced.ts';
import { foreignToMode, modesAt, requiredBy } from './modes.ts';
import { nearestName } from './nearest.ts';
import { expectedAt, keysAt } from './option-list.ts';
import { isRecord, type Path, valueAt } from './tree.ts';

export interface Checked<T> {
  /** Absent when there are complaints. */
  readonly value?: T;
  readonly complaints: readonly Complaint[];
}

/** Checks a value against a schema; every complaint says what was found, what was expected, and what was near. */
export function check<T extends z.ZodType>(schema: T, value: unknown): Checked<z.output<T>> {
  const result = schema.safeParse(value);
  if (result.success) return { value: result.data, complaints: [] };
  return { complaints: result.error.issues.flatMap((issue) => complaintsOf(issue, [], { schema, value })) };
}

/** What to say of a key that the map at `path` does not know; `place` is where it belongs, if that is known. */
export function unknownKey(path: Path, known: readonly string[], place?: string): Complaint {
  const key = String(path.at(-1));
  const options = listed(known) || 'none';
  const common = { path, at: 'key', expected: options } as const;
  if (place !== undefined) return { ...common, message: `is not an option here; it belongs inside, as ${place}` };
  const nearest = nearestName(key, known);
  if (nearest !== undefined) return { ...common, message: `is not an option; did you mean "${nearest}"?` };
  return { ...common, message: `is not an option; options here: ${options}` };
}

interface Subject {
  readonly schema: z.ZodType;
  readonly value: unknown;
}

type Issue = z.core.$ZodIssue;

function complaintsOf(issue: Issue, base: Path, subject: Subject): Complaint[] {
  const path: Path = [...base, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => keyComplaint([...path, key], subject));
    case 'invalid_union':
      return unionComplaints(issue, path, subject);
    case 'custom':
      return [customComplaint(issue, path, subject)];
    default:
      return [simpleComplaint(issue, path, subject)];
  }
}

function keyComplaint(path: Path, { schema, value }: Subject): Complaint {
  const foreign = foreignToMode(schema, value, path);
  const place = rightPlace(schema, value, path);
  if (foreign !== undefined) {
    const hint = place === undefined ? '' : `; for its peers write ${place}`;
    return { path, at: 'key', message: `${foreign}${hint}` };
  }
  return unknownKey(path, keysAt(schema, path.slice(0, -1), value), place);
}

/** Of a union only the branch that the value is meant for is reported: the map's own errors when it is a map. */
function unionComplaints(issue: Issue & { code: 'invalid_union' }, path: Path, subject: Subject): Complaint[] {
  if (issue.errors.length === 0) return [wrongValue(path, subject, modesAt(subject.schema, path))];
  const meant = issue.errors.find((errors) => isBranchOf(errors, valueAt(subject.value, path)));
  if (meant !== undefined) return meant.flatMap((each) => complaintsOf(each, path, subject));
  return [wrongValue(path, subject, expectedAt(subject.schema, path, subject.value) ?? 'something else')];
}

function isBranchOf(errors: readonly Issue[], value: unknown): boolean {
  if (!isRecord(value) && !Array.isArray(value)) return false;
  return errors.every((error) => error.path.length > 0 || error.code === 'unrecognized_keys');
}

function customComplaint(issue: Issue & { code: 'custom' }, path: Path, subject: Subject): Complaint {
  const value = valueAt(subject.value, path);
  const expected = expectedAt(subject.schema, path, subject.value);
  if (value === undefined && issue.params?.bare !== true) return wrongValue(path, subject, expected ?? 'a value');
  if (issue.params?.bare === true) {
    return { path, ...(issue.params.key === true ? { at: 'key' } : {}), message: issue.message };
  }
  if (issue.message === 'Invalid input') return wrongValue(path, subject, expected ?? 'something else');
  return described(path, value, issue.message, expected);
}

function simpleComplaint(issue: Issue, path: Path, subject: Subject): Complaint {
  const value = valueAt(subject.value, path);
  const expected = expectedOf(issue) ?? expectedAt(subject.schema, path, subject.value);
  switch (issue.code) {
    case 'invalid_type':
      return wrongValue(path, subject, expectedAt(subject.schema, path, subject.value) ?? expected ?? issue.expected);
    case 'invalid_value':
      return wrongValue(path, subject, expected ?? '');
    case 'too_small':
      if (value === '') return emptyText(path, expectedAt(subject.schema, path, subject.value) ?? 'text');
      if (Array.isArray(value)) return emptyList(path);
      return described(path, value, `is too small, expected ${expected}`, expected);
    case 'too_big':
      return described(path, value, `is too big, expected ${expected}`, expected);
    default:
      return described(path, value, issue.message, expected);
  }
}

function expectedOf(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES.get(issue.expected) ?? issue.expected;
    case 'invalid_value':
      return listed(issue.values.map(String), ' or ');
    case 'too_small':
      return `at least ${issue.minimum}`;
    case 'too_big':
      return `at most ${issue.maximum}`;
    default:
      return undefined;
  }
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ['string', 'text'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['boolean', 'true or false'],
  ['object', 'a map'],
  ['record', 'a map'],
  ['array', 'a list'],
]);

function wrongValue(path: Path, subject: Subject, expected: string): Complaint {
  const value = valueAt(subject.value, path);
  if (value === undefined) {
    const message = `is missing, expected ${expected}${requiredBy(subject.schema, subject.value, path)}`;
    return { path, expected, message };
  }
  if (value === null) return { path, value: 'null', expected, message: `is empty, expected ${expected}` };
  if (typeof value === 'function' && path.at(-1) === 'function') return functionValue(path, subject);
  const shown = shownValue(value, path);
  const type = typeName(value);
  const found = type === 'text' || type === shown ? shown : `${shown} (${type})`;
  return { path, value: shown, expected, message: `${found} is not ${expected}` };
}

function emptyList(path: Path): Complaint {
  const expected = 'at least one of them';
  return { path, expected, message: `is an empty list, expected ${expected}` };
}

function emptyText(path: Path, expected: string): Complaint {
  return { path, value: '""', expected, message: `is empty, expected ${expected}` };
}

/** Options are data; what an application runs is handed to the running pipeline. */
function functionValue(path: Path, subject: Subject): Complaint {
  const [side] = path;
  const name = valueAt(subject.value, [...path.slice(0, -1), 'name']);
  const shown = typeof name === 'string' ? name : '…';
  const call =
    side === 'sources'
      ? `push events by pipeline.source('${shown}').push(event)`
      : `give it by pipeline.sink('${shown}', { function })`;
  return { path, expected: 'a map', message: `a JavaScript function is not an option: write function: {} and ${call}` };
}

function described(path: Path, value: unknown, message: string, expected: string | undefined): Complaint {
  const shown = shownValue(value, path);
  return { path, value: shown, ...(expected === undefined ? {} : { expected }), message: `${shown} ${message}` };
}
