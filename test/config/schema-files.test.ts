import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/config/error.ts';
import { loadPipeline, readPipeline } from '../../src/config/load.ts';
import { readSchema } from '../../src/config/schema-files.ts';
import { web } from './samples.ts';

const MARKET = readFileSync(new URL('../messages/schema/fixtures/market.binpb', import.meta.url));
const TRADE = '{ "type": "record", "name": "A", "fields": [{ "name": "a", "type": "long" }] }';

/** A disk with one config in it, and what it names. */
function disk(config: string, contents: Readonly<Record<string, string | Buffer>>) {
  const all: Readonly<Record<string, string | Buffer>> = { [join('dir', 'ticks.yaml')]: config, ...contents };
  const read = async (path: string) => {
    const found = all[path];
    if (found === undefined) throw Object.assign(new Error(path), { code: 'ENOENT' });
    return found;
  };
  return {
    readText: async (path: string) => String(await read(path)),
    readBytes: async (path: string) => Buffer.from(await read(path)),
  };
}

const load = (config: string, contents: Readonly<Record<string, string | Buffer>> = {}) =>
  loadPipeline(join('dir', 'ticks.yaml'), { files: disk(config, contents) });

async function lines(config: string, contents: Readonly<Record<string, string | Buffer>> = {}): Promise<string[]> {
  try {
    await load(config, contents);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.replaceAll(/^dir.ticks/gm, 'ticks').split('\n');
    throw error;
  }
  throw new Error('was accepted');
}

describe('a schema in a file', () => {
  test('is read from beside the config', async () => {
    const { options } = await load(web('schema: { avroSchema: sub/a.avsc }'), { [join('dir', 'sub/a.avsc')]: TRADE });
    expect(options.sources[0]?.options).toMatchObject({ schema: { kind: 'avro', path: 'sub/a.avsc' } });
  });

  test('is read from the root where its path begins there', async () => {
    const { options } = await load(web('schema: { avroSchema: /a.avsc }'), { '/a.avsc': TRADE });
    expect(options.sources).toHaveLength(1);
  });

  test('may be a protobuf descriptor set', async () => {
    const config = web('schema: { protobufDescriptor: market.binpb, messageName: market.v1.Trade }');
    const { options } = await load(config, { [join('dir', 'market.binpb')]: MARKET });
    expect(options.sources[0]?.options).toMatchObject({ schema: { kind: 'protobuf' } });
  });

  test('is not looked at when a text is read', () => {
    expect(readPipeline(web('schema: { avroSchema: gone.avsc }'), 'a.yaml').options.sources).toHaveLength(1);
  });

  test('is given with its contents', async () => {
    const files = disk('', { '/d/a': TRADE, '/d/b': MARKET });
    const place = { files, folder: '/d' };
    expect(await readSchema({ kind: 'avro', path: 'a' }, place)).toEqual({ kind: 'avro', text: TRADE });
    expect(await readSchema({ kind: 'avro', text: TRADE }, place)).toEqual({ kind: 'avro', text: TRADE });
    expect(await readSchema({ kind: 'protobuf', path: 'b', messageName: 'x' }, place)).toEqual({
      kind: 'protobuf',
      descriptorSet: MARKET,
      messageName: 'x',
    });
  });
});

describe('a schema in a file that cannot be used says why', () => {
  const avro = web('schema: { avroSchema: a.avsc }');
  const a = join('dir', 'a.avsc');

  test.each([
    ['avroSchema: a.avsc', '29 sources[0].web-socket.schema.avroSchema'],
    ['protobufDescriptor: a.avsc, messageName: x', '37 sources[0].web-socket.schema.protobufDescriptor'],
  ])('when it is not there: %s', async (schema, place) => {
    expect(await lines(web(`schema: { ${schema} }`))).toEqual([
      `ticks.yaml:5:${place}: "a.avsc" cannot be read: no such file`,
    ]);
  });

  test('when it is no JSON', async () => {
    const [line] = await lines(avro, { [a]: 'x' });
    expect(line).toContain('ticks.yaml:5:29 sources[0].web-socket.schema.avroSchema: "a.avsc" is not JSON');
  });

  test('when it is no Avro schema', async () => {
    expect(await lines(avro, { [a]: TRADE.replace('long', 'lon') })).toEqual([
      'ticks.yaml:5:29 sources[0].web-socket.schema.avroSchema.fields[0].type: is no Avro schema: undefined type name: lon',
    ]);
  });

  test('when it is no descriptor set', async () => {
    const [line] = await lines(web('schema: { protobufDescriptor: b, messageName: x }'), { [join('dir', 'b')]: 'x' });
    expect(line).toContain('ticks.yaml:5:37 sources[0].web-socket.schema.protobufDescriptor: ');
  });

  test('when the message is not in it', async () => {
    const config = web('schema: { protobufDescriptor: b, messageName: market.v1.Trad }');
    const [line] = await lines(config, { [join('dir', 'b')]: MARKET });
    expect(line).toContain('there is no message "market.v1.Trad" in the descriptor set');
  });

  test.each(['received-field', 'event-time-field'])('when %s is one of its fields', async (option) => {
    expect(await lines(`${avro}\n      ${option}: a`, { [a]: TRADE })).toEqual([
      `ticks.yaml:6:${option.length + 9} sources[0].web-socket.${option}: "a" is a field of the schema already, expected another`,
    ]);
  });

  test('together with everything else that is wrong', async () => {
    expect(await lines(`${avro}\n      payload: text\n      url2: a\n      received-field: r`)).toEqual([
      'ticks.yaml:5:29 sources[0].web-socket.schema.avroSchema: "a.avsc" cannot be read: no such file',
      'ticks.yaml:6:16 sources[0].web-socket.payload: "text" cannot be with schema and received-field, expected payload: json',
      'ticks.yaml:7:7 sources[0].web-socket.url2: is not an option; did you mean "url"?',
    ]);
  });

  test('and an added name is told of once', async () => {
    const config = `${avro}\n      received-field: r\n      event-time-field: r`;
    expect(await lines(config, { [a]: TRADE })).toHaveLength(1);
  });

  test('where the source-module dialect has it', async () => {
    const config = [
      'sources:',
      '  - name: a',
      '    module: websocket',
      '    schema: { avroSchema: a.avsc }',
      '    parameters: { endpoint: ws://h/, eventtimeField: a }',
    ].join('\n');
    expect(await lines(config)).toEqual([
      'ticks.yaml:4:27 sources[0].schema.avroSchema: "a.avsc" cannot be read: no such file',
    ]);
    expect(await lines(config, { [a]: TRADE })).toEqual([
      'ticks.yaml:5:54 sources[0].parameters.eventtimeField: "a" is a field of the schema already, expected another',
    ]);
  });

  test('where a job has it', async () => {
    const config = 'input: { web-socket: { url: ws://h/, schema: { avroSchema: a.avsc } } }\noutput: { stdout: }';
    expect(await lines(config)).toEqual([
      'ticks.yaml:1:60 input.web-socket.schema.avroSchema: "a.avsc" cannot be read: no such file',
    ]);
  });
});
