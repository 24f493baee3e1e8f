import { z } from 'zod';
import { conditions } from './conditions.ts';
import { message } from './requests.ts';
import { compileAnswer } from './template.ts';
import { templateFault } from './values.ts';

/** What is sent back to the peer, and for which of its messages. */
export function respond() {
  return z.array(
    z.strictObject({
      when: conditions().describe(
        'What must hold of a message, as in `select`; of a list all. It is answered and no event.',
      ),
      send: answer().describe(`The answer, as an element of \`requests\`; \`\${field}\` is of that message.`),
    }),
  );
}

function answer() {
  return message().transform((text, context) => {
    const fault = templateFault(() => compileAnswer(text));
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault, params: { bare: true } });
    return text;
  });
}
