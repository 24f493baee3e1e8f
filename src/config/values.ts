import { z } from 'zod';
import { DURATION, type DurationRange, parseDuration } from './durations.ts';
import { DurationError, SizeError, TemplateError } from './error.ts';
import { headerNameFault, headerNames, headerValueFault, subprotocolFaults } from './handshake.ts';
import { parseSize, SIZE } from './sizes.ts';
import { compileTemplate } from './template.ts';
import { isRecord } from './tree.ts';
import { urlFault, WEB_SOCKET_URL, withWebSocketScheme } from './url.ts';

// `type` is the word for the generated tables, `expected` the one for errors. The message of an issue is a sentence
// that follows the value, which may have to stay hidden.

/** Milliseconds. */
export function duration(range: DurationRange = { zero: false }) {
  return z
    .union([z.string(), z.number()])
    .transform((value, context) => parsed(context, () => parseDuration(value, range)))
    .meta({ type: 'duration', expected: DURATION });
}

/** Milliseconds, or false for `off`. */
export function durationOrOff() {
  return z
    .union([z.string(), z.number(), z.literal(false)])
    .transform((value, context) => {
      if (value === false || value === 'off') return false;
      return parsed(context, () => parseDuration(value, { zero: false }));
    })
    .meta({ type: 'off or duration', expected: `off or ${DURATION}` });
}

/** Bytes. */
export function size() {
  return z
    .union([z.string(), z.number()])
    .transform((value, context) => parsed(context, () => parseSize(value)))
    .meta({ type: 'size', expected: SIZE });
}

export function integer(least: number) {
  return z.int().min(least).meta({ type: 'integer', expected: 'a whole number' });
}

/** A path of a file. */
export function path() {
  return z.string().min(1).meta({ type: 'path', expected: 'a path' });
}

/** A name of a pipeline, source or sink. */
export function name() {
  return z
    .string()
    .min(1)
    .regex(/^[A-Za-z0-9_-]+$/, { error: 'is not a name of letters, digits, _ and -' })
    .meta({ type: 'name', expected: 'a name of letters, digits, _ and -' });
}

/** Text with `${…}` that is resolved at each attempt, where there is no event. */
export function handshakeTemplate() {
  return z
    .string()
    .superRefine((text, context) => {
      const fault = templateFault(() => compileTemplate(text, { event: false }));
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault, params: { bare: true } });
    })
    .meta({ type: 'template', expected: 'text' });
}

/** A value that a header carries, in whole or behind the name of its scheme. */
export function headerTemplate() {
  return handshakeTemplate()
    .superRefine((text, context) => {
      const fault = headerValueFault(literalsOf(text));
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault, params: { bare: true } });
    })
    .meta({ type: 'template', expected: 'text' });
}

/** Headers of the handshake, by name. */
export function headers() {
  return z.record(z.string(), headerTemplate().describe('Templated value.')).superRefine(
    (map, context) => {
      for (const name of headerNames(map)) {
        const fault = headerNameFault(name);
        const params = { bare: true, key: true };
        if (fault !== undefined) context.addIssue({ code: 'custom', message: fault, path: [name], params });
      }
    },
    { when: ({ value }) => isRecord(value) },
  );
}

/** Parameters of the query, by name. */
export function query() {
  return z.record(z.string(), handshakeTemplate().describe('Templated value.'));
}

/** Text with `${…}` that is filled in from an event when that is sent: nothing there can be waited for. */
export function eventTemplate() {
  return z
    .string()
    .superRefine((text, context) => {
      const fault = templateFault(() => compileTemplate(text, { immediate: true }));
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault, params: { bare: true } });
    })
    .meta({ type: 'template', expected: 'text' });
}

/** How frames or lines become events, and events frames. */
export function payload() {
  return z
    .enum(['text', 'json', 'binary', 'binary-base64'])
    .default('text')
    .describe(
      '`text`: events are text. `json`: parsed JSON, written as JSON. `binary`: bytes, in binary frames. `binary-base64`: the same as base64 text.',
    );
}

export function subprotocols() {
  return z.array(z.string()).superRefine(
    (values, context) => {
      for (const { index, reason } of subprotocolFaults(values)) {
        context.addIssue({ code: 'custom', message: reason, path: [index], params: { bare: true } });
      }
    },
    { when: ({ value }) => Array.isArray(value) },
  );
}

/** A templated url, with `http` already read as `ws`. */
export function urlTemplate() {
  return handshakeTemplate()
    .superRefine((url, context) => {
      const fault = urlFault(url);
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
    })
    .transform(withWebSocketScheme)
    .meta({ type: 'templated url', expected: WEB_SOCKET_URL });
}

/** What stands outside `${…}`; nothing when the template is malformed, which is told of already. */
function literalsOf(text: string): string[] {
  try {
    return compileTemplate(text).parts.filter((part) => typeof part === 'string');
  } catch (error) {
    if (error instanceof TemplateError) return [];
    throw error;
  }
}

/** What is wrong with a template, as a sentence; undefined when nothing is. */
export function templateFault(compile: () => unknown): string | undefined {
  try {
    compile();
    return undefined;
  } catch (error) {
    if (error instanceof TemplateError) return error.message;
    throw error;
  }
}

function parsed(context: z.RefinementCtx, parse: () => number): number {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof DurationError || error instanceof SizeError)) throw error;
    context.addIssue({ code: 'custom', message: error.reason });
    return z.NEVER;
  }
}
