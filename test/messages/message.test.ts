import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Encoding, encodeValue, Message } from '../../src/messages/message.ts';

function received(payload: Buffer | string, encoding: Encoding = 'text'): Message {
  return new Message('feed', 'e1', 7, 1_000, payload, encoding, { 'peer.id': '4' });
}

/** A payload as the transport gives it: a view of a larger read. */
function view(text: string): Buffer {
  const read = Buffer.alloc(text.length + 100);
  read.write(text, 50);
  return read.subarray(50, 50 + text.length);
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a message', () => {
  test('is identified by its epoch and sequence', () => {
    expect(received('x').id).toBe('e1/7');
  });

  test('has no attributes unless it is given some', () => {
    expect(new Message('feed', 'e1', 1, 0, 'x').attributes).toEqual({});
  });

  test('is text unless it says otherwise', () => {
    expect(new Message('feed', 'e1', 1, 0, '{"a":1}').value).toBe('{"a":1}');
  });

  test('counts the UTF-8 bytes of a string payload', () => {
    expect(received('aé€').bytes).toBe(6);
  });

  test('counts the length of a Buffer payload', () => {
    expect(received(Buffer.from('aé€')).bytes).toBe(6);
  });

  test('reads a Buffer as UTF-8 text', () => {
    expect(received(Buffer.from('aé€')).text).toBe('aé€');
  });

  test('gives a string payload as its text', () => {
    expect(received('aé€').text).toBe('aé€');
  });
});

describe('the value of a message', () => {
  test('is the text when the payload is text', () => {
    expect(received(Buffer.from('{"a":1}')).value).toBe('{"a":1}');
  });

  test('is the parsed JSON when the payload is json', () => {
    expect(received(Buffer.from('{"a":[1,null]}'), 'json').value).toEqual({ a: [1, null] });
  });

  test.each([Buffer.from('a€'), 'a€'])('is the bytes when the payload is binary', (payload) => {
    expect(received(payload, 'binary').value).toEqual(Buffer.from('a€'));
  });

  test.each([Buffer.from([0xff, 0xef]), Buffer.from([0xff, 0xef, 0x01])])(
    'is base64 text when that is asked for',
    (payload) => {
      expect(received(payload, 'binary-base64').value).toBe(payload.toString('base64'));
    },
  );

  test('is not parsed before it is asked for', () => {
    const parse = vi.spyOn(JSON, 'parse');
    const message = received('{"a":1}', 'json');
    expect([message.id, message.text, message.bytes, message.detached().payload]).toHaveLength(4);
    expect(parse).not.toHaveBeenCalled();
  });

  test('is parsed once, however often it is asked for', () => {
    const parse = vi.spyOn(JSON, 'parse');
    const message = received('{"a":1}', 'json');
    expect(message.value).toBe(message.value);
    expect(parse).toHaveBeenCalledTimes(1);
  });

  test('is parsed once when it is null', () => {
    const parse = vi.spyOn(JSON, 'parse');
    const message = received('null', 'json');
    expect([message.value, message.value]).toEqual([null, null]);
    expect(parse).toHaveBeenCalledTimes(1);
  });

  test('throws when the payload is not JSON', () => {
    const message = received('{"a":', 'json');
    expect(() => message.value).toThrow(SyntaxError);
  });
});

describe('a message with another value', () => {
  test('stays the same event', () => {
    const { source, epoch, sequence, receivedAt, attributes } = received('x').with('y');
    expect([source, epoch, sequence, receivedAt, attributes]).toEqual(['feed', 'e1', 7, 1_000, { 'peer.id': '4' }]);
  });

  test('carries a string as it is, also when the event was JSON', () => {
    const next = received('{"a":1}', 'json').with('not json');
    expect([next.payload, next.encoding, next.value]).toEqual(['not json', 'text', 'not json']);
  });

  test('carries a Buffer as it is', () => {
    const bytes = Buffer.from('raw');
    const next = received('{"a":1}', 'json').with(bytes);
    expect(next.payload).toBe(bytes);
    expect([next.encoding, next.value]).toEqual(['binary', bytes]);
  });

  test('carries any bytes as a Buffer', () => {
    const next = received('x').with(new Uint8Array([1, 2]));
    expect([next.payload, next.encoding]).toEqual([Buffer.from([1, 2]), 'binary']);
  });

  test('carries anything else as JSON text', () => {
    const next = received('x').with({ a: [1] });
    expect([next.payload, next.encoding]).toEqual(['{"a":[1]}', 'json']);
  });

  test('carries undefined as null', () => {
    expect(received('x').with(undefined).payload).toBe('null');
  });

  test('gives the value that was set, without parsing it', () => {
    const parse = vi.spyOn(JSON, 'parse');
    const value = { a: 1 };
    expect(received('x').with(value).value).toBe(value);
    expect(parse).not.toHaveBeenCalled();
  });

  test('leaves the message that it was made of alone', () => {
    const message = received('x');
    message.with('y');
    expect([message.payload, message.value]).toEqual(['x', 'x']);
  });
});

