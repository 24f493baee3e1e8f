import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Crowd } from './crowd.ts';
import { BuiltPage, PageBench, type PageBenchOptions } from './page-bench.ts';
import { begun, ConnectionTale, liveValue, type Story, sampleOf, sinkOf } from './story.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let built: BuiltPage;
let browser: Browser;
beforeAll(async () => {
  built = await BuiltPage.build();
  const executablePath = execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim();
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
});
afterAll(async () => {
  await browser.close();
  await built.remove();
});

const benches: PageBench[] = [];
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  for (const bench of benches.splice(0)) await bench.close();
});

async function open(options: PageBenchOptions, context: BrowserContextOptions = {}) {
  const bench = await PageBench.open(built, options);
  benches.push(bench);
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, ...context })).newPage();
  await page.goto(bench.url);
  return { bench, page };
}

const connections = (page: Page) => page.getByRole('listbox', { name: 'Connections' });
const rowOf = (page: Page, path: string) => connections(page).getByRole('option', { name: path });
const tree = (page: Page) => page.getByRole('tree', { name: 'Actors' });
const details = (page: Page) => page.getByRole('region', { name: 'Details', exact: true });
const filter = (page: Page) => page.getByRole('searchbox', { name: 'Filter connections' });

/** What is asked is asked again until it is so: a page is painted when it is. */
function eventually<T>(asked: () => Promise<T> | T) {
  return expect.poll(asked, { timeout: 20_000, interval: 20 });
}

/** A source that was lost once and is live again, and a sink. */
function exchange() {
  const { story, sources, sinks } = begun();
  const tale = new ConnectionTale(story, 'ticks/exchange/connection', sources).opens();
  const sink = sinkOf(story, 'ticks/warehouse', sinks);
  const url = 'wss://feed.example.com/stream?token=***';
  for (let second = 0; second < 3; second += 1) {
    const connection = { state: 'live', url, since: story.at, attempt: 1, reconnects: 0 } as const;
    story
      .wait(1000)
      .samples([
        sampleOf('ticks/exchange', { events: 100 * second, inFlight: 3, latency: 12, connection }),
        sampleOf('ticks/warehouse', { role: 'sink', events: 100 * second, waiting: 250, capacity: 1000 }),
      ]);
  }
  let told = story.events.length;
  const news = () => {
    const events = story.events.slice(told);
    told = story.events.length;
    return events;
  };
  return { story, tale, sink, news };
}

/** A sink without room keeps the connection from being read. */
function holds(story: Story, { actor }: ConnectionTale): void {
  story.step(actor, {
    from: 'linked.live.flow.flowing',
    event: 'pause',
    value: liveValue({ heartbeat: 'suspended', flow: 'paused' }),
    tags: ['live'],
  });
}

async function openExchange(options: PageBenchOptions = {}, context: BrowserContextOptions = {}) {
  const told = exchange();
  const opened = await open({ backlog: () => told.story.events, ...options }, context);
  await rowOf(opened.page, 'ticks/exchange').click();
  await opened.page.getByRole('heading', { name: 'ticks/exchange', exact: true }).waitFor();
  return { ...told, ...opened };
}

