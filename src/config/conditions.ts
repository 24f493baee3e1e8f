import { z } from 'zod';
import { jsonValue } from './json-values.ts';
import { pointer } from './pointers.ts';
import type { Condition } from './records.ts';
import { isRecord } from './tree.ts';

/** What must hold of the value at a JSON pointer: exactly one of the four. */
export function condition() {
  return z
    .strictObject({
      pointer: pointer().describe('JSON pointer to the value; `""` for the whole.'),
      equals: jsonValue().optional().describe('It is this JSON value.'),
      in: z.array(jsonValue().describe('JSON value.')).min(1).optional().describe('It is one of these JSON values.'),
      exists: z.boolean().optional().describe('Whether there is one, null included.'),
      matches: regularExpression()
        .optional()
        .describe('Regular expression that is found in its text; of a number or boolean, in how it is written.'),
    })
    .refine((options) => formsOf(options).length > 0, {
      path: ['equals'],
      message: 'is missing, expected one of equals, in, exists or matches',
      params: { bare: true },
      // A misspelt one is told of as the unknown key that it is.
      when: ({ value, issues }) => isRecord(value) && !issues.some(({ code }) => code === 'unrecognized_keys'),
    })
    .superRefine(
      (options, context) => {
        const [first, ...others] = formsOf(options);
        for (const form of others) {
          const message = `is given beside ${first}, expected one of the two`;
          context.addIssue({ code: 'custom', message, path: [form], params: { bare: true, key: true } });
        }
      },
      { when: ({ value }) => isRecord(value) },
    )
    .meta({ type: 'condition', expected: CONDITION });
}

/** Of which all must hold: one, or a list. */
export function conditions() {
  return z
    .union([z.lazy(condition), z.lazy(() => z.array(condition()).min(1))])
    .transform((written): readonly Condition[] => (Array.isArray(written) ? written : [written]))
    .meta({ type: 'condition or list', expected: `${CONDITION}, or a list of them` });
}

/** Alternatives, in each of which all must hold. A list of conditions is the only one. */
export function select() {
  return z
    .array(
      z
        .union([condition(), z.lazy(() => z.array(condition()).min(1))])
        .meta({ expected: 'a condition, or a list of them' }),
    )
    .superRefine(
      (items, context) => {
        const isList = Array.isArray(items[0]);
        const other = items.findIndex((item) => Array.isArray(item) !== isList);
        if (other < 0) return;
        const message = `is ${isList ? 'a condition beside lists' : 'a list beside conditions'}, expected all of one kind`;
        context.addIssue({ code: 'custom', message, path: [other], params: { bare: true } });
      },
      { when: ({ value }) => Array.isArray(value) },
    )
    .transform((items): readonly (readonly Condition[])[] => {
      const lists = items.flatMap((item) => (Array.isArray(item) ? [item] : []));
      const single = items.flatMap((item) => (Array.isArray(item) ? [] : [item]));
      return single.length > 0 ? [single] : lists;
    })
    .meta({
      type: 'list of conditions, or of lists of them',
      expected: 'a list of conditions, or a list of such lists',
    });
}

const CONDITION = 'a condition such as { pointer: /type, equals: data }';
const FORMS = ['equals', 'in', 'exists', 'matches'] as const;

function formsOf(options: Readonly<Partial<Record<(typeof FORMS)[number], unknown>>>) {
  return FORMS.filter((form) => options[form] !== undefined);
}

function regularExpression() {
  return z
    .string()
    .superRefine((text, context) => {
      const fault = patternFault(text);
      if (fault !== undefined) context.addIssue({ code: 'custom', message: `is not a regular expression: ${fault}` });
    })
    .meta({ type: 'regular expression', expected: 'a regular expression' });
}

function patternFault(text: string): string | undefined {
  try {
    new RegExp(text, 'u');
    return undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // The engine's message quotes the whole pattern before its reason.
    return error.message.replace(/^.*: /s, '').toLowerCase();
  }
}
