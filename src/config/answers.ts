import { z } from 'zod';
import { condition } from './conditions.ts';
import { message } from './requests.ts';
import { compileAnswer, compileTemplate } from './template.ts';
import { templateFault } from './values.ts';

/** What is sent back to the peer, and for which of its messages. */
export function respond() {
  return z.array(
    z.strictObject({
      when: z
        .union([z.lazy(condition), z.lazy(() => z.array(condition()).min(1))])
        .transform((written) => (Array.isArray(written) ? written : [written]))
        .meta({ type: 'condition or list', expected: 'a condition or a list of them' })
        .describe('What must hold of a message, as in `select`; of a list all. It is answered and no event.'),
      send: answer().describe(`The answer, as in \`requests\`; \`\${field}\` is of that message.`),
    }),
  );
}

/** It is filled in at once: there is no time to read a file or a secret. */
function answer() {
  return message().transform((text, context) => {
    const fault = templateFault(() => compileTemplate(text, { immediate: true, json: compileAnswer(text).json }));
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault, params: { bare: true } });
    return text;
  });
}
