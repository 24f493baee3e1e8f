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
    expect(encodePayload(text(bytes), 'text')).toBe(bytes);
  });

  test('writes a JSON event as it came, without parsing it', () => {
    const parse = vi.spyOn(JSON, 'parse');
    const bytes = Buffer.from('{ "px": 1.10 }');
    expect(encodePayload(json(bytes), 'text')).toBe(bytes);
    expect(parse).not.toHaveBeenCalled();
  });

  test.each(['"plain"', ' \n"plain"'])('writes the JSON string %j as the text that it holds', (payload) => {
    expect(encodePayload(json(payload), 'text')).toBe('plain');
    expect(encodePayload(json(Buffer.from(payload)), 'text')).toBe('plain');
  });

  test('writes the _raw of a record that has one', () => {
    expect(encodePayload(json('{"_raw":"line\\n1","at":2}'), 'text')).toBe('line\n1');
  });

  test('writes the _raw of a value that a transform has set', () => {
    expect(encodePayload(text('x').with({ _raw: 'set' }), 'text')).toBe('set');
  });

  test.each(['{"_raw":1}', '{"a":{"_raw":"inner"}}', '["_raw"]'])('writes %s as its JSON text', (payload) => {
    expect(encodePayload(json(payload), 'text')).toBe(payload);
  });

  test('writes the JSON text of a value that a transform has set', () => {
    expect(encodePayload(text('x').with([1, 'a']), 'text')).toBe('[1,"a"]');
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
    expect(encodePayload(text(payload), 'json')).toBe(payload);
    expect(encodePayload(json(payload), 'json')).toBe(payload);
  });

  test('passes the bytes of JSON text on', () => {
    const bytes = Buffer.from('{"px":1}');
    expect(encodePayload(text(bytes), 'json')).toBe(bytes);
  });

  test.each([
    ['hello', '"hello"'],
    ['', '""'],
    ['say "hi"\n', '"say \\"hi\\"\\n"'],
    ['{"a":', '"{\\"a\\":"'],
  ])('writes the other string %j as a JSON string', (payload, written) => {
    expect(encodePayload(text(payload), 'json')).toBe(written);
    expect(encodePayload(text(Buffer.from(payload)), 'json')).toBe(written);
  });

  test('writes a value that a transform has set as JSON', () => {
    expect(encodePayload(json('{}').with({ _raw: 'x' }), 'json')).toBe('{"_raw":"x"}');
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
