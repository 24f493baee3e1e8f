import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Command, directory, hawser } from '../cli/command.ts';
import { serve } from '../cli/server.ts';
import { launchChromium } from './browser.ts';
import { Watch } from './watch.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const pages: Page[] = [];
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close();
});

/** Where the inspector of a command is, once it says so. */
async function urlOf(command: Command): Promise<string> {
  await command.has('stderr', /inspector: http\S+\//);
  return /inspector: (http\S+\/)/.exec(command.stderr)?.[1] ?? '';
}

async function opened(url: string): Promise<Page> {
  const page = await browser.newPage();
  pages.push(page);
  await page.goto(url);
  return page;
}

/** Tells each state that the row of the exchange says, when it is another one than before. */
const TELL_STATES = `
  let before;
  new MutationObserver(() => {
    const row = [...document.querySelectorAll('[role=option]')].find((each) => each.textContent.includes('exchange'));
    const state = /live|waiting|failed/.exec(row?.textContent ?? '')?.[0];
    if (state !== undefined && state !== before) tell(state);
    before = state;
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
`;

test('the page shows the connection of the demo live, waiting when its exchange is killed, and live again', async () => {
  const command = hawser(['demo', '--for', '1h', '--inspect']);
  const page = await opened(await urlOf(command));
  const states: string[] = [];
  const watch = new Watch();
  await page.exposeFunction('tell', (state: string) => {
    states.push(state);
    watch.changed();
  });
  await page.evaluate(TELL_STATES);
  await watch.until(() => states.join(' ').endsWith('live waiting live'));
  // The chart of what is chosen follows too.
  await page.getByRole('option', { name: /exchange/ }).click();
  const active = page.locator('[data-state="connection.linked.live"].active');
  await active.waitFor();
  expect(await active.count()).toBe(1);
});

test('with --inspect-control the page has a connection dial anew', async () => {
  let accepted = 0;
  const url = await serve(() => {
    accepted += 1;
  });
  const { config, cwd } = await pipelineOf({ url });
  const command = hawser(['run', config, '--inspect-control'], { cwd });
  const page = await opened(await urlOf(command));
  await page.getByRole('option', { name: /feed/ }).click();
  await page.getByRole('option', { name: /live/ }).waitFor();
  await page.getByRole('button', { name: /reconnect/i }).click();
  await page.getByText('a reconnect was asked for').first().waitFor();
  await page.getByRole('option', { name: /live/ }).waitFor();
  expect(accepted).toBe(2);
});

/** Each at another place; the peer says all of them when it closes. */
const PLANTED = {
  token: 'planted-token-1',
  query: 'planted query/2',
  header: 'planted-header-3',
  request: 'planted-request-4',
  password: 'planted-password-5',
  payload: 'planted-payload-6',
};

/** As they are written in urls, in JSON and in basic credentials. */
const FORMS = [
  ...Object.values(PLANTED),
  ...Object.values(PLANTED).map(encodeURIComponent),
  Buffer.from(`me:${PLANTED.password}`).toString('base64'),
];

describe('secrets that a peer echoes', () => {
  test('are in no frame that reaches the page, and in no record', async () => {
    let lives = 0;
    const url = await serve((socket) => {
      lives += 1;
      socket.send(JSON.stringify({ secret: PLANTED.payload }));
      const { token, query, header, request, password } = PLANTED;
      if (lives < 3) socket.close(4000, [token, query, header, request, password].join(' '));
    });
    const { config, cwd } = await pipelineOf({
      url: `${url.replace('ws://', `ws://me:${PLANTED.password}@`)}?q=${encodeURIComponent(PLANTED.query)}`,
      headers: { 'x-key': `\${secret|HEADER}` },
      auth: { query: { token: `\${secret|TOKEN}` } },
      requests: [{ login: `\${secret|REQUEST}` }],
      reconnect: { 'initial-backoff': '10ms' },
    });
    const env = {
      HAWSER_SECRET_HEADER: PLANTED.header,
      HAWSER_SECRET_TOKEN: PLANTED.token,
      HAWSER_SECRET_REQUEST: PLANTED.request,
    };
    const command = hawser(['run', config, '--inspect', '--record', 'it.jsonl'], { cwd, env });
    const frames = await readFeed(await urlOf(command));
    await frames.hears('"reconnects":2');
    command.signal('SIGTERM');
    await command.ended;
    const record = await readFile(join(cwd, 'it.jsonl'), 'utf8');
    // They were there to be seen: twice it was closed with them.
    expect([frames.text, record].map((text) => text.split('the peer closed with 4000').length > 2)).toEqual([
      true,
      true,
    ]);
    expect(FORMS.filter((form) => frames.text.includes(form) || record.includes(form))).toEqual([]);
  });
});

test('a record is played back by the page: its end shows what was the end', async () => {
  const url = await serve((socket) => socket.close(1008, 'go away'));
  const { config, cwd } = await pipelineOf({ url, reconnect: { 'max-attempts': 1 } });
  await hawser(['run', config, '--record', 'it.jsonl'], { cwd }).ended;
  const page = await opened(await urlOf(hawser(['inspect', 'it.jsonl'], { cwd })));
  const slider = page.getByRole('slider');
  await slider.press('End');
  await page.getByRole('option', { name: /failed/ }).waitFor();
  await slider.press('Home');
  await page.getByRole('option', { name: /failed/ }).waitFor({ state: 'detached' });
  expect(await page.getByRole('option', { name: /failed/ }).count()).toBe(0);
});

async function pipelineOf(webSocket: object) {
  const sources = [{ name: 'feed', 'web-socket': webSocket }];
  const config = 'it.json';
  const cwd = await directory({
    [config]: JSON.stringify({ sources, sinks: [{ name: 'out', file: { path: 'out' } }] }),
  });
  return { config, cwd };
}

/** All that a feed sends, as text. */
async function readFeed(url: string) {
  const watch = new Watch();
  const feed = {
    text: '',
    hears: (part: string) => watch.until(() => feed.text.includes(part)),
  };
  get(`${url}feed`, (response) => {
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      feed.text += text;
      watch.changed();
    });
  });
  return feed;
}
