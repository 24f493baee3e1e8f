import type { Complaint } from './complaint.ts';
import type { Component } from './component.ts';
import { SINK_KINDS } from './kinds.ts';
import { type Path, valueAt } from './tree.ts';

/** Batches against the kind that they are of: where they stand, and what that kind can make of them. */
export function checkBatches(components: readonly Component[]): Complaint[] {
  return components
    .filter(({ side }) => side === 'sink')
    .flatMap((sink) => [...checkPlaces(sink), ...checkLayout(sink)]);
}

const LAYOUT = ['header', 'footer', 'wrap-as-json'];

function checkPlaces({ path, value }: Component): Complaint[] {
  if (value.batch === undefined) return [];
  return SINK_KINDS.filter((kind) => valueAt(value, [kind, 'batch']) !== undefined).map((kind) => ({
    path: [...path, kind, 'batch'],
    at: 'key',
    message: `is given beside ${kind} too, expected one of the two`,
  }));
}

function checkLayout(sink: Component): Complaint[] {
  const payload = valueAt(sink.value, ['web-socket', 'payload']);
  const isBinary = payload === 'binary' || payload === 'binary-base64';
  return batchesOf(sink).flatMap(({ path, batch }) => {
    if (sink.value.function !== undefined) {
      return LAYOUT.filter((key) => isOn(valueAt(batch, [key]))).map((key) => functionLayout([...path, key]));
    }
    if (!isOn(valueAt(batch, ['wrap-as-json']))) return [];
    const at = [...path, 'wrap-as-json'];
    return [...(isBinary ? [binaryLayout(at, payload)] : []), ...(isTemplated(sink) ? [templatedLayout(at)] : [])];
  });
}

function batchesOf({ path, value }: Component): { path: Path; batch: unknown }[] {
  return [['batch'], ...SINK_KINDS.map((kind) => [kind, 'batch'])]
    .map((place) => ({ path: [...path, ...place], batch: valueAt(value, place) }))
    .filter(({ batch }) => batch !== undefined);
}

function isTemplated({ value }: Component): boolean {
  return ['stdout', 'file'].some((kind) => valueAt(value, [kind, 'template']) !== undefined);
}

function isOn(option: unknown): boolean {
  return option !== undefined && option !== false;
}

function functionLayout(path: Path): Complaint {
  return { path, at: 'key', message: 'has no effect on a function sink, which is given the events themselves' };
}

function binaryLayout(path: Path, payload: string): Complaint {
  return { path, at: 'key', message: `cannot be with payload ${payload}, expected payload: json or text` };
}

function templatedLayout(path: Path): Complaint {
  return { path, message: 'cannot be with a template, whose lines need not be JSON' };
}
