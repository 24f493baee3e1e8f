import type { Shown } from '../wire.ts';
import { cut } from './cause.ts';

/** What may be shown of one member; undefined when nothing may. */
export type Show = (value: unknown) => Shown | undefined;

/** The members of an object that may be shown. */
export type Form = readonly (readonly [member: string, show: Show])[];

export function form(members: Readonly<Record<string, Show>>): Form {
  return Object.entries(members);
}

/** The named members alone, and of them what each of them lets through. */
export function pick(value: object, form: Form): Record<string, Shown> {
  const picked: Record<string, Shown> = {};
  for (const [member, show] of form) {
    const shown = show(Reflect.get(value, member));
    if (shown !== undefined) picked[member] = shown;
  }
  return picked;
}

export const text: Show = (value) => (typeof value === 'string' ? cut(value) : undefined);
export const number: Show = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined);
export const flag: Show = (value) => (typeof value === 'boolean' ? value : undefined);
/** Of a list only how long it is. */
export const length: Show = (value) => (Array.isArray(value) ? value.length : undefined);
export function part(members: Readonly<Record<string, Show>>): Show {
  const known = form(members);
  return (value) => (typeof value === 'object' && value !== null ? pick(value, known) : undefined);
}
