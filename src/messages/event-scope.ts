import { TemplateError } from '../config/error.ts';
import type { EventScope } from '../config/scope.ts';
import { fillTemplate, type Template } from '../config/template.ts';
import { parseJson } from '../json/lossless.ts';
import type { Message } from './message.ts';
import { PayloadError } from './payload-error.ts';
import { readPath } from './pointer.ts';

/** Where a sink's templates find what is not of the event. */
export type SinkScope = Pick<EventScope, 'cursor' | 'env' | 'time'>;

/** Marks fields that nobody has asked for yet. */
const UNREAD = Symbol('unread');

/** What the templates of a sink read: one event, and the number of its batch as `${stat|_BATCH_NUMBER}`, if it has one. */
export function eventScope(message: Message, scope: SinkScope, number?: number): EventScope {
  let fields: unknown = UNREAD;
  return {
    lookUp: (path) => {
      if (fields === UNREAD) fields = fieldsOf(message);
      return readPath(fields, path);
    },
    attribute: (name) => (Object.hasOwn(message.attributes, name) ? message.attributes[name] : undefined),
    stat: (name) => (name === '_BATCH_NUMBER' ? number : undefined),
    cursor: () => scope.cursor(),
    env: (name) => scope.env(name),
    time: () => scope.time(),
  };
}

/**
 * A template filled in from an event.
 * @throws PayloadError with the code `template` when there is no value for something in it.
 */
export function fillFromEvent(template: Template, scope: EventScope): string {
  try {
    return fillTemplate(template, scope);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new PayloadError(error.message, { code: 'template', cause: error });
  }
}

/** Read from the text, so that every digit is kept. As text an event may be written that is not JSON: it has no fields. */
function fieldsOf({ encoding, text }: Message): unknown {
  if (encoding !== 'json') return undefined;
  try {
    return parseJson(text, 'text');
  } catch {
    return undefined;
  }
}
