import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { chromium } from 'playwright-core';
import { announce, type Result, relay, report } from './relay-process.ts';

/**
 * What it costs to be watched: the same messages from socket to socket without the inspector, with its feed read by a
 * client that does nothing with it, and with its page open in Chromium, in turn.
 * Usage: `npm run bench:inspector [messages] [rounds]`.
 */
const [messages = 1_000_000, rounds = 3] = process.argv.slice(2).map(Number);

const executablePath = execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim();
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
const off: Result[] = [];
const fed: Result[] = [];
const shown: Result[] = [];
for (let round = 0; round < rounds; round += 1) {
  off.push(await watched('off', async () => () => {}));
  fed.push(await watched('on', readFeed));
  shown.push(await watched('on', openPage));
}
await browser.close();
announce(messages, rounds);
report('not inspected', messages, off);
report('feed is read', messages, fed);
report('page is open', messages, shown);
console.log(`\nthroughput with the feed read: ${share(fed)} % of that without; with the page open: ${share(shown)} %`);

function watched(how: 'on' | 'off', watch: (url: string) => Promise<() => void>): Promise<Result> {
  return relay({
    script: 'relay-inspected.mjs',
    args: [how],
    messages,
    prepare: async (child: ChildProcess) => {
      const [told]: { url?: string }[] = await once(child, 'message');
      return watch(told?.url ?? '');
    },
  });
}

async function readFeed(url: string): Promise<() => void> {
  const request = get(`${url}feed`);
  const [response] = await once(request, 'response');
  response.resume();
  return () => request.destroy();
}

async function openPage(url: string): Promise<() => void> {
  const page = await browser.newPage();
  await page.goto(url);
  await page.getByRole('tree').waitFor();
  return () => void page.close();
}

function share(results: readonly Result[]): string {
  return ((fastest(off) / fastest(results)) * 100).toFixed(0);
}

function fastest(results: readonly Result[]): number {
  return Math.min(...results.map(({ seconds }) => seconds));
}
