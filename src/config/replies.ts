import type { Complaint } from './complaint.ts';
import { type Component, nameOf } from './component.ts';
import { EVERY_KIND } from './kinds.ts';
import { nearestName } from './nearest.ts';
import { isRecord, type Path, valueAt } from './tree.ts';

/** Sinks that answer peers: of whom, and where these are. */
export function checkReplies(components: readonly Component[]): Complaint[] {
  const sources = components.filter(({ side }) => side === 'source');
  return components
    .filter(({ side }) => side === 'sink')
    .flatMap((sink) =>
      sink.value['reply-to'] === undefined ? checkServer(sink) : [...checkPlace(sink), ...checkTarget(sink, sources)],
    );
}

/** A sink in mode server-input without anything that says whose peers it answers. */
function checkServer({ path, value }: Component): Complaint[] {
  const block = value['web-socket'];
  if (!isRecord(block) || block.mode !== 'server-input' || block.server !== undefined) return [];
  const expected = 'a map, or reply-to beside web-socket';
  const message = `is missing, expected ${expected}; it is required in server-input mode`;
  return [{ path: [...path, 'web-socket', 'server'], expected, message }];
}

function checkPlace({ path, value }: Component): Complaint[] {
  const other = Object.keys(value).find((key) => EVERY_KIND.has(key) && key !== 'web-socket');
  if (other !== undefined) return [misplaced([...path, 'reply-to'], `has no effect on a ${other} sink`)];
  const complaints: Complaint[] = [];
  const mode = valueAt(value, ['web-socket', 'mode']);
  if (typeof mode === 'string' && mode !== 'server-input') {
    complaints.push(misplaced([...path, 'reply-to'], `has no effect in mode ${mode}, expected mode: server-input`));
  }
  if (mode === 'server-input' && valueAt(value, ['web-socket', 'server']) !== undefined) {
    const at = [...path, 'web-socket', 'server'];
    complaints.push(misplaced(at, 'is given beside reply-to, expected one of the two'));
  }
  return complaints;
}

function checkTarget({ path, value }: Component, sources: readonly Component[]): Complaint[] {
  const target = value['reply-to'];
  if (typeof target !== 'string') return [];
  const found = sources.find((source) => nameOf(source) === target);
  const at: Path = [...path, 'reply-to'];
  if (found !== undefined) return isAnswerable(found) ? [] : [unanswerable(at, target)];
  const names = sources.flatMap((source) => nameOf(source) ?? []);
  if (names.length < sources.length) return [];
  const shown = JSON.stringify(target);
  const nearest = nearestName(target, names);
  const hint = nearest === undefined ? `expected one of ${names.join(', ')}` : `did you mean "${nearest}"?`;
  return [{ path: at, value: shown, message: `${shown} is not a source; ${hint}` }];
}

function isAnswerable({ value }: Component): boolean {
  return valueAt(value, ['web-socket', 'mode']) === 'server-input';
}

function unanswerable(path: Path, target: string): Complaint {
  const value = JSON.stringify(target);
  const expected = 'a web-socket source in mode server-input';
  return { path, value, expected, message: `${value} has no peers to answer, expected ${expected}` };
}

function misplaced(path: Path, message: string): Complaint {
  return { path, at: 'key', message };
}
