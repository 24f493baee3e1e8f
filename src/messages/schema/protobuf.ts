import 'protobufjs/ext/descriptor.js';
import protobuf from 'protobufjs/light.js';
import { SchemaError } from './error.ts';
import type { Field, FieldType } from './field.ts';

/** What a field is, besides its name and mode. */
type Kind = Pick<Field, 'type' | 'fields' | 'symbols' | 'value'>;

const ADVICE = 'write it with: protoc --include_imports --descriptor_set_out=FILE FILE.proto';
/** How many names an error lists. */
const LISTED = 20;

/** As JSON has them; 64 bits without a sign are more than a long holds. */
const SCALARS: Readonly<Record<string, FieldType>> = {
  bool: 'boolean',
  string: 'string',
  bytes: 'bytes',
  int32: 'int',
  sint32: 'int',
  sfixed32: 'int',
  uint32: 'long',
  fixed32: 'long',
  int64: 'long',
  sint64: 'long',
  sfixed64: 'long',
  uint64: 'numeric',
  fixed64: 'numeric',
  float: 'float',
  double: 'double',
};

/** The types of Google's whose JSON is not that of a message. */
const WELL_KNOWN: Readonly<Record<string, FieldType>> = {
  '.google.protobuf.Timestamp': 'timestamp',
  '.google.protobuf.Duration': 'string',
  '.google.protobuf.FieldMask': 'string',
  '.google.protobuf.Struct': 'json',
  '.google.protobuf.Value': 'json',
  '.google.protobuf.NullValue': 'json',
  '.google.protobuf.ListValue': 'json',
  '.google.protobuf.Any': 'json',
  '.google.protobuf.DoubleValue': 'double',
  '.google.protobuf.FloatValue': 'float',
  '.google.protobuf.Int64Value': 'long',
  '.google.protobuf.UInt64Value': 'numeric',
  '.google.protobuf.Int32Value': 'int',
  '.google.protobuf.UInt32Value': 'long',
  '.google.protobuf.BoolValue': 'boolean',
  '.google.protobuf.StringValue': 'string',
  '.google.protobuf.BytesValue': 'bytes',
};

/** The fields of the messages that have been met: one may be used again, also within itself. */
type Messages = Map<protobuf.Type, readonly Field[]>;

/**
 * The fields of a message in a binary `FileDescriptorSet`, which holds what the message imports too. The name may be
 * without its package where that leaves no doubt. Fields have the names of the `.proto` file and their JSON names as
 * aliases. They are nullable, and null where nothing came, not 0 or empty; only proto2 has required ones and defaults.
 * Values of enums come as their names.
 * @throws SchemaError
 */
export function fieldsOfProtobuf(descriptorSet: Buffer, messageName: string): readonly Field[] {
  const messages = messagesIn(rootOf(descriptorSet));
  if (messages.length === 0) throw new SchemaError(`there is no message in the descriptor set; ${ADVICE}`);
  return fieldsOf(messageOf(messages, messageName), new Map());
}

function rootOf(descriptorSet: Buffer): protobuf.Root {
  try {
    return protobuf.Root.fromDescriptor(descriptorSet, { keepCase: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SchemaError(`cannot be read as a descriptor set with its imports (${reason}); ${ADVICE}`, [], {
      cause: error,
    });
  }
}

function messagesIn(namespace: protobuf.NamespaceBase): protobuf.Type[] {
  return namespace.nestedArray.flatMap((nested) => {
    if (!(nested instanceof protobuf.Namespace)) return [];
    return nested instanceof protobuf.Type ? [nested, ...messagesIn(nested)] : messagesIn(nested);
  });
}

function messageOf(messages: readonly protobuf.Type[], name: string): protobuf.Type {
  const full = name.startsWith('.') ? name : `.${name}`;
  const exact = messages.find((message) => message.fullName === full);
  if (exact !== undefined) return exact;
  const [found, ...more] = messages.filter((message) => message.fullName.endsWith(full));
  if (found !== undefined && more.length === 0) return found;
  if (found !== undefined) {
    throw new SchemaError(`more than one message is named ${quoted(name)}: ${listed([found, ...more])}`);
  }
  const own = messages.filter((message) => !message.fullName.startsWith('.google.protobuf.'));
  throw new SchemaError(`there is no message ${quoted(name)} in the descriptor set; expected one of ${listed(own)}`);
}

function fieldsOf(message: protobuf.Type, messages: Messages): readonly Field[] {
  const known = messages.get(message);
  if (known !== undefined) return known;
  const fields: Field[] = [];
  messages.set(message, fields);
  const own = ownFields(message);
  const names = new Set(own.map((field) => field.name));
  for (const field of own) {
    const alias = field.jsonName;
    const defaultValue = defaultOf(field);
    fields.push({
      name: field.name,
      mode: field.repeated ? 'repeated' : field.required ? 'required' : 'nullable',
      ...kindOf(field, messages),
      ...(alias === undefined || names.has(alias) ? {} : { alias }),
      ...(defaultValue === undefined ? {} : { defaultValue }),
    });
  }
  return fields;
}

/** Not what other messages extend it by: that has a name in brackets in JSON. */
function ownFields(message: protobuf.Type): protobuf.Field[] {
  return message.fieldsArray.filter((field) => field.declaringField === null);
}

function kindOf(field: protobuf.Field, messages: Messages): Kind {
  if (!field.map) return singleKindOf(field, messages);
  return { type: 'map', value: { name: '', mode: 'nullable', ...singleKindOf(field, messages) } };
}

/** Of one element, or of one value of a map. */
function singleKindOf(field: protobuf.Field, messages: Messages): Kind {
  const refined = field.resolvedType;
  const type = refined === null ? SCALARS[field.type] : WELL_KNOWN[refined.fullName];
  if (type !== undefined) return { type };
  if (refined instanceof protobuf.Enum) return { type: 'enum', symbols: Object.keys(refined.values) };
  // A record has fields; a message without any is kept as the JSON that it is.
  if (refined instanceof protobuf.Type && ownFields(refined).length === 0) return { type: 'json' };
  if (refined instanceof protobuf.Type) return { type: 'record', fields: fieldsOf(refined, messages) };
  throw new SchemaError(`the field ${field.fullName} is of the type ${field.type}, which is not supported`);
}

/** Only one that is written out. */
function defaultOf(field: protobuf.Field): unknown {
  const value: unknown = field.options?.default;
  return field.type === 'bytes' && typeof value === 'string' ? unescaped(value).toString('base64') : value;
}

/** The bytes that protoc writes as in C: what is not printable ASCII as `\377`, or as `\n`. */
function unescaped(text: string): Buffer {
  const bytes = text.replace(/\\([0-7]{3}|.)/g, (_, code: string) => {
    if (code.length === 3) return String.fromCharCode(Number.parseInt(code, 8));
    return { n: '\n', r: '\r', t: '\t' }[code] ?? code;
  });
  return Buffer.from(bytes, 'latin1');
}

function listed(messages: readonly protobuf.Type[]): string {
  const names = messages.map((message) => quoted(message.fullName.slice(1))).sort();
  const more = names.length - LISTED;
  return names.slice(0, LISTED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function quoted(name: string): string {
  return JSON.stringify(name);
}
