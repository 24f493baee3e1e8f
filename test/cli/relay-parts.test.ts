import { describe, expect, test } from 'vitest';
import { countWritten, ownerOf, shownName } from '../../src/cli/relay-parts.ts';

const named = (...names: string[]) => names.map((name) => ({ name }));

describe('what a relay brings along', () => {
  test('is not counted', () => {
    expect(countWritten(named('in', 'chat', 'chat.peers', 'chat.upstream', 'out.relay', 'out.relay.peers'))).toBe(2);
  });

  test.each([
    ['chat', 'chat', 'chat'],
    ['chat.peers', 'chat', 'chat peers'],
    ['chat.upstream', 'chat', 'chat upstream'],
    ['chat.relay', 'chat', 'chat'],
    ['chat.relay.peers', 'chat', 'chat peers'],
    ['chat.relay.upstream', 'chat', 'chat upstream'],
    ['relay', 'relay', 'relay'],
    ['peers', 'peers', 'peers'],
    ['exchange.failures', 'exchange.failures', 'exchange.failures'],
  ])('%s belongs to %s and is shown as %s', (name, owner, shown) => {
    expect([ownerOf(name), shownName(name)]).toEqual([owner, shown]);
  });
});
