import { z } from 'zod';
import { jsonText, parseJson } from '../json/lossless.ts';
import type { Json } from './tree.ts';

/** A JSON value as `parseJson` has it: what a double would change is a `LosslessNumber`. */
export function jsonValue() {
  return z
    .custom<Json>((value) => value !== undefined)
    .transform((value, context): unknown => {
      const text = jsonText(value);
      if (text !== undefined) return parseJson(text);
      context.addIssue({ code: 'custom', message: 'is not JSON' });
      return z.NEVER;
    })
    .meta({ type: 'JSON', expected: 'a JSON value' });
}
