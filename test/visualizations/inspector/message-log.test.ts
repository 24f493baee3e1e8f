import { describe, expect, test } from 'vitest';
import type { WireMessage } from '../../../src/inspection/wire.ts';
import { CHAIN, causalChain, MessageLog } from '../../../visualizations/inspector/message-log.ts';
import { begun, Story } from './story.ts';

function messagesOf({ events }: Story): WireMessage[] {
  return events.filter((event) => event.type === '@xstate.event');
}

function logOf(messages: readonly WireMessage[], bound?: number): MessageLog {
  const log = new MessageLog(bound);
  for (const message of messages) log.add(message);
  return log;
}

/** Each event is caused by the one before. */
function chained(length: number): WireMessage[] {
  const { story, root } = begun();
  let causedBy: string | undefined;
  for (let link = 0; link < length; link += 1) {
    causedBy = story.message(root, `link.${link}`, causedBy === undefined ? {} : { causedBy });
    story.samples([]);
  }
  return messagesOf(story);
}

describe('the log of what was sent', () => {
  test('finds an event by its wire id', () => {
    const messages = chained(5);
    expect(messages.map(({ id }) => logOf(messages).find(id))).toEqual(messages);
  });

  test('does not find what was never sent', () => {
    expect(logOf(chained(5)).find('7')).toBeUndefined();
  });

  test('forgets the oldest when its bound is reached', () => {
    const messages = chained(7);
    const log = logOf(messages, 3);
    expect(messages.filter(({ id }) => log.find(id))).toEqual(messages.slice(-3));
  });
});

describe('the chain of causes', () => {
  test('leads from what was handled to the first cause', () => {
    const messages = chained(3);
    const chain = causalChain(messages.at(-1)?.id, logOf(messages));
    expect(chain.map(({ event }) => event.type)).toEqual(['link.2', 'link.1', 'link.0']);
  });

  test('ends where it is too long', () => {
    const messages = chained(CHAIN + 5);
    expect(causalChain(messages.at(-1)?.id, logOf(messages))).toHaveLength(CHAIN);
  });

  test('does not go in circles when a recording says so', () => {
    const story = new Story();
    const actor = story.actor('hawser', undefined, undefined, { status: 'active' });
    const first = story.message(actor, 'a', { causedBy: '3' });
    story.message(actor, 'b', { causedBy: first });
    expect(causalChain('3', logOf(messagesOf(story))).map(({ id }) => id)).toEqual(['3', '2']);
  });
});
