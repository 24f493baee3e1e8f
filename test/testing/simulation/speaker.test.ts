import { expect, test } from 'vitest';
import { speakerOf } from '../../../src/testing/simulation/speaker.ts';

test.each([
  [{ connection: 'relay/store/connection', attempt: 1 }, 'store'],
  [{ actor: 'relay/feed' }, 'feed'],
  [{ actor: 'relay' }, 'process'],
  [{ source: 'feed', sink: 'store' }, 'store'],
  [{ sink: 'relay' }, 'relay'],
  [{ cursor: '/state/cursors/relay.feed.json', failedWrites: 1 }, 'feed'],
  [{ buffer: '/state/buffers/relay.store' }, 'store'],
  [{ cursor: '/state/own.json' }, 'own'],
  [{ err: new Error('no') }, 'process'],
])('a log line with %o is about %s', (fields, speaker) => {
  expect(speakerOf(fields, 'relay')).toBe(speaker);
});
