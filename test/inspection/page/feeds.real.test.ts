import { describe, expect, test, vi } from 'vitest';
import { numbers, openFeed } from './feed-reader.ts';
import { ask, openPage, openStream, textUntilEnd } from './page-bench.ts';

/** Milliseconds that no test lasts. */
const LONG = 3_600_000;

describe('a feed', () => {
  test('begins with a reset that holds the backlog', async () => {
    const page = await openPage();
    page.recorder.tell(3);
    const feed = await openFeed(page);
    await feed.reaches(3);
    expect(feed.messages).toEqual([{ name: 'reset', ids: [1, 2, 3] }]);
  });

  test('begins with an empty reset where nothing was told yet', async () => {
    const feed = await openFeed(await openPage());
    await feed.hears('reset');
    expect(feed.messages).toEqual([{ name: 'reset', ids: [] }]);
  });

  test('goes on with a large backlog in pieces', async () => {
    const page = await openPage();
    page.recorder.tell(20_000);
    const feed = await openFeed(page);
    await feed.reaches(20_000);
    expect({ first: feed.names[0], others: new Set(feed.names.slice(1)), ids: feed.ids }).toEqual({
      first: 'reset',
      others: new Set(['events']),
      ids: numbers(20_000),
    });
  });

  test('goes on with what is told later, in order', async () => {
    const page = await openPage({}, { gathering: 1 });
    page.recorder.tell(2);
    const feed = await openFeed(page);
    await feed.reaches(2);
    for (const id of [3, 4, 5]) {
      page.recorder.tell();
      await feed.reaches(id);
    }
    expect(feed.messages).toEqual([
      { name: 'reset', ids: [1, 2] },
      { name: 'events', ids: [3] },
      { name: 'events', ids: [4] },
      { name: 'events', ids: [5] },
    ]);
  });

  test('gathers what is told at about the same time', async () => {
    const page = await openPage();
    const feed = await openFeed(page);
    await feed.hears('reset');
    page.recorder.tell(3);
    await feed.reaches(3);
    expect(feed.messages[1]).toEqual({ name: 'events', ids: [1, 2, 3] });
  });

  test('gathers no more than so many events', async () => {
    const page = await openPage({}, { gathering: LONG, gathered: 10 });
    const feed = await openFeed(page);
    await feed.hears('reset');
    page.recorder.tell(25);
    await feed.reaches(20);
    expect(feed.messages.slice(1)).toEqual([
      { name: 'events', ids: numbers(10) },
      { name: 'events', ids: numbers(20).slice(10) },
    ]);
  });

  test('loses and repeats nothing that is told while its backlog is on the way', async () => {
    const page = await openPage({}, { gathering: 1 });
    page.recorder.tell(20_000, 1000);
    const feed = await openFeed(page);
    feed.stream.pause();
    await page.recorder.isFollowed();
    page.recorder.tell(100);
    feed.stream.resume();
    await feed.reaches(20_100);
    expect(feed.ids).toEqual(numbers(20_100));
  });

  test('that opens while events are gathered repeats none of them, and the others get theirs', async () => {
    const page = await openPage({}, { gathering: LONG });
    const first = await openFeed(page);
    await first.hears('reset');
    page.recorder.tell(3);
    const second = await openFeed(page);
    await Promise.all([first.reaches(3), second.reaches(3)]);
    page.server.close();
    await second.ends();
    expect([first.ids, second.ids]).toEqual([numbers(3), numbers(3)]);
  });

  test('repeats nothing that the recorder tells when it is asked for its backlog', async () => {
    const page = await openPage({}, { gathering: LONG });
    const first = await openFeed(page);
    await first.hears('reset');
    page.recorder.look = () => page.recorder.tell();
    const second = await openFeed(page);
    await Promise.all([first.reaches(1), second.reaches(1)]);
    page.server.close();
    await second.ends();
    expect([first.ids, second.ids]).toEqual([[1], [1]]);
  });

  test('is told all anew when it connects again', async () => {
    const page = await openPage();
    page.recorder.tell(2);
    const before = await openFeed(page);
    await before.reaches(2);
    before.stream.destroy();
    page.recorder.tell(2);
    const after = await openFeed(page);
    await after.reaches(4);
    expect(after.messages).toEqual([{ name: 'reset', ids: numbers(4) }]);
  });

  test('takes its connection with it', async () => {
    const feed = await openFeed(await openPage());
    await feed.answers();
    expect(feed.head).toMatch(/^connection: close$/im);
  });

  test('asks the browser to connect again after a second', async () => {
    const { port, token, server } = await openPage();
    const stream = await openStream(port, `GET /${token}/feed HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
    const text = textUntilEnd(stream);
    await new Promise((resolve) => stream.once('data', resolve));
    await server.close();
    expect(await text).toMatch(/^retry: 1000$/m);
  });

  test('shows signs of life while nothing is told', async () => {
    const feed = await openFeed(await openPage({}, { heartbeat: 10 }));
    await feed.comes(3);
    expect(feed.comments).toEqual(expect.arrayContaining([': alive']));
  });

  test('is not opened by HEAD', async () => {
    const { port, token, recorder } = await openPage();
    const { status, headers } = await ask(port, `/${token}/feed`, { method: 'HEAD' });
    const feed = await openFeed({ port, token });
    await recorder.isFollowed();
    expect({ status, type: headers['content-type'], open: feed.ended }).toEqual({
      status: 200,
      type: 'text/event-stream',
      open: false,
    });
  });

  test('that nobody reads any more leaves the recorder to itself', async () => {
    const page = await openPage();
    const feed = await openFeed(page);
    await page.recorder.isFollowed();
    feed.stream.destroy();
    await expect(page.recorder.isLeft()).resolves.toBeUndefined();
  });
});

describe('when the supervisor has stopped', () => {
  test('the feed tells the last events and its end, and is over', async () => {
    const page = await openPage({}, { gathering: LONG });
    const feed = await openFeed(page);
    await feed.hears('reset');
    page.recorder.tell(2);
    page.recorder.close();
    await feed.ends();
    expect(feed.messages).toEqual([
      { name: 'reset', ids: [] },
      { name: 'events', ids: [1, 2] },
      { name: 'end', ids: [] },
    ]);
  });

  test('a page that comes late is told all, and the end', async () => {
    const page = await openPage();
    page.recorder.tell(2);
    page.recorder.close();
    const feed = await openFeed(page);
    await feed.ends();
    expect(feed.messages).toEqual([
      { name: 'reset', ids: [1, 2] },
      { name: 'end', ids: [] },
    ]);
  });

  test('a page that comes late, while another one still reads, is told the end too', async () => {
    const page = await openPage();
    page.recorder.tell(20_000, 1000);
    page.recorder.close();
    const slow = await openFeed(page);
    await slow.answers();
    slow.stream.pause();
    const quick = await openFeed(page);
    await quick.ends();
    slow.stream.resume();
    await slow.ends();
    expect([quick.names.at(-1), slow.names.at(-1)]).toEqual(['end', 'end']);
  });
});

describe('at the close of the server', () => {
  test('a feed tells the last events and its end', async () => {
    const page = await openPage({}, { gathering: LONG });
    const feed = await openFeed(page);
    await feed.hears('reset');
    page.recorder.tell(2);
    await page.server.close();
    await feed.ends();
    expect(feed.messages.slice(1)).toEqual([
      { name: 'events', ids: [1, 2] },
      { name: 'end', ids: [] },
    ]);
  });

  test('a reader that does not read is not waited for longer than the grace', async () => {
    const page = await openPage({}, { closing: 50 });
    page.recorder.tell(20_000, 1000);
    const feed = await openFeed(page);
    feed.stream.pause();
    await page.recorder.isFollowed();
    await expect(page.server.close()).resolves.toBeUndefined();
  });

  test('the recorder is left to itself at once, also while a reader does not read', async () => {
    const page = await openPage({}, { closing: LONG });
    page.recorder.tell(20_000, 1000);
    const feed = await openFeed(page);
    feed.stream.pause();
    await page.recorder.isFollowed();
    const closed = page.server.close();
    await expect(page.recorder.isLeft()).resolves.toBeUndefined();
    feed.stream.destroy();
    await closed;
  });

  test('no timer is left', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    try {
      const page = await openPage();
      const feed = await openFeed(page);
      await feed.hears('reset');
      page.recorder.tell();
      const open = vi.getTimerCount();
      await page.server.close();
      expect({ open, closed: vi.getTimerCount() }).toEqual({ open: 2, closed: 0 });
    } finally {
      vi.useRealTimers();
    }
  });
});
