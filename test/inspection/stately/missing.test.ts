import { expect, test, vi } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { openStatelyFeed } from '../../../src/inspection/stately/feed.ts';
import { World } from '../../supervision/world.ts';

vi.mock('@statelyai/inspect', () => {
  throw new Error("Cannot find package '@statelyai/inspect'");
});

test('without @statelyai/inspect the feed is refused with a UsageError that says how to install it', async () => {
  const { environment, clock } = new World();
  const feed = openStatelyFeed({ url: 'ws://localhost:8080', environment });
  await expect(feed).rejects.toBeInstanceOf(UsageError);
  await expect(feed).rejects.toThrow(/not installed or cannot be loaded.*npm install @statelyai\/inspect/);
  expect(clock.pending).toBe(0);
});
