// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/config/error.ts';
import { parsePipeline, readPipeline } from '../../src/config/load.ts';
import { errorOf } from './samples.ts';

const keys = fc.constantFrom(
  'name',
  'web-socket',
  'stdin',
  'url',
  'requests',
  'module',
  'parameters',
  'inputs',
  'batch',
  'mode',
  'server',
  'bind',
  'path',
  'auth',
  'cursor',
  'replay',
  'reply-to',
  'schema',
  'fields',
  'type',
  'valueType',
  'avroSchema',
  'select',
  'respond',
  'send',
  'expect',
  'extract',
  '__proto__',
  'constructor',
);
const schemas = fc.letrec((again) => ({
  field: fc.dictionary(
    fc.constantFrom('name', 'type', 'mode', 'fields', 'symbols', 'defaultValue', 'valueType', '__proto__'),
    fc.oneof(
      { maxDepth: 3, depthIdentifier: 'field' },
      fc.constantFrom('record', 'map', 'enum', 'int', 'array', 'required', 'a', 5, null),
      again('field'),
      fc.array(again('field'), { maxLength: 3 }),
    ),
    { maxKeys: 5 },
  ),
}));
const values = fc.oneof(
  schemas.field,
  fc.record({ fields: fc.array(schemas.field) }),
  fc.jsonValue(),
  fc.constantFrom('ws://h/', 's', 'websocket', '${args.a}', '{{a}}', 'h:1', '/a', 's.failures'),
  fc.constantFrom('client', 'server-output', 'server-input', 'relay'),
  fc.dictionary(keys, fc.jsonValue()),
);
const components = fc.array(fc.dictionary(keys, values));
const nearlyPipelines = fc.record(
  { name: values, sources: components, sinks: components, input: values, output: values, context: values },
  { requiredKeys: [] },
);

function isReadOrRefused(read: () => unknown): boolean {
  try {
    return read() !== undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.length > 0;
    throw error;
  }
}

describe('hostile input', () => {
  test('of aliases that stand for billions of values is refused', () => {
    const levels = Array.from(
      { length: 9 },
      (_, i) => `l${i}: &l${i} [${Array(10).fill(i === 0 ? 'x' : `*l${i - 1}`)}]`,
    );
    expect(errorOf(levels.join('\n')).message).toContain('for more than 10000 values');
  });

  test('of an alias within its own anchor is refused', () => {
    expect(errorOf('sources: &a [*a]').message).toContain('is nested deeper than 64 levels');
  });

  test('of endless brackets is refused', () => {
    expect(errorOf('['.repeat(50_000)).problems.length).toBeGreaterThan(0);
  });

  test('of an object that holds itself is refused', () => {
    const input: Record<string, unknown> = { name: 'p' };
    input.sources = [input];
    expect(() => parsePipeline(input)).toThrow('is nested deeper than 64 levels');
  });

  test('of any JSON value is a pipeline or a ConfigError', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), nearlyPipelines), (input) => isReadOrRefused(() => parsePipeline(input))),
    );
  });

  test('of any options of a source is a pipeline or a ConfigError', () => {
    const options = fc.constantFrom(
      ...['schema', 'select', 'requests', 'respond', 'sequence', 'ignore-text', 'event-time', 'received-field'],
    );
    const sources = fc
      .dictionary(options, fc.oneof(values, fc.array(values)))
      .map((block) => [{ name: 's', 'web-socket': { url: 'ws://h/', ...block } }]);
    fc.assert(fc.property(sources, (all) => isReadOrRefused(() => parsePipeline({ name: 'p', sources: all }))));
  });

  test('of any text is a pipeline or a ConfigError', () => {
    const texts = fc.oneof(
      fc.string(),
      nearlyPipelines.map((input) => JSON.stringify(input)),
      fc
        .array(fc.constantFrom('a', ':', ' ', '\n', '- ', '[', '{', '}', '&a ', '*a', '"', '{{', '${', '<<: '))
        .map((all) => all.join('')),
    );
    fc.assert(fc.property(texts, (text) => isReadOrRefused(() => readPipeline(text, 'f'))));
  });
});
