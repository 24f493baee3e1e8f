import type { Complaint } from './complaint.ts';
import { type Component, nameOf } from './component.ts';
import { isRecord, mapStrings, type Path, valueAt } from './tree.ts';

/** What the schema of a single cursor cannot see: `${cursor}` without one, and two that are kept in one file. */
export function checkCursors(components: readonly Component[]): Complaint[] {
  const dialling = components.filter(({ value }) => isDialling(value) || modeOf(value) === 'relay');
  return [...checkFiles(dialling), ...dialling.flatMap(checkTemplates)];
}

/** Cursors that do nothing: they never change, or nobody is told. */
export function idleCursors(components: readonly Component[]): Complaint[] {
  return components.flatMap(({ path, value }) => {
    const cursor = valueAt(value, CURSOR);
    if (!isRecord(cursor) || !isDialling(value)) return [];
    const lacks = (options: readonly string[]) => options.every((option) => cursor[option] === undefined);
    const warning = (message: string): Complaint => ({ path: [...path, ...CURSOR], at: 'key', message });
    if (lacks(VALUES)) return [warning(`never changes without ${VALUES.join(' or ')}`)];
    if (!lacks(PLACES) || templates(value, ANY).length > 0) return [];
    return [warning(`is not sent: expected ${PLACES.join(' or ')} in it, or \${cursor} in the handshake or a request`)];
  });
}

const CURSOR = ['web-socket', 'cursor'];
const VALUES = ['value-field', 'value-pointer'];
const PLACES = ['header-name', 'query-parameter'];

/** Options that are filled in for each attempt, or while a connection is open. */
const FILLED_IN = ['url', 'headers', 'query', 'auth', 'proxy', 'requests', 'respond'];
const ANY = /(?<!\$)\$\{\s*cursor\s*(?:\}|\|\|)/;
const WITHOUT_DEFAULT = /(?<!\$)\$\{\s*cursor\s*\}/;

function modeOf(value: Component['value']): unknown {
  return valueAt(value, ['web-socket', 'mode']);
}

function isDialling(value: Component['value']): boolean {
  return [undefined, 'client'].some((mode) => mode === modeOf(value));
}

/** No attempt could ever be made. */
function checkTemplates({ path, value }: Component): Complaint[] {
  const relays = modeOf(value) === 'relay';
  if (!relays && valueAt(value, CURSOR) !== undefined) return [];
  const message = `\${cursor} has no value ${relays ? 'in mode relay' : 'without the option cursor'}`;
  return templates(value, WITHOUT_DEFAULT).map((at) => ({ path: [...path, ...at], message }));
}

function templates(value: Component['value'], form: RegExp): Path[] {
  const found: Path[] = [];
  for (const option of FILLED_IN) {
    const start = ['web-socket', option];
    mapStrings(valueAt(value, start), (text, path) => form.test(text) && found.push(path), start);
  }
  return found;
}

/** A file is kept by one component at a time: the second one could not start. */
function checkFiles(components: readonly Component[]): Complaint[] {
  const keepers = new Map<string, string | undefined>();
  return components.flatMap((component) =>
    ['state-id', 'persist-to'].flatMap((option) => {
      const file = valueAt(component.value, [...CURSOR, option]);
      const key = `${option} ${file}`;
      if (typeof file !== 'string') return [];
      if (!keepers.has(key)) {
        keepers.set(key, nameOf(component));
        return [];
      }
      const value = JSON.stringify(file);
      const message = `${value} keeps the cursor of ${keepers.get(key) ?? 'another one'} already, expected another one`;
      return [{ path: [...component.path, ...CURSOR, option], value, message }];
    }),
  );
}
