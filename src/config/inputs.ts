import type { Complaint } from './complaint.ts';
import { type Component, nameOf } from './component.ts';
import { nearestName } from './nearest.ts';
import { listOf, type Path } from './tree.ts';

/** What follows a name where its failures are meant. */
export const FAILURES = '.failures';

/** What sinks take from: names that exist, each once, and no failures that would come round to where they are from. */
export function checkInputs(components: readonly Component[]): Complaint[] {
  const names = namesOf(components);
  // Without every source's name an input cannot be called unknown.
  if (names.sources.length < components.filter(({ side }) => side === 'source').length) return [];
  if (names.sources.length === 0) return [];
  const sinks = components.filter(({ side }) => side === 'sink');
  return [...sinks.flatMap((sink) => checkSink(sink, names)), ...checkCycles(sinks)];
}

interface Names {
  readonly sources: readonly string[];
  readonly sinks: readonly string[];
  /** Whether a sink has no name, so that the list of them is not whole. */
  readonly open: boolean;
}

function namesOf(components: readonly Component[]): Names {
  const named = (side: Component['side']) =>
    components.filter((each) => each.side === side).flatMap((each) => nameOf(each) ?? []);
  const sinks = named('sink');
  const open = sinks.length < components.filter(({ side }) => side === 'sink').length;
  return { sources: [...new Set(named('source'))], sinks: [...new Set(sinks)], open };
}

function checkSink({ path, value }: Component, names: Names): Complaint[] {
  const { inputs } = value;
  const expected = `names of sources: ${names.sources.join(', ')}`;
  if (inputs === undefined || (Array.isArray(inputs) && inputs.length === 0)) {
    if (inputs === undefined && names.sources.length === 1) return [];
    return [
      { path: [...path, 'inputs'], expected, message: `is ${inputs ? 'empty' : 'missing'}, expected ${expected}` },
    ];
  }
  if (typeof inputs === 'string') return checkInput(inputs, [...path, 'inputs'], names);
  return listOf(inputs).flatMap((input, index, all) => {
    if (typeof input !== 'string') return [];
    const at = [...path, 'inputs', index];
    if (all.indexOf(input) === index) return checkInput(input, at, names);
    return [{ path: at, value: JSON.stringify(input), message: `${JSON.stringify(input)} is listed twice` }];
  });
}

function checkInput(input: string, path: Path, names: Names): Complaint[] {
  if (names.sources.includes(input)) return [];
  if (input.endsWith(FAILURES)) return checkFailures(input, path, names);
  const value = JSON.stringify(input);
  const expected = `one of ${names.sources.join(', ')}`;
  if (names.sinks.includes(input)) {
    const message = `${value} is a sink; its failures are "${input}${FAILURES}"`;
    return [{ path, value, expected, message }];
  }
  const failures = [...names.sources, ...names.sinks].map((name) => `${name}${FAILURES}`);
  const nearest = nearestName(input, [...names.sources, ...failures]);
  const hint = nearest === undefined ? `expected ${expected}` : `did you mean "${nearest}"?`;
  return [{ path, value, expected, message: `${value} is not a source; ${hint}` }];
}

function checkFailures(input: string, path: Path, names: Names): Complaint[] {
  const origins = [...names.sources, ...names.sinks];
  const origin = input.slice(0, -FAILURES.length);
  if (origins.includes(origin) || names.open) return [];
  const value = JSON.stringify(input);
  const expected = `one of ${origins.map((name) => `${name}${FAILURES}`).join(', ')}`;
  const nearest = nearestName(origin, origins);
  const hint = nearest === undefined ? `expected ${expected}` : `did you mean "${nearest}${FAILURES}"?`;
  return [{ path, value, expected, message: `${value} is not of a source or sink; ${hint}` }];
}

interface TakenFailures {
  readonly path: Path;
  /** Whose they are. */
  readonly origin: string;
}

/** Each input that closes a circle of sinks that take each other's failures: one event could go round for ever. */
function checkCycles(sinks: readonly Component[]): Complaint[] {
  const taken = new Map(sinks.map((sink) => [nameOf(sink) ?? '', failuresIn(sink)]));
  const seen = new Set<string>();
  return [...taken.keys()].flatMap((name) => circlesFrom(name, taken, seen));
}

/** Each input is looked at once, and none by recursion: a hostile file may hold thousands of sinks in one chain. */
function circlesFrom(
  start: string,
  taken: ReadonlyMap<string, readonly TakenFailures[]>,
  seen: Set<string>,
): Complaint[] {
  const complaints: Complaint[] = [];
  const way: { readonly name: string; readonly rest: TakenFailures[] }[] = [];
  const onWay = new Set<string>();
  const enter = (name: string) => {
    seen.add(name);
    onWay.add(name);
    way.push({ name, rest: [...(taken.get(name) ?? [])].reverse() });
  };
  if (!seen.has(start)) enter(start);
  for (let last = way.at(-1); last !== undefined; last = way.at(-1)) {
    const next = last.rest.pop();
    if (next === undefined) {
      way.pop();
      onWay.delete(last.name);
    } else if (onWay.has(next.origin)) {
      const back = way.findLastIndex(({ name }) => name === next.origin);
      complaints.push(
        circle(
          next,
          way.slice(back, back + MAX_SHOWN).map(({ name }) => name),
          way.length - back,
        ),
      );
    } else if (!seen.has(next.origin)) enter(next.origin);
  }
  return complaints;
}

const MAX_SHOWN = 8;

function failuresIn({ path, value: { inputs } }: Component): TakenFailures[] {
  const single = typeof inputs === 'string' ? [{ path: [...path, 'inputs'], input: inputs }] : [];
  const many = listOf(inputs).map((input, index) => ({ path: [...path, 'inputs', index], input }));
  return [...single, ...many].flatMap(({ path: at, input }) =>
    typeof input === 'string' && input.endsWith(FAILURES)
      ? [{ path: at, origin: input.slice(0, -FAILURES.length) }]
      : [],
  );
}

/** `way`: the sinks from the origin on, each of which takes what the next one fails at. */
function circle({ path, origin }: TakenFailures, way: readonly string[], length: number): Complaint {
  const value = JSON.stringify(`${origin}${FAILURES}`);
  const back = [...way.slice(1), ...(length > way.length ? ['…'] : [])].reverse();
  const reason =
    length === 1
      ? 'a sink cannot take its own failures'
      : `they would go round: ${[origin, ...back, origin].join(' → ')}`;
  return { path, value, message: `${value} closes a circle: ${reason}` };
}