describe('a value that JSON.stringify does not take', () => {
  test('is written with its bigints as numbers, and otherwise as JSON.stringify does', () => {
    const value = { id: 12345678901234567890n, at: new Date(0), none: undefined, list: [1n, Number.NaN], text: 'a"' };
    const written = '{"id":12345678901234567890,"at":"1970-01-01T00:00:00.000Z","list":[1,null],"text":"a\\""}';
    expect(encodeValue(value)).toEqual([written, 'json']);
  });

  test('may be a bigint alone', () => {
    expect(encodeValue(12345678901234567890n)).toEqual(['12345678901234567890', 'json']);
  });

  test('is refused with the same error when it is a circle', () => {
    const circle: unknown[] = [1n];
    circle.push(circle);
    expect(() => encodeValue(circle)).toThrow(TypeError);
  });
});

describe('a message with a decoder of its own', () => {
  const decode = (text: string) => ({ read: text });
  const decoded = (payload: Buffer | string) => new Message('feed', 'e1', 7, 1_000, payload, 'json', {}, decode);

  test.each(['x', Buffer.from('x')])('has its value read by it', (payload) => {
    expect(decoded(payload).value).toEqual({ read: 'x' });
  });

  test.each([
    ['a fault', (message: Message) => message.withFault({ code: 'odd', message: 'it is odd' })],
    ['another payload', (message: Message) => message.rewritten('abc')],
    ['a payload of its own', (message: Message) => message.detached()],
  ])('keeps it with %s', (_, change) => {
    expect(change(decoded(view('abc'))).value).toEqual({ read: 'abc' });
  });

  test('leaves it behind with another value', () => {
    expect(decoded('x').with({ a: 1 }).rewritten('[2]').value).toEqual([2]);
  });
});

describe('a message with another payload', () => {
  test('stays the same event, and has the value of that payload', () => {
    const message = received('{"a":1}', 'json');
    const { value } = message;
    const { id, source, receivedAt, encoding, attributes, value: next } = message.rewritten('{"a":2}');
    expect([id, source, receivedAt, encoding, attributes]).toEqual(['e1/7', 'feed', 1_000, 'json', { 'peer.id': '4' }]);
    expect([value, next]).toEqual([{ a: 1 }, { a: 2 }]);
  });
});

describe('a message with a fault', () => {
  const fault = { code: 'odd', message: 'it is odd' };

  test('stays the same event with the same payload', () => {
    const { id, payload, encoding, attributes } = received('x', 'json').withFault(fault);
    expect([id, payload, encoding, attributes]).toEqual(['e1/7', 'x', 'json', { 'peer.id': '4' }]);
  });

  test('keeps it when it is detached', () => {
    expect(received(view('x')).withFault(fault).detached().fault).toBe(fault);
  });

  test('is another one than the message it was made of', () => {
    const message = received('x');
    message.withFault(fault);
    expect(message.fault).toBeUndefined();
  });
});

describe('a detached message', () => {
  test('has a copy of a payload that was a view of a larger read', () => {
    const detached = received(view('abc')).detached().payload;
    expect(Buffer.isBuffer(detached) && [detached.toString(), detached.buffer.byteLength]).toEqual(['abc', 3]);
  });

  test('stays the same event', () => {
    const { id, source, receivedAt, encoding, attributes } = received(view('{}'), 'json').detached();
    expect([id, source, receivedAt, encoding, attributes]).toEqual(['e1/7', 'feed', 1_000, 'json', { 'peer.id': '4' }]);
  });

  test('is the message itself when it owns its bytes', () => {
    const message = received(Buffer.from(new Uint8Array(3).buffer));
    expect(message.detached()).toBe(message);
  });

  test('is the message itself when the payload is a string', () => {
    const message = received('abc');
    expect(message.detached()).toBe(message);
  });

  test('keeps a value that was asked for before', () => {
    const message = received(view('{"a":1}'), 'json');
    const { value } = message;
    expect(message.detached().value).toBe(value);
  });
});