async function violations(page: Page): Promise<unknown> {
  await page.evaluate(AXE);
  const found = await page.evaluate(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`,
  );
  return found;
}

describe('with 2000 connections', () => {
  async function openCrowd() {
    const crowd = new Crowd(2000);
    crowd.change(600);
    crowd.news();
    const opened = await open({ backlog: () => crowd.story.events });
    await rowOf(opened.page, 'fleet/venue-0001').waitFor();
    return { crowd, ...opened };
  }

  test('only those that can be seen are in the page', async () => {
    const { page } = await openCrowd();
    const rows = await connections(page).getByRole('option').count();
    expect(rows).toBeLessThan(40);
  });

  test('each says its place among all of them', async () => {
    const { page } = await openCrowd();
    await connections(page).focus();
    await page.keyboard.press('End');
    const last = rowOf(page, 'fleet/warehouse');
    expect([await last.getAttribute('aria-posinset'), await last.getAttribute('aria-setsize')]).toEqual([
      '2001',
      '2001',
    ]);
  });

  test('the filter finds one of them while they change all the time', async () => {
    const { page, crowd, bench } = await openCrowd();
    const changing = setInterval(() => {
      crowd.change(200);
      bench.tell(crowd.news());
    }, 100);
    await filter(page).fill('venue-1234');
    await eventually(() => connections(page).getByRole('option').count()).toBe(1);
    clearInterval(changing);
    expect(await rowOf(page, 'fleet/venue-1234').count()).toBe(1);
  });

  test('a state is chosen by its button, which says how many there are', async () => {
    const { page } = await openCrowd();
    const button = page.getByRole('group', { name: 'States of connections' }).getByRole('button', { name: /^waiting/ });
    const many = Number((await button.textContent())?.replace(/\D/g, ''));
    await button.click();
    await expect
      .poll(() => connections(page).getByRole('option').first().getAttribute('aria-setsize'))
      .toBe(String(many));
  });

  test('their group in the tree is closed at first', async () => {
    const { page } = await openCrowd();
    await expect
      .poll(() => tree(page).getByRole('treeitem', { name: 'sources' }).getAttribute('aria-expanded'))
      .toBe('false');
  });

  test('their group in the tree, when opened, has only those in the page that can be seen', async () => {
    const { page } = await openCrowd();
    await tree(page).getByRole('treeitem', { name: 'sources' }).dblclick();
    await tree(page).getByRole('treeitem', { name: 'venue-0001' }).waitFor();
    expect(await tree(page).getByRole('treeitem').count()).toBeLessThan(60);
  });
});

describe('accessibility', () => {
  test.each(['light', 'dark'] as const)(
    'axe finds nothing in the %s theme, with a connection and a step chosen',
    async (colorScheme) => {
      const { page } = await openExchange({ control: true }, { colorScheme });
      await page
        .getByRole('list', { name: /^Steps/ })
        .getByRole('button')
        .first()
        .click();
      expect(await violations(page)).toEqual([]);
    },
  );

  test.each(['light', 'dark'] as const)('axe finds nothing in the %s theme, in a recording', async (colorScheme) => {
    const { story, tale } = exchange();
    tale.isLost('gone');
    const { page } = await open({ recording: story.lines }, { colorScheme });
    await rowOf(page, 'ticks/exchange').waitFor();
    expect(await violations(page)).toEqual([]);
  });

  test.each(['light', 'dark'] as const)(
    'axe finds nothing in the %s theme, in the overview of a crowd',
    async (colorScheme) => {
      const crowd = new Crowd(200);
      crowd.change(150);
      const { page } = await open({ backlog: () => crowd.story.events }, { colorScheme });
      await rowOf(page, 'fleet/venue-0001').waitFor();
      expect(await violations(page)).toEqual([]);
    },
  );

  test.each(['light', 'dark'] as const)('axe finds nothing in the %s theme, in a dialog', async (colorScheme) => {
    const { page } = await openExchange({ control: true }, { colorScheme });
    await page.getByRole('button', { name: 'Stop…' }).click();
    await page.getByRole('dialog', { name: 'Stop the supervisor?' }).waitFor();
    expect(await violations(page)).toEqual([]);
  });

  test.each(['light', 'dark'] as const)(
    'axe finds nothing in the %s theme, in the explanations',
    async (colorScheme) => {
      const { page } = await openExchange({}, { colorScheme });
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
      expect(await violations(page)).toEqual([]);
    },
  );

  test('axe finds nothing where a connection is held and a sink is full', async () => {
    const { page, story, tale, news, bench } = await openExchange();
    holds(story, tale);
    story.samples([sampleOf('ticks/warehouse', { role: 'sink', waiting: 1000, capacity: 1000 })]);
    bench.tell(news());
    await rowOf(page, 'ticks/exchange').getByText('held').waitFor();
    await connections(page).focus();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Needs attention (1)' }).waitFor();
    expect(await violations(page)).toEqual([]);
  });

  test('the keyboard reaches everything that can be used', async () => {
    const { page } = await openExchange({ control: true });
    const usable = await page
      .locator('button:visible:enabled, input:visible, select:visible, [tabindex="0"]:visible')
      .count();
    const rest = await page.locator('button.entry[tabindex="-1"]:visible').count();
    await page.evaluate('document.activeElement.blur()');
    const reached = new Set<unknown>();
    for (let press = 0; press < usable + 5; press += 1) {
      await page.keyboard.press('Tab');
      reached.add(await page.evaluate(`[...document.querySelectorAll('*')].indexOf(document.activeElement)`));
    }
    const links = await page.locator('a.skip').count();
    expect(reached.size).toBeGreaterThanOrEqual(usable - rest + links);
  });

  test('arrow keys move through the connections', async () => {
    const { page } = await openExchange();
    await connections(page).focus();
    await page.keyboard.press('ArrowDown');
    await eventually(() => selected(connections(page))).toContain('ticks/warehouse');
  });

  test('arrow keys close and open a part of the tree', async () => {
    const { page } = await openExchange();
    await tree(page).getByRole('treeitem', { name: 'sources' }).click();
    await page.getByRole('heading', { name: 'ticks/sources', exact: true }).waitFor();
    await tree(page).focus();
    await page.keyboard.press('ArrowLeft');
    await eventually(() => tree(page).getByRole('treeitem', { name: 'exchange' }).count()).toBe(0);
    await page.keyboard.press('ArrowRight');
    await eventually(() => tree(page).getByRole('treeitem', { name: 'exchange' }).count()).toBe(1);
  });

  test('a slash leads to the filter', async () => {
    const { page } = await openExchange();
    await page.keyboard.press('/');
    await eventually(() => page.evaluate('document.activeElement.id')).toBe('filter');
  });

  test('a question mark shows the keys', async () => {
    const { page } = await openExchange();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  test('Escape in the connections lets go of the filter first', async () => {
    const { page } = await openExchange();
    await filter(page).fill('warehouse');
    await connections(page).focus();
    await page.keyboard.press('Escape');
    await rowOf(page, 'ticks/exchange').waitFor();
    expect(await page.getByRole('heading', { name: 'ticks/exchange', exact: true }).count()).toBe(1);
  });

  test('the keys come with what the words and numbers mean', async () => {
    const { page } = await openExchange();
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('the eighth attempt in a row').waitFor();
  });

  test('the loss of the chosen connection is said', async () => {
    const { page, tale, news, bench } = await openExchange();
    tale.isLost('the peer closed with 1006');
    bench.tell(news());
    await expect
      .poll(() => page.getByRole('status').textContent())
      .toBe('ticks/exchange: waiting — the peer closed with 1006');
  });

  test('the chosen theme is kept over a reload', async () => {
    const { page } = await openExchange({}, { colorScheme: 'light' });
    await page.getByRole('button', { name: /^Theme/ }).click();
    await page.getByRole('button', { name: /^Theme/ }).click();
    await page.reload();
    expect(await page.evaluate(`getComputedStyle(document.documentElement).colorScheme`)).toBe('dark');
  });
});

async function selected(list: Locator): Promise<string | null> {
  return list.locator('[aria-selected="true"]').textContent();
}

describe('the chosen connection', () => {
  test('shows the active states in the chart of its machine', async () => {
    const { page } = await openExchange();
    await expect
      .poll(() => page.locator('[data-state="connection.linked.live.heartbeat.quiet"].active').count())
      .toBe(1);
  });

  test('says the active states as text', async () => {
    const { page } = await openExchange();
    await details(page).getByText('Active: linked.live: heartbeat.quiet, pulse.off').waitFor();
  });

  test('shows the transition that it took last', async () => {
    const { page, tale, news, bench } = await openExchange();
    tale.isLost('gone');
    const [lost] = news().slice(-1);
    bench.tell(lost ? [lost] : []);
    const number = lost?.type === '@xstate.snapshot' ? lost.transitions[0] : undefined;
    await eventually(() => page.locator(`[data-transitions~="${number}"].taken`).count()).toBeGreaterThan(0);
  });

  test('shows an earlier step in the chart when it is chosen in the timeline', async () => {
    const { page } = await openExchange();
    await page.getByRole('button', { name: /socket\.connected/ }).click();
    await details(page).getByText('Active then: linked.opening.upgrade').waitFor();
    expect(await page.locator('[data-state="connection.linked.opening.upgrade"].active').count()).toBe(1);
  });

  test('has a chart that the keyboard zooms', async () => {
    const { page } = await openExchange();
    const width = async () => Number(await page.locator('.statechart').getAttribute('width'));
    await page.getByRole('region', { name: 'Drawing of the statechart' }).focus();
    const before = await width();
    await page.keyboard.press('+');
    const near = await width();
    await page.keyboard.press('0');
    expect([near > before, (await width()) < near]).toEqual([true, true]);
  });

  test('gives the whole page back at the first Escape, and is still chosen', async () => {
    const { page } = await openExchange();
    const enlarge = page.getByRole('button', { name: 'Enlarge' });
    await enlarge.click();
    await tree(page).waitFor({ state: 'hidden' });
    await page.keyboard.press('Escape');
    await tree(page).waitFor();
    expect([
      await enlarge.getAttribute('aria-pressed'),
      await details(page).getByRole('heading').first().textContent(),
    ]).toEqual(['false', 'ticks/exchange']);
  });

  test('that a sink holds is marked in the list and in the details', async () => {
    const { page, story, tale, news, bench } = await openExchange();
    holds(story, tale);
    bench.tell(news());
    await rowOf(page, 'ticks/exchange').getByText('held').waitFor();
    await details(page).getByText('held', { exact: true }).waitFor();
    await page.getByRole('button', { name: /heartbeat quiet → suspended, flow flowing → paused/ }).waitFor();
  });

  test('shows no number of attempts as long as it is live', async () => {
    const { page } = await openExchange();
    expect(await details(page).locator('.facts').textContent()).not.toContain('attempt');
  });

  test('that is a sink has no chart of a latency', async () => {
    const { page } = await openExchange();
    await rowOf(page, 'ticks/warehouse').click();
    await details(page)
      .getByRole('img', { name: /^Buffer: now 25 %/ })
      .waitFor();
    expect(
      await details(page)
        .getByRole('img', { name: /^Latency/ })
        .count(),
    ).toBe(0);
  });

  test('says who sent the event of a step', async () => {
    const { page } = await openExchange();
    await page.getByRole('button', { name: /socket\.connected/ }).click();
    expect(await page.getByRole('list', { name: /^Causes/ }).textContent()).toBe('socket.connected from socket');
  });

  test('names a timer by its event alone', async () => {
    const { page, tale, news, bench } = await openExchange();
    tale.pings();
    bench.tell(news());
    await page.getByRole('button', { name: /after pingInterval/ }).click();
    await eventually(() => page.getByRole('list', { name: /^Causes/ }).textContent()).toBe('after pingInterval');
  });

  test('says why it was lost as long as it is, and then that it was', async () => {
    const { page, tale, news, bench } = await openExchange();
    tale.isLost('the peer closed with 1012');
    bench.tell(news());
    await details(page).getByText('the peer closed with 1012', { exact: true }).first().waitFor();
    tale.dials().opens();
    bench.tell(news());
    await details(page).getByText('Last lost: the peer closed with 1012').waitFor();
  });

  test('says its measurements in the names of its charts', async () => {
    const { page } = await openExchange();
    await details(page)
      .getByRole('img', { name: /^Latency: now 12 ms, least 12 ms, most 12 ms/ })
      .waitFor();
  });

  test('is shown by text alone, whatever it is called', async () => {
    const { story, sources } = begun();
    const name = '<img src=x onerror="document.title=1">';
    new ConnectionTale(story, `ticks/${name}/connection`, sources).opens().isLost(`because of ${name}`);
    const { page } = await open({ backlog: () => story.events });
    await rowOf(page, name).click();
    await page.getByRole('heading', { name: `ticks/${name}` }).waitFor();
    expect(await page.locator('img').count()).toBe(0);
  });
});

describe('what has no numbers of its own', () => {
  test('is not shown with those of its pipeline', async () => {
    const { page } = await openExchange();
    await tree(page).getByRole('treeitem', { name: 'sources' }).click();
    await details(page).getByText('Nothing is measured of a supervisor itself').waitFor();
    expect(await details(page).getByRole('img', { name: /^Rate/ }).count()).toBe(0);
  });
});

describe('the overview', () => {
  test('lists a sink whose buffer is full, and leads to it', async () => {
    const { story, news, bench, page } = await openOverview();
    story.samples([sampleOf('ticks/warehouse', { role: 'sink', waiting: 1000, capacity: 1000 })]);
    bench.tell(news());
    await page.getByRole('heading', { name: 'Needs attention (1)' }).waitFor();
    await details(page)
      .getByRole('button', { name: /buffer full: 1.000 of 1.000/ })
      .click();
    await page.getByRole('heading', { name: 'delivery machine' }).waitFor();
  });

  test('says that all is well only as long as every sink delivers', async () => {
    const { page } = await openOverview();
    await details(page).getByText('No connection waits or has failed, and every sink delivers.').waitFor();
  });

  async function openOverview() {
    const { story, sources, sinks } = begun();
    new ConnectionTale(story, 'ticks/exchange/connection', sources).opens();
    sinkOf(story, 'ticks/warehouse', sinks);
    story.samples([sampleOf('ticks/warehouse', { role: 'sink', capacity: 1000 })]);
    const told = story.events.length;
    const opened = await open({ backlog: () => story.events.slice(0, told) });
    await rowOf(opened.page, 'ticks/exchange').waitFor();
    return { story, news: () => story.events.slice(told), ...opened };
  }
});

describe('live', () => {
  test('a paused page stays as it is and counts what comes', async () => {
    const { page, tale, news, bench } = await openExchange();
    await page.getByRole('button', { name: 'Pause' }).click();
    tale.isLost('gone');
    const events = news();
    bench.tell(events);
    await page.getByText(`${events.length} events since`).waitFor();
    expect(await rowOf(page, 'ticks/exchange').textContent()).toContain('live');
  });

  test('the end of the process is shown', async () => {
    const { page, bench } = await openExchange();
    await bench.close();
    benches.length = 0;
    await page.getByRole('banner').getByText('disconnected: the process has gone').waitFor();
  });

  test('the end of the supervisor is shown', async () => {
    const { page, bench } = await openExchange();
    bench.end();
    await page.getByRole('banner').getByText('ended: the supervisor has stopped').waitFor();
  });

  test('a page that waits for another one to close says so, and not that nothing is there', async () => {
    const { page } = await open({ full: true });
    await page.getByRole('banner').getByText('8 pages are open already; waiting for one to close').waitFor();
    await page.getByText('Nothing has been told yet.').first().waitFor();
    expect(await page.getByText('nothing here dials or listens').count()).toBe(0);
  });

  test('after the end of the supervisor nothing can be asked for', async () => {
    const { page, bench } = await openExchange({ control: true });
    bench.end();
    await page.getByRole('button', { name: 'Stop…' }).waitFor({ state: 'hidden' });
    await eventually(() => page.getByRole('button', { name: 'Reconnect' }).isEnabled()).toBe(false);
  });

  test('after the end of the supervisor the overview says what was not delivered', async () => {
    const { page, bench } = await openExchange();
    bench.end();
    await page.getByRole('banner').getByText('ended: the supervisor has stopped').waitFor();
    await connections(page).focus();
    await page.keyboard.press('Escape');
    await details(page).getByText('250 events in flight or in buffers were not delivered').waitFor();
  });

  test('without control nothing can be asked for', async () => {
    const { page } = await openExchange();
    const buttons = [page.getByRole('button', { name: 'Reconnect' }), page.getByRole('button', { name: /^Stop/ })];
    expect(await Promise.all(buttons.map((button) => button.count()))).toEqual([0, 0]);
  });

  test('with control a connection is reconnected by its component', async () => {
    const { page, bench } = await openExchange({ control: true });
    await page.getByRole('button', { name: 'Reconnect' }).click();
    await eventually(() => bench.asked).toEqual(['reconnect?component=ticks%2Fexchange']);
  });

  test('a reconnect that is refused is told', async () => {
    const { page } = await openExchange({ control: true, answer: 404 });
    await page.getByRole('button', { name: 'Reconnect' }).click();
    await page.getByRole('alert').getByText('ticks/exchange cannot be reconnected').waitFor();
  });

  test('with control the supervisor is stopped, once that is confirmed', async () => {
    const { page, bench } = await openExchange({ control: true });
    await page.getByRole('button', { name: 'Stop…' }).click();
    const before = [...bench.asked];
    await page.getByRole('dialog').getByRole('button', { name: 'Stop', exact: true }).click();
    await eventually(() => bench.asked).toEqual(['stop']);
    expect(before).toEqual([]);
  });
});

describe('a recording', () => {
  function recorded() {
    const { story, tale } = exchange();
    story.wait(5000);
    tale.isLost('the peer closed with 1012');
    story.wait(5000);
    tale.dials().opens();
    story.wait(5000).samples([]);
    return story.lines;
  }

  async function play() {
    const { page } = await open({ recording: recorded() });
    await rowOf(page, 'ticks/exchange').click();
    await page.getByRole('heading', { name: 'ticks/exchange', exact: true }).waitFor();
    return { page, slider: page.getByRole('slider', { name: 'Time' }) };
  }

  const word = (page: Page) => rowOf(page, 'ticks/exchange').textContent();

  test('is shown as it was at the time of the slider', async () => {
    const { page, slider } = await play();
    await slider.fill('10000');
    await eventually(() => word(page)).toContain('waiting');
    await slider.fill('14000');
    await eventually(() => word(page)).toContain('live');
  });

  test('says the time of the slider as a person does', async () => {
    const { slider } = await play();
    await slider.fill('10000');
    await eventually(() => slider.getAttribute('aria-valuetext')).toMatch(/^2026-04-14 \d\d:\d\d:10\.000$/);
  });

  test('is gone through step by step', async () => {
    const { page, slider } = await play();
    await slider.fill('4000');
    await page.getByRole('button', { name: 'Next step of the chosen actor' }).click();
    await eventually(() => word(page)).toContain('waiting');
    await page.getByRole('button', { name: 'Previous step of the chosen actor' }).click();
    await eventually(() => word(page)).toContain('live');
  });

  test('plays', async () => {
    const { page, slider } = await play();
    await page.getByRole('button', { name: '20×' }).click();
    await page.getByRole('button', { name: 'Play' }).click();
    await eventually(async () => Number(await slider.inputValue())).toBeGreaterThan(1000);
  });

  test('is opened from a file, with a way back to what runs', async () => {
    const { page } = await openExchange();
    await page.getByLabel('Recording', { exact: true }).setInputFiles({
      name: 'outage.jsonl',
      mimeType: 'application/jsonl',
      buffer: Buffer.from(recorded()),
    });
    await page.getByRole('banner').getByText('outage.jsonl').waitFor();
    await page.getByRole('button', { name: 'Back to live' }).click();
    expect(await page.getByRole('slider', { name: 'Time' }).count()).toBe(0);
  });

  test('that is none is refused, and the page goes on', async () => {
    const { page } = await openExchange();
    await page.getByLabel('Recording', { exact: true }).setInputFiles({
      name: 'notes.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('not a recording\n'),
    });
    await page.getByRole('alert').getByText('notes.txt cannot be played').waitFor();
    await page.getByRole('banner').getByText('following live', { exact: true }).waitFor();
  });
});
