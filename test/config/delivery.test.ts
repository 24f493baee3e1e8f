import { describe, expect, test } from 'vitest';
import { lines, optionsOf, webSink } from './samples.ts';

const client = (...block: string[]) => webSink('url: "ws://h/"', ...block);
const block = (...written: string[]) => optionsOf(client(...written)).sinks[0]?.options;

describe('a sink that awaits replies', () => {
  test('looks for the same in reply and event', () => {
    expect(block('ack: reply', 'reply: { pointer: /id }')).toMatchObject({
      ack: 'reply',
      reply: { pointer: '/id', 'event-pointer': '/id' },
    });
  });

  test('may look elsewhere in the event', () => {
    expect(block('ack: reply', 'reply: { pointer: /id, event-pointer: /a/b }')).toMatchObject({
      reply: { pointer: '/id', 'event-pointer': '/a/b' },
    });
  });

  test.each<[string, string[], string]>([
    [
      'says what a reply is',
      ['ack: reply'],
      '5:7 sinks[0].web-socket.reply: is missing, expected a map with pointer: ack: reply needs it',
    ],
    [
      'says where it looks',
      ['ack: reply', 'reply: {}'],
      '7:14 sinks[0].web-socket.reply.pointer: is missing, expected a JSON pointer such as /data/id',
    ],
    [
      'points',
      ['ack: reply', 'reply: { pointer: /a, event-pointer: b }'],
      '7:44 sinks[0].web-socket.reply.event-pointer: "b" is not a JSON pointer such as /data/id',
    ],
    [
      'does not await pongs',
      ['reply: { pointer: /a }'],
      '6:7 sinks[0].web-socket.reply: has no effect with ack pong, expected ack: reply beside it',
    ],
    [
      'does not only write',
      ['ack: written', 'reply: { pointer: /a }'],
      '7:7 sinks[0].web-socket.reply: has no effect with ack written, expected ack: reply beside it',
    ],
  ])('%s', (_, written, line) => {
    expect(lines(client(...written))).toEqual([`ticks.yaml:${line}`]);
  });

  test('is told of an acknowledgement that there is not', () => {
    expect(lines(client('ack: never'))).toEqual([
      'ticks.yaml:6:12 sinks[0].web-socket.ack: "never" is not written or pong or reply',
    ]);
  });
});

describe('retries', () => {
  test('have no end unless they say so', () => {
    expect(block('retry: {}')).toMatchObject({ retry: { timeout: 30_000 } });
    expect(block('retry: {}')).not.toHaveProperty('retry.retries');
  });

  test('may be none', () => {
    expect(block('retry: { retries: 0, timeout: 5s }')).toMatchObject({ retry: { timeout: 5000, retries: 0 } });
  });

  test.each([
    ['-1', '-1 is too small, expected at least 0'],
    ['1.5', '1.5 (a number) is not a whole number'],
    ['many', '"many" is not a whole number'],
  ])('cannot be %s', (retries, sentence) => {
    expect(lines(client(`retry: { retries: ${retries} }`))).toEqual([
      `ticks.yaml:6:25 sinks[0].web-socket.retry.retries: ${sentence}`,
    ]);
  });
});
