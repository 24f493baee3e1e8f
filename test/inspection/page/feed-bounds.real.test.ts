import { describe, expect, test } from 'vitest';
import { numbers, openFeed } from './feed-reader.ts';
import { ask, openPage } from './page-bench.ts';

describe('a slow reader', () => {
  async function overrun() {
    const page = await openPage({}, { unsent: 1024 * 1024, gathering: 1 });
    const slow = await openFeed(page);
    const quick = await openFeed(page);
    await Promise.all([slow.hears('reset'), quick.hears('reset')]);
    slow.stream.pause();
    let told = 0;
    while (page.server.counts.unsent === 0 && told < 200) {
      page.recorder.tell(1, 256 * 1024);
      told += 1;
      await quick.reaches(told);
    }
    return { page, slow, quick, told };
  }

  test('is cut off at the bound of what may wait for it, and the others miss nothing', async () => {
    const { page, slow, quick, told } = await overrun();
    page.recorder.tell();
    await quick.reaches(told + 1);
    slow.stream.resume();
    await slow.ends();
    expect({ quick: quick.ids, slow: slow.ids.length < told }).toEqual({ quick: numbers(told + 1), slow: true });
  });

  test('that was cut off is counted and warned of', async () => {
    const { page } = await overrun();
    expect({ count: page.server.counts.unsent, warnings: page.warnings }).toEqual({
      count: 1,
      warnings: [expect.stringContaining('has read its feed too slowly and was cut off')],
    });
  });

  test('may take its time with a large backlog', async () => {
    const page = await openPage({}, { unsent: 1024 * 1024, gathering: 1 });
    page.recorder.tell(20_000, 1000);
    const feed = await openFeed(page);
    feed.stream.pause();
    await page.recorder.isFollowed();
    page.recorder.tell();
    feed.stream.resume();
    await feed.reaches(20_001);
    expect(page.server.counts.unsent).toBe(0);
  });
});

describe('of more feeds than may be open', () => {
  async function full() {
    const page = await openPage();
    const feeds = await Promise.all(numbers(8).map(() => openFeed(page)));
    await Promise.all(feeds.map((feed) => feed.hears('reset')));
    return { page, feeds };
  }

  test('the ninth is answered 503 with what to do', async () => {
    const { page } = await full();
    const { status, body } = await ask(page.port, `/${page.token}/feed`);
    expect({ status, body }).toEqual({ status: 503, body: expect.stringContaining('close one of them') });
  });

  test('the ninth is counted and warned of', async () => {
    const { page } = await full();
    await ask(page.port, `/${page.token}/feed`);
    expect({ count: page.server.counts.feeds, warnings: page.warnings }).toEqual({
      count: 1,
      warnings: [expect.stringContaining('a page was refused its feed')],
    });
  });

  test('one more may open when one has left', async () => {
    const page = await openPage({}, { feeds: 1 });
    const first = await openFeed(page);
    await page.recorder.isFollowed();
    first.stream.destroy();
    await page.recorder.isLeft();
    const second = await openFeed(page);
    await second.answers();
    expect(second.status).toBe(200);
  });
});
