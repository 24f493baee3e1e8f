import { LosslessNumber } from '../../json/lossless-number.ts';
import { quoted } from '../../json/quoted.ts';
import type { Member, Write } from './member.ts';
import { placed, refuse } from './misfit.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** Records, and maps, in each other: only a record that contains itself comes near it. */
const MOST_LEVELS = 512;

/**
 * Characters of the JSON of one list or map: an empty object costs three of them in a message, and as many as its fields
 * have in a record, which could make gigabytes of a few megabytes.
 */
const LONGEST = 64 * 1024 * 1024;
const TOO_LONG = `makes more than ${LONGEST} characters`;

/** What writes a record with all its members: of an object by their names, of an array by their order. */
export function recordWriter(members: readonly Member[]): Write {
  return (value, level) => {
    if (level >= MOST_LEVELS) return refuse(value, `is nested deeper than ${MOST_LEVELS} levels`, 'record');
    if (Array.isArray(value)) return ofArray(members, value, level + 1);
    return isObject(value)
      ? ofObject(members, value, level + 1)
      : refuse(value, 'is neither an object nor an array', 'record');
  };
}

/** What writes an object of any keys; `member` are its values. */
export function mapWriter(member: Member): Write {
  return (value, level) =>
    isObject(value) && !Array.isArray(value)
      ? ofMap(member, value, level + 1)
      : refuse(value, 'is not an object', 'map');
}

/** What writes an array; null stays null in it. A single value is none: the feed is not what its schema says. */
export function listWriter(write: Write, type: string): Write {
  return (value, level) =>
    Array.isArray(value) ? ofList(write, value, level) : refuse(value, 'is not an array', `repeated ${type}`);
}

/** One `try` around the loop, which costs nothing; the path is put together only when there is an error. */
function ofObject(members: readonly Member[], object: JsonObject, level: number): string {
  let text = '';
  let current: Member | undefined;
  try {
    for (current of members) {
      text += current.lead + current.text(current.of(object), level);
    }
  } catch (error) {
    throw current ? placed(error, current.keyIn(object), current.name) : error;
  }
  return `${text}}`;
}

function ofArray(members: readonly Member[], items: readonly unknown[], level: number): string {
  let text = '';
  for (const [at, member] of members.entries()) {
    try {
      text += member.lead + member.text(items[at], level);
    } catch (error) {
      throw placed(error, at, member.name);
    }
  }
  return `${text}}`;
}

function ofMap(member: Member, object: JsonObject, level: number): string {
  let text = '';
  for (const key of Object.keys(object)) {
    try {
      text += `${text === '' ? '' : ','}${quoted(key)}:${member.text(object[key], level)}`;
    } catch (error) {
      throw placed(error, key);
    }
    if (text.length > LONGEST) refuse(object, TOO_LONG, 'map');
  }
  return `{${text}}`;
}

function ofList(write: Write, items: readonly unknown[], level: number): string {
  let text = '';
  for (const [at, item] of items.entries()) {
    try {
      text += `${text === '' ? '' : ','}${item === null || item === undefined ? 'null' : write(item, level)}`;
    } catch (error) {
      throw placed(error, at);
    }
    if (text.length > LONGEST) refuse(items, TOO_LONG, 'list');
  }
  return `[${text}]`;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !(value instanceof LosslessNumber);
}
