import { z } from 'zod';
import { jsonText } from '../json/lossless.ts';
import { conditions } from './conditions.ts';
import type { Step } from './records.ts';
import { extract, scriptFaults } from './script.ts';
import { isRecord, type Json, type Path } from './tree.ts';
import { duration } from './values.ts';

/** The script that a connection begins with: steps, each of them a message, or a map that says what is expected. */
export function requests() {
  return z
    .union([z.array(z.union([step(), sending()]).meta({ expected: MESSAGE })), z.lazy(step), sending(isNoList)])
    .transform((written, context) => {
      const elements = Array.isArray(written) ? written : [written];
      const steps = elements.map((element) => element.step);
      for (const { index, reason } of scriptFaults(steps)) {
        const path: Path = [...(Array.isArray(written) ? [index] : []), ...(elements[index]?.at ?? [])];
        context.addIssue({ code: 'custom', message: reason, path: [...path], params: { bare: true } });
      }
      return steps;
    })
    .meta({ type: 'JSON', expected: MESSAGE });
}

/** Text frames that nothing is filled in: JSON for maps and nested lists, raw text for everything else. */
export function messages() {
  return z
    .union([z.array(message()), custom(isNoList)])
    .transform((written): readonly string[] => (typeof written === 'string' ? [written] : written))
    .meta({ type: 'JSON', expected: MESSAGE });
}

/** One text frame, as it is sent: text, numbers and booleans as they are, everything else as compact JSON. */
export function message() {
  return custom(() => true);
}

/** Whether a map of `requests` is a step, and no message. */
export function isStep(value: unknown): boolean {
  return isRecord(value) && (value.send !== undefined || value.expect !== undefined);
}

const MESSAGE = 'JSON or text';

function step() {
  return z
    .strictObject({
      send: message().optional().describe('What is sent, as an element of `requests`.'),
      expect: conditions()
        .optional()
        .describe(
          'What must hold of a message that follows, as in `select`; of a list all. Other messages pass meanwhile.',
        ),
      within: duration().optional().describe('Time for it to come, after which the attempt has failed. Default `10s`.'),
      extract: extract()
        .optional()
        .describe(
          `Names of what is taken from that message, and JSON pointers to it. Later steps send it by \`\${name}\`.`,
        ),
    })
    .superRefine(
      (options, context) => {
        if (!isStep(options)) context.addIssue({ code: 'custom', message: 'is no step', params: { bare: true } });
        if (options.expect !== undefined) return;
        for (const key of ['within', 'extract'] as const) {
          if (options[key] === undefined) continue;
          const message = 'has no effect without expect beside it';
          context.addIssue({ code: 'custom', message, path: [key], params: { bare: true, key: true } });
        }
      },
      { when: ({ value }) => isRecord(value) },
    )
    .transform(
      ({ within = DEFAULT_WITHIN, extract = {}, ...options }): Element => ({
        at: ['send'],
        step: { ...options, within, extract },
      }),
    );
}

const DEFAULT_WITHIN = 10_000;

/** A step as it is written, and where its text is. */
export interface Element {
  readonly at: Path;
  readonly step: Step;
}

function sending(isMessage = (_: unknown) => true) {
  return custom((value) => isMessage(value) && !isStep(value)).transform(
    (send): Element => ({
      at: [],
      step: { send, within: DEFAULT_WITHIN, extract: {} },
    }),
  );
}

function custom(isMessage: (value: unknown) => boolean) {
  return z
    .custom<Json>((value) => isMessage(value) && frameText(value) !== undefined)
    .transform((value) => frameText(value) ?? '')
    .meta({ type: 'JSON', expected: MESSAGE });
}

/** On top a list is several of them. */
function isNoList(value: unknown): boolean {
  return !Array.isArray(value);
}

/** Undefined for what no frame can be made of: null, and what JSON cannot hold. */
function frameText(value: unknown): string | undefined {
  if (value === null) return undefined;
  return typeof value === 'string' ? value : jsonText(value);
}
