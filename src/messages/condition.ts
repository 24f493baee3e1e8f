import type { Condition } from '../config/records.ts';
import { jsonText, LosslessNumber } from '../json/lossless.ts';
import { equalJson } from './equal-json.ts';
import { compilePointer } from './pointer.ts';

/** Whether something holds of a value that `parseJson` read. */
export type Holds = (value: unknown) => boolean;

/** A condition that a message can be asked about again and again. */
export function compileCondition(condition: Condition): Holds {
  const find = compilePointer(condition.pointer);
  const holds = test(condition);
  return (value) => holds(find(value));
}

/** Whether all conditions of one of the alternatives hold; without alternatives everything is selected. */
export function compileSelect(select: readonly (readonly Condition[])[]): Holds {
  if (select.length === 0) return () => true;
  const alternatives = select.map((conditions) => conditions.map(compileCondition));
  return (value) => alternatives.some((all) => all.every((holds) => holds(value)));
}

/** `/type equals "auth_ok"` */
export function describeCondition(condition: Condition): string {
  const place = condition.pointer === '' ? 'the message' : condition.pointer;
  if (condition.matches !== undefined) return `${place} matches /${condition.matches}/`;
  if (condition.exists !== undefined) return `${place} ${condition.exists ? 'exists' : 'does not exist'}`;
  if (condition.in) return `${place} is one of ${condition.in.map(shown).join(', ')}`;
  return `${place} equals ${shown(condition.equals)}`;
}

/** What must hold of the value at the pointer; undefined: there is none. */
function test({ equals, in: values, exists, matches }: Condition): Holds {
  if (exists !== undefined) return (found) => (found !== undefined) === exists;
  if (matches !== undefined) return matching(new RegExp(matches, 'u'));
  if (values) return (found) => values.some((value) => equalJson(found, value));
  return (found) => equalJson(found, equals);
}

function matching(pattern: RegExp): Holds {
  return (found) => {
    const text = written(found);
    return text !== undefined && pattern.test(text);
  };
}

/** A text as it is, a number or boolean as it is written; other values are none. */
function written(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
      return value instanceof LosslessNumber ? value.value : undefined;
  }
}

function shown(value: unknown): string {
  return jsonText(value) ?? String(value);
}
