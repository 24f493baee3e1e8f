import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Browser, chromium, type Page as Tab } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Watch } from '../../end-to-end/watch.ts';
import { portOf } from '../../transport/raw-peer.ts';
import { openPage } from './page-bench.ts';

/** A page in place of ours: tells us what its feed tells. */
const FILES: Readonly<Record<string, string>> = {
  'visualizations/inspector/index.html':
    '<!doctype html><title>page</title><script>window.inline = true</script><script type="module" src="main.js"></script>',
  'dist/visualizations/inspector/main.js': `
    const source = new EventSource('feed');
    for (const name of ['reset', 'events', 'end']) {
      source.addEventListener(name, ({ data }) => {
        const events = JSON.parse(data);
        tell(Array.isArray(events) ? name + ': ' + events.map(({ id }) => id) : name);
      });
    }
  `,
};

let browser: Browser;
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'hawser-page-'));
  for (const [name, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
  const executablePath = execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim();
  const args = ['--no-sandbox', '--host-resolver-rules=MAP evil.example 127.0.0.1'];
  browser = await chromium.launch({ executablePath, args });
});
afterAll(async () => {
  await browser.close();
  await rm(root, { recursive: true });
});

const tabs: Tab[] = [];
const others: Server[] = [];
afterEach(async () => {
  for (const tab of tabs.splice(0)) await tab.close();
  for (const other of others.splice(0)) {
    other.closeAllConnections();
    await new Promise((resolve) => other.close(resolve));
  }
});

async function openTab(): Promise<Tab> {
  const tab = await browser.newPage();
  tabs.push(tab);
  return tab;
}

/** A tab with the page in it, and what its control was asked. */
async function openInTab() {
  const asked: string[] = [];
  const control = { reconnect: (component: string) => asked.push(component) > 0, stop: () => asked.push('stop') };
  const page = await openPage({ control }, { gathering: 1 }, root);
  const tab = await openTab();
  const told: string[] = [];
  const watch = new Watch();
  await tab.exposeFunction('tell', (what: string) => {
    told.push(what);
    watch.changed();
  });
  await tab.goto(page.server.url);
  return { page, tab, asked, told, hears: (count: number) => watch.until(() => told.length >= count) };
}

describe('a browser', () => {
  test('is told the backlog, what comes, and the end', async () => {
    const { page, told, hears } = await openInTab();
    await hears(1);
    page.recorder.tell(2);
    await hears(2);
    page.recorder.close();
    await hears(3);
    expect(told.slice(0, 3)).toEqual(['reset: ', 'events: 1,2', 'end']);
  });

  test('comes again by itself after it was cut off, and is told all anew', async () => {
    const { page, told, hears } = await openInTab();
    await hears(1);
    page.recorder.tell(1, 16 * 1024 * 1024);
    await hears(2);
    expect({ told, cut: page.server.counts.unsent }).toEqual({ told: ['reset: ', 'reset: 1'], cut: 1 });
  });

  test('may use the control from the page', async () => {
    const { tab, asked } = await openInTab();
    const status = await tab.evaluate("fetch('stop', { method: 'POST' }).then(({ status }) => status)");
    expect({ status, asked }).toEqual({ status: 202, asked: ['stop'] });
  });

  test('runs nothing that does not come as a file of the page', async () => {
    const { tab, hears } = await openInTab();
    await hears(1);
    expect(await tab.evaluate('window.inline')).toBeUndefined();
  });

  test('sends nothing elsewhere', async () => {
    const { tab } = await openInTab();
    const outcome = await tab.evaluate("fetch('http://127.0.0.1:1/').catch(({ message }) => message)");
    const violation = await tab.evaluate(`new Promise((resolve) => {
      document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective));
      fetch('http://127.0.0.1:1/').catch(() => {});
    })`);
    expect({ outcome, violation }).toEqual({ outcome: 'Failed to fetch', violation: 'connect-src' });
  });

  test('is refused under a foreign name that leads here, also with the token', async () => {
    const { page, tab } = await openInTab();
    const answer = await tab.goto(page.server.url.replace('127.0.0.1', 'evil.example'));
    expect({ status: answer?.status(), counted: page.server.counts.host > 0 }).toEqual({ status: 403, counted: true });
  });
});

describe.each([
  ['another origin of this machine', '127.0.0.1'],
  ['another site', 'evil.example'],
])('a page of %s', (_, host) => {
  /** The page, and in another tab one of somebody else who knows the token. */
  async function attacked() {
    const { page, asked } = await openInTab();
    const other = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html>'));
    others.push(other);
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const tab = await openTab();
    await tab.goto(`http://${host}:${portOf(other)}/`);
    return { page, tab, asked };
  }

  test('cannot read the feed', async () => {
    const { page, tab } = await attacked();
    const url = JSON.stringify(`${page.server.url}feed`);
    const outcome = await tab.evaluate(`fetch(${url}).then((answer) => answer.text(), ({ message }) => message)`);
    expect({ outcome, count: page.server.counts.origin }).toEqual({ outcome: 'Failed to fetch', count: 1 });
  });

  test('cannot stop what is looked at', async () => {
    const { page, tab, asked } = await attacked();
    const action = JSON.stringify(`${page.server.url}stop`);
    const answered = tab.waitForNavigation();
    await tab.evaluate(`{
      const form = Object.assign(document.createElement('form'), { method: 'POST', action: ${action} });
      document.body.append(form);
      form.submit();
    }`);
    expect({ status: (await answered)?.status(), asked }).toEqual({ status: 403, asked: [] });
  });

  test('cannot show the page in a frame', async () => {
    const { page, tab } = await attacked();
    const src = JSON.stringify(page.server.url);
    await tab.evaluate(`new Promise((resolve) => {
      const frame = Object.assign(document.createElement('iframe'), { src: ${src}, onload: resolve });
      document.body.append(frame);
    })`);
    const titles = await Promise.all(tab.frames().map((frame) => frame.title()));
    expect({ frames: titles.length, shown: titles.includes('page') }).toEqual({ frames: 2, shown: false });
  });
});
