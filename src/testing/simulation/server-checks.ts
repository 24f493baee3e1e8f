import type { Complaint } from '../../config/complaint.ts';
import { type Component, componentsOf, nameOf } from '../../config/component.ts';
import { isRecord, type Path, valueAt } from '../../config/tree.ts';
import { mapAt, suggestion } from './scenario-names.ts';

/** What is wrong with the servers of a scenario by themselves, and with who dials them. */
export function checkServers(scenario: unknown, pipeline: unknown): Complaint[] {
  const roles = Object.entries(mapAt(scenario, ['servers']));
  const dials = dialsOf(pipeline);
  // A misspelt host is told of at its url.
  const isMisspelt = checkUrls(scenario, pipeline).length > 0;
  return roles.flatMap(([host, role]) => {
    const path = ['servers', host];
    const own = dials?.filter((dial) => dial.host === host) ?? [];
    const isSure = own.length > 0 || (dials !== undefined && !isMisspelt);
    return [...checkRole(path, role), ...(isSure ? checkDialled(path, role, own) : [])];
  });
}

/** Urls of the pipeline whose host is not among the servers. The paths are those of the pipeline. */
export function checkUrls(scenario: unknown, pipeline: unknown): Complaint[] {
  const known = Object.keys(mapAt(scenario, ['servers']));
  const foreign = (dialsOf(pipeline) ?? []).filter(({ host }) => !known.includes(host));
  return foreign.map(({ host, component }) => ({
    path: [...component.path, 'web-socket', 'url'],
    message: `dials ${JSON.stringify(host)}, which is not a server of this scenario${suggestion(host, known)}`,
  }));
}

interface Dial {
  readonly host: string;
  readonly component: Component;
}

/** Undefined when there is no pipeline to look at, or when some url does not show whom it dials. */
function dialsOf(pipeline: unknown): readonly Dial[] | undefined {
  const urls = componentsOf(pipeline).flatMap((component) => {
    const url = valueAt(component.value, ['web-socket', 'url']);
    return typeof url === 'string' ? [{ component, host: hostOf(url) }] : [];
  });
  const dials = urls.flatMap(({ component, host }) => (host === undefined ? [] : [{ component, host }]));
  return dials.length === urls.length && isRecord(pipeline) ? dials : undefined;
}

/** Only what stands behind the host may be a template. */
function hostOf(url: string): string | undefined {
  const start = /^[a-z]+:\/\/[^/?#]*/i.exec(url)?.[0] ?? '';
  return start.includes('{') || !URL.canParse(start) ? undefined : new URL(start).hostname;
}

function checkRole(path: Path, role: unknown): Complaint[] {
  if (!isRecord(role)) return [];
  const expected = 'producer or consumer';
  if ('producer' in role && 'consumer' in role) {
    return [
      { path: [...path, 'consumer'], at: 'key', expected, message: 'is a second part beside producer, expected one' },
    ];
  }
  const complaints: Complaint[] = [];
  if (Object.keys(role).length === 0) complaints.push({ path, expected, message: `has no part, expected ${expected}` });
  const resume = valueAt(role, ['producer', 'resume']);
  if (isRecord(resume) && Object.keys(resume).length === 0) {
    const where = [...path, 'producer', 'resume'];
    complaints.push({ path: where, expected: 'query or header', message: 'names neither query nor header' });
  }
  return complaints;
}

/** A server has one component of the pipeline that dials it, of the side that goes with its part. */
function checkDialled(path: Path, role: unknown, dials: readonly Dial[]): Complaint[] {
  const [first, second] = dials;
  if (first === undefined) return [{ path, at: 'key', message: 'is dialled by no component of the pipeline' }];
  if (second !== undefined) {
    const message = `is dialled by ${shownName(first)} and by ${shownName(second)}, expected one of them`;
    return [{ path, at: 'key', message }];
  }
  const part = isRecord(role) ? Object.keys(role)[0] : undefined;
  const wrong = first.component.side === 'source' ? 'consumer' : 'producer';
  if (part !== wrong) return [];
  const right = wrong === 'consumer' ? 'producer' : 'consumer';
  const message = `is no part for what the ${first.component.side} ${shownName(first)} dials, expected ${right}`;
  return [{ path: [...path, part], at: 'key', expected: right, message }];
}

function shownName({ component }: Dial): string {
  return nameOf(component) ?? `a ${component.side} without a name`;
}
