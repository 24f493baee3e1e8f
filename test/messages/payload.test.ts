import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Encoding, Message } from '../../src/messages/message.ts';
import { encodeLine, encodePayload, PayloadError } from '../../src/messages/payload.ts';

const message = (payload: Buffer | string, encoding: Encoding) => new Message('feed', 'e1', 7, 0, payload, encoding);
const text = (payload: Buffer | string) => message(payload, 'text');
const json = (payload: Buffer | string) => message(payload, 'json');

afterEach(() => {
  vi.restoreAllMocks();
});

describe('payload: text', () => {
  test('writes a text event as it came', () => {
    const bytes = Buffer.from('any {"_raw" bytes');
    expect(encodePayload(text(bytes), 'text').data).toBe(bytes);
  });

  test('writes a JSON event as it came, without parsing it', () => {
    const parse = vi.spyOn(JSON, 'parse');
    const bytes = Buffer.from('{ "px": 1.10 }');
    expect(encodePayload(json(bytes), 'text').data).toBe(bytes);
    expect(parse).not.toHaveBeenCalled();
  });

  test.each(['"plain"', ' \n"plain"'])('writes the JSON string %j as the text that it holds', (payload) => {
    expect(encodePayload(json(payload), 'text').data).toBe('plain');
    expect(encodePayload(json(Buffer.from(payload)), 'text').data).toBe('plain');
  });

  test('writes the _raw of a record that has one', () => {
    expect(encodePayload(json('{"_raw":"line\\n1","at":2}'), 'text').data).toBe('line\n1');
  });

  test('writes the _raw of a value that a transform has set', () => {
    expect(encodePayload(text('x').with({ _raw: 'set' }), 'text').data).toBe('set');
  });

  test.each(['{"_raw":1}', '{"a":{"_raw":"inner"}}', '["_raw"]'])('writes %s as its JSON text', (payload) => {
    expect(encodePayload(json(payload), 'text').data).toBe(payload);
  });

  test('writes the JSON text of a value that a transform has set', () => {
    expect(encodePayload(text('x').with([1, 'a']), 'text').data).toBe('[1,"a"]');
  });

  test('refuses a record that it must read and cannot', () => {
    expect(() => encodePayload(json('{"_raw":"x"'), 'text')).toThrow(PayloadError);
  });

  test('reads no more than the start of a long payload to see whether it is a string', () => {
    const bytes = Buffer.from(`{"a":"${'x'.repeat(10_000)}"}`);
    const decode = vi.spyOn(bytes, 'toString');
    encodePayload(json(bytes), 'text');
    expect(decode.mock.results.every(({ value }) => value.length <= 64)).toBe(true);
  });
});

describe('payload: json', () => {
  test.each(['{ "px": 1.10 }', '"text"', '12', 'null', '[1, 2]'])('writes the JSON text %s verbatim', (payload) => {
    expect(encodePayload(text(payload), 'json').data).toBe(payload);
    expect(encodePayload(json(payload), 'json').data).toBe(payload);
  });

  test('passes the bytes of JSON text on', () => {
    const bytes = Buffer.from('{"px":1}');
    expect(encodePayload(text(bytes), 'json').data).toBe(bytes);
  });

  test.each([
    ['hello', '"hello"'],
    ['', '""'],
    ['say "hi"\n', '"say \\"hi\\"\\n"'],
    ['{"a":', '"{\\"a\\":"'],
  ])('writes the other string %j as a JSON string', (payload, written) => {
    expect(encodePayload(text(payload), 'json').data).toBe(written);
    expect(encodePayload(text(Buffer.from(payload)), 'json').data).toBe(written);
  });

  test('writes a value that a transform has set as JSON', () => {
    expect(encodePayload(json('{}').with({ _raw: 'x' }), 'json').data).toBe('{"_raw":"x"}');
  });

  test('refuses a JSON event that is not JSON, naming it', () => {
    expect(() => encodePayload(json('{"a":'), 'json')).toThrow('event e1/7 of feed is not JSON');
  });
});

describe('a payload error', () => {
  test('has a code and the parser as its cause', () => {
    const refused = vi.fn(() => encodePayload(json('{'), 'json'));
    expect(refused).toThrow(expect.objectContaining({ code: 'payload', cause: expect.any(SyntaxError) }));
  });
});

describe('a line', () => {
  test.each([
    ['{ "px": 1.10 }', '{ "px": 1.10 }'],
    ['[1,\n  2]\n', '[1,   2]'],
    ['\r\n{"a":\r\n"b\\n"}', '{"a": "b\\n"}'],
    ['7', '7'],
  ])('is the JSON text %j on one line', (payload, line) => {
    expect(encodeLine(json(payload))).toBe(line);
    expect(encodeLine(text(Buffer.from(payload)))).toBe(line);
  });

  test.each([
    ['hello', '"hello"'],
    ['two\nlines', '"two\\nlines"'],
    ['', '""'],
  ])('is the other text %j as a JSON string', (payload, line) => {
    expect(encodeLine(text(payload))).toBe(line);
  });

  test('is refused for a JSON event that is not JSON', () => {
    expect(() => encodeLine(json('nope'))).toThrow(PayloadError);
  });
});

const bytes = (...values: number[]) => message(Buffer.from(values), 'binary');
const base64 = (...values: number[]) => message(Buffer.from(values), 'binary-base64');
const written = (...of: Parameters<typeof encodePayload>) => {
  const { data, binary } = encodePayload(...of);
  return [typeof data === 'string' ? data : data.toString('latin1'), binary];
};

