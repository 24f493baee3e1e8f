import { z } from 'zod';
import { pointer } from './pointers.ts';
import type { Step } from './records.ts';
import { compileRequest } from './template.ts';
import { isRecord } from './tree.ts';
import { templateFault } from './values.ts';

/** Something in a step's text; `index` is that of the step. */
export interface ScriptFault {
  readonly index: number;
  readonly reason: string;
}

/** Name ← JSON pointer, of what later steps use as `${name}`. */
export function extract() {
  return z
    .record(z.string(), pointer().describe('JSON pointer.'))
    .superRefine(
      (map, context) => {
        for (const name of Object.keys(map)) {
          const fault = nameFault(name);
          const params = { bare: true, key: true };
          if (fault !== undefined) context.addIssue({ code: 'custom', message: fault, path: [name], params });
        }
      },
      { when: ({ value }) => isRecord(value) },
    )
    .meta({ type: 'map of JSON pointer', expected: 'a map of names and JSON pointers' });
}

/** Templates that are malformed, or that use what no earlier step has extracted. */
export function scriptFaults(steps: readonly Step[]): ScriptFault[] {
  const names = new Set<string>();
  return steps.flatMap(({ send, extract: extracted }, index) => {
    const reason = send === undefined ? undefined : templateFault(() => compileRequest(send, names));
    for (const name of Object.keys(extracted)) names.add(name);
    return reason === undefined ? [] : [{ index, reason }];
  });
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

function nameFault(name: string): string | undefined {
  if (!NAME.test(name)) return 'is not a name of letters, digits and _ that begins with no digit';
  return name === 'cursor' ? 'is the name of the cursor in a template, expected another one' : undefined;
}
