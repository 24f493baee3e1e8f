import { SchemaError } from './error.ts';
import type { Field } from './field.ts';
import { Member, type Place, type SchemaPath, type Write } from './member.ts';
import { listWriter, mapWriter, recordWriter } from './record-writer.ts';
import { enumWriter, SCALARS, timeWriter } from './scalars.ts';
import { timestampWriter } from './timestamp-writer.ts';

/** Records and maps in each other in the schema; a record that contains itself counts once. */
const MOST_LEVELS = 512;

/** Turns a graph of fields into what writes it; each record once, however often and from wherever it is used. */
export class FieldCompiler {
  readonly #records = new Map<readonly Field[], Write>();
  readonly #members: Member[] = [];

  /** @throws SchemaError */
  compile(fields: readonly Field[]): Write {
    const write = this.#record(fields, ['fields'], 1);
    for (const member of this.#members) member.settle();
    return write;
  }

  #record(fields: readonly Field[], path: SchemaPath, level: number): Write {
    const known = this.#records.get(fields);
    if (known) return known;
    checkNames(fields, path);
    const members: Member[] = [];
    const write = recordWriter(members);
    // Known before its members are: one of them may lead back to it.
    this.#records.set(fields, write);
    const names = new Set(fields.map(({ name }) => name));
    for (const [at, field] of fields.entries()) {
      // What comes in under the name of another field is meant for that one.
      const alias = field.alias !== undefined && names.has(field.alias) ? undefined : field.alias;
      members.push(this.#member(field, { path: [...path, at], isFirst: at === 0, alias }, level));
    }
    return write;
  }

  #member(field: Field, place: Place, level: number): Member {
    const single = this.#single(field, place.path, level);
    const member = new Member(field, field.mode === 'repeated' ? listWriter(single, field.type) : single, place);
    this.#members.push(member);
    return member;
  }

  #single(field: Field, path: SchemaPath, level: number): Write {
    if (level > MOST_LEVELS) throw new SchemaError(`records are nested deeper than ${MOST_LEVELS} levels`, path);
    switch (field.type) {
      case 'record':
        return this.#record(field.fields ?? [], [...path, 'fields'], level + 1);
      case 'map':
        if (!field.value) throw new SchemaError(`map "${field.name}" has no valueType`, [...path, 'valueType']);
        return mapWriter(this.#member(field.value, { path: [...path, 'valueType'], isFirst: true }, level + 1));
      case 'enum':
        if (!field.symbols?.length) throw new SchemaError(`enum "${field.name}" has no symbols`, [...path, 'symbols']);
        return enumWriter(field.symbols);
      case 'time':
        return timeWriter(field.unit);
      case 'timestamp':
        return timestampWriter();
      default:
        return SCALARS[field.type];
    }
  }
}

function checkNames(fields: readonly Field[], path: SchemaPath): void {
  if (fields.length === 0) throw new SchemaError('a record has at least one field', path);
  const seen = new Set<string>();
  for (const [at, { name }] of fields.entries()) {
    if (name === '') throw new SchemaError('a field has a name', [...path, at, 'name']);
    if (seen.has(name)) throw new SchemaError(`two fields are named "${name}"`, [...path, at, 'name']);
    seen.add(name);
  }
}