describe('payload: text, of a record', () => {
  test('finds a _raw whose key is escaped', () => {
    expect(encodePayload(json('{"\\u005fraw":"line"}'), 'text').data).toBe('line');
  });

  test('finds a string behind any number of blanks', () => {
    expect(encodePayload(json(`${' '.repeat(100)}"plain"`), 'text').data).toBe('plain');
  });
});

describe('an event of bytes', () => {
  test.each(['text', 'json'] as const)('is written as %s as the JSON string of its base64', (form) => {
    expect(written(bytes(0xff, 0x00), form)).toEqual(['"/wA="', false]);
  });

  test.each(['binary', 'binary-base64'] as const)('is written as %s as it is', (form) => {
    expect(written(bytes(0xff, 0x00), form)).toEqual(['\xff\x00', true]);
  });

  test('that a transform has made is written as bytes', () => {
    expect(written(text('x').with(new Uint8Array([0xff])), 'binary')).toEqual(['\xff', true]);
  });
});

describe('an event of base64 text', () => {
  test('is text', () => {
    expect(written(base64(0xff, 0x00), 'text')).toEqual(['/wA=', false]);
  });

  test('is a JSON string, also when its text could be a number', () => {
    const { value } = base64(0xd7, 0x6d, 0xf8);
    expect([value, ...written(base64(0xd7, 0x6d, 0xf8), 'json')]).toEqual(['1234', '"1234"', false]);
  });

  test('is written as binary as the UTF-8 of its text', () => {
    expect(written(base64(0xff, 0x00), 'binary')).toEqual(['/wA=', true]);
  });

  test('is written as binary-base64 as the bytes that it stands for', () => {
    expect(written(base64(0xff, 0x00), 'binary-base64')).toEqual(['\xff\x00', true]);
  });
});

describe('payload: binary', () => {
  test('writes text as UTF-8', () => {
    expect(encodePayload(text('a€'), 'binary')).toEqual({ data: Buffer.from('a€'), binary: true });
  });

  test('passes the bytes of text on', () => {
    const came = Buffer.from('came');
    expect(encodePayload(text(came), 'binary').data).toBe(came);
  });

  test('writes a JSON string as the UTF-8 of what it holds', () => {
    expect(written(json(' "plain"'), 'binary')).toEqual(['plain', true]);
  });

  test.each(['{"_raw":"x"}', '[1, 2]', '12', 'null'])('writes the JSON %s as its bytes', (payload) => {
    expect(written(json(payload), 'binary')).toEqual([payload, true]);
  });

  test('refuses a JSON string that it must read and cannot', () => {
    expect(() => encodePayload(json('"open'), 'binary')).toThrow('event e1/7 of feed is not JSON');
  });
});

describe('payload: binary-base64', () => {
  test.each(['/+8=', '_-8=', '_-8', '/+8'])('decodes the text %s', (payload) => {
    expect(encodePayload(text(payload), 'binary-base64')).toEqual({ data: Buffer.from([0xff, 0xef]), binary: true });
    expect(encodePayload(json(`"${payload}"`), 'binary-base64').data).toEqual(Buffer.from([0xff, 0xef]));
  });

  test('makes an empty frame of empty text', () => {
    expect(written(text(''), 'binary-base64')).toEqual(['', true]);
  });

  test.each(['a', 'ab=', 'ab c', 'abc\n', '/-8=', '=', 'ab==cd=='])('refuses the text %j', (payload) => {
    expect(() => encodePayload(text(payload), 'binary-base64')).toThrow('event e1/7 of feed is not base64 text');
  });

  test.each(['{"a":1}', '12', 'null', '{"_raw":"YQ=="}'])('refuses the JSON %s', (payload) => {
    expect(() => encodePayload(json(payload), 'binary-base64')).toThrow(PayloadError);
  });
});

describe('payload: verbatim', () => {
  const came = (data: string, encoding: Encoding, opcode?: string) =>
    new Message('feed', 'e1', 7, 0, Buffer.from(data), encoding, opcode ? { opcode } : {});

  test.each(['text', 'json', 'binary', 'binary-base64'] as const)('writes what came as %s as it came', (encoding) => {
    const event = came('{ "a"', encoding);
    expect(encodePayload(event, 'verbatim')).toEqual({ data: event.payload, binary: false });
  });

  test('keeps the opcode of what came in a binary frame', () => {
    expect(encodePayload(came('x', 'text', 'binary'), 'verbatim').binary).toBe(true);
  });
});

describe('a line of bytes', () => {
  test.each([bytes(0xff, 0x00), base64(0xff, 0x00)])('is the JSON string of their base64', (event) => {
    expect(encodeLine(event)).toBe('"/wA="');
  });
});

describe('an event that a transform could not read', () => {
  const fault = { code: 'odd', message: 'it is odd', path: '/a' };

  test.each(['text', 'json', 'binary', 'binary-base64', 'verbatim'] as const)('is refused as %s', (form) => {
    expect(() => encodePayload(text('x').withFault(fault), form)).toThrow(expect.objectContaining(fault));
  });

  test('is refused as a line', () => {
    expect(() => encodeLine(text('x').withFault(fault))).toThrow(expect.objectContaining(fault));
  });
});
