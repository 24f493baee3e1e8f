import { type Complaint, shownValue } from '../../config/complaint.ts';
import { isRecord, type Path } from '../../config/tree.ts';
import { checkServer, type Names } from './scenario-names.ts';
import { FAULT_KINDS, millisecondsOf } from './scenario-schema.ts';

/** What is wrong with a step of the script. `producing`: milliseconds until every fault is healed, if that is known. */
export function checkStep(path: Path, step: unknown, names: Names, producing: number | undefined): Complaint[] {
  if (!isRecord(step)) return [];
  const faults = Object.keys(step).filter((key) => FAULT_KINDS.includes(key));
  const [first] = faults;
  return [
    ...checkOneFault(path, step, faults),
    ...faults.flatMap((fault) => checkHost([...path, fault], fault, step[fault], names)),
    ...(first === undefined ? [] : checkRefusal([...path, first], step[first])),
    ...(first !== undefined && 'for' in step && MOMENTARY.has(first) ? [lastingNothing([...path, 'for'], first)] : []),
    ...checkStepTime([...path, 'at'], step.at, producing),
  ];
}

/** Faults that are over at once: they have no end to wait for. */
const MOMENTARY: ReadonlySet<string> = new Set(['reset', 'close', 'poison', 'heal', 'block', 'jump-clock']);
/** What only one kind of server can do. */
const ONLY: ReadonlyMap<string, 'producers' | 'consumers'> = new Map([
  ['poison', 'producers'],
  ['lose-acknowledgement', 'consumers'],
]);
/** Faults of the process and its disk: their values name no server. */
const HOSTLESS: ReadonlySet<string> = new Set(['block', 'jump-clock', 'disk-full', 'slow-disk', 'kill', 'stop']);

function checkOneFault(path: Path, step: Readonly<Record<string, unknown>>, faults: readonly string[]): Complaint[] {
  const [first, ...others] = faults;
  if (first !== undefined) {
    const message = `is a second fault beside ${first}, expected one in a step`;
    return others.map((key) => ({ path: [...path, key], at: 'key', expected: 'one fault', message }));
  }
  // A misspelt fault is told of as the unknown key that it is.
  if (Object.keys(step).some((key) => key !== 'at' && key !== 'for')) return [];
  const expected = `one of ${FAULT_KINDS.join(', ')}`;
  return [{ path, expected, message: `has no fault, expected ${expected}` }];
}

function checkHost(path: Path, fault: string, value: unknown, names: Names): Complaint[] {
  if (HOSTLESS.has(fault)) return [];
  const [host, where] = isRecord(value) ? [value.host, [...path, 'host']] : [value, path];
  if (typeof host !== 'string' || host === '') return [];
  const side = ONLY.get(fault);
  return checkServer(where, host, side, names, `${shownValue(host, where)} is`);
}

/** A refusal is an answer in HTTP, or no answer at all. */
function checkRefusal(path: Path, value: unknown): Complaint[] {
  if (path.at(-1) !== 'refuse' || !isRecord(value)) return [];
  if ('status' in value && 'code' in value) {
    return [{ path: [...path, 'code'], at: 'key', message: 'is given beside status, expected one of them' }];
  }
  if (!('retry-after' in value) || 'status' in value) return [];
  return [{ path: [...path, 'retry-after'], at: 'key', message: 'has no effect without status beside it' }];
}

function lastingNothing(path: Path, fault: string): Complaint {
  return { path, at: 'key', message: `has no effect: ${fault} is over at once` };
}

function checkStepTime(path: Path, at: unknown, producing: number | undefined): Complaint[] {
  const time = millisecondsOf(at);
  if (time === undefined || producing === undefined || time < producing) return [];
  const expected = 'a time before the end of for';
  return [{ path, expected, message: `${shownValue(at, path)} is too late: every fault is healed at the end of for` }];
}
