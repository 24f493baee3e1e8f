import { type Complaint, shownValue } from '../../config/complaint.ts';
import { isRecord, type Path } from '../../config/tree.ts';
import { checkServer, mapAt, type Names, noComponent } from './scenario-names.ts';
import { EXPECTED, millisecondsOf } from './scenario-schema.ts';

/** What is wrong with an expectation. `end`: milliseconds until everything is over, if that is known. */
export function checkExpected(path: Path, expected: unknown, names: Names, end: number | undefined): Complaint[] {
  if (!isRecord(expected)) return [];
  const parts = Object.keys(expected).filter((key) => key !== 'at');
  return [
    ...(parts.length > 0 ? [] : [{ path, message: `expects nothing; it can expect ${EXPECTED.join(', ')}` }]),
    ...checkExpectedTime([...path, 'at'], expected, end),
    ...['delivered', 'duplicates', 'lost'].flatMap((part) =>
      Object.keys(mapAt(expected, [part])).flatMap((host) =>
        checkServer([...path, part, host], host, 'consumers', names, 'is', 'key'),
      ),
    ),
    ...Object.entries(mapAt(expected, ['states'])).flatMap(([name, word]) =>
      checkState([...path, 'states', name], name, word, names),
    ),
    ...Object.keys(mapAt(expected, ['counters'])).flatMap((counter) =>
      checkCounter([...path, 'counters', counter], counter, names),
    ),
    ...['delivered', 'duplicates', 'lost', 'counters'].flatMap((part) =>
      Object.entries(mapAt(expected, [part])).flatMap(([key, amount]) => checkAmount([...path, part, key], amount)),
    ),
  ];
}

/** Parts of an expectation that are known at the end only. */
const FINAL: readonly string[] = ['lost', 'exit'];

function checkExpectedTime(
  path: Path,
  { at, ...parts }: Readonly<Record<string, unknown>>,
  end: number | undefined,
): Complaint[] {
  const time = millisecondsOf(at);
  if (time === undefined) return [];
  const early = FINAL.filter((part) => part in parts).map((part) => ({
    path: [...path.slice(0, -1), part],
    at: 'key' as const,
    expected: 'at: end',
    message: 'is known at the end only, expected at: end beside it',
  }));
  if (end === undefined || time <= end) return early;
  return [...early, { path, message: `${shownValue(at, path)} is too late: for and settle are over by then` }];
}

function checkState(path: Path, name: string, word: unknown, { components }: Names): Complaint[] {
  const words = components.get(name);
  if (words === undefined) return [noComponent(path, name, components)];
  if (typeof word !== 'string' || words.includes(word)) return [];
  const expected = words.join(' or ');
  return [{ path, expected, message: `${JSON.stringify(word)} is not a state of ${name}, expected ${expected}` }];
}

function checkCounter(path: Path, counter: string, { components }: Names): Complaint[] {
  const [name = '', ...rest] = counter.split('.');
  if (!components.has(name)) return [noComponent(path, name, components)];
  if (rest.length > 0 && rest.every((part) => part !== '')) return [];
  return [{ path, at: 'key', message: `names no counter, expected a path such as ${name}.restarts` }];
}

function checkAmount(path: Path, amount: unknown): Complaint[] {
  if (!isRecord(amount)) return [];
  if (Object.keys(amount).length === 0) return [{ path, message: 'is empty, expected at-least or at-most in it' }];
  const { 'at-least': least, 'at-most': most } = amount;
  if (typeof least !== 'number' || typeof most !== 'number' || least <= most) return [];
  return [{ path, message: `cannot be at least ${least} and at most ${most}` }];
}
