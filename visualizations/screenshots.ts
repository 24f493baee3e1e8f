import { execFileSync, spawn } from 'node:child_process';
import { on } from 'node:events';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';

// `npm run screenshots`: the inspector while `hawser demo` runs, in both themes. Needs Chromium.

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SIZE = { width: 1440, height: 900 };
/** How long it is watched before, in milliseconds: its charts show a minute at least. */
const WATCHED = 45_000;
/** Until it has been lost and is live again. */
const RECONNECTED = 60_000;

execFileSync('npx', ['tsc', '--project', 'visualizations/inspector'], { cwd: ROOT, stdio: 'inherit' });
const demo = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', 'demo', '--inspect', '--for', '5m'], {
  cwd: ROOT,
  stdio: ['ignore', 'ignore', 'pipe'],
});
const executablePath = execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim();
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
try {
  const page = await browser.newPage({ viewport: SIZE, reducedMotion: 'reduce' });
  await page.goto(await urlOf(demo.stderr));
  await show(page);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: `${ROOT}/visualizations/inspector-${colorScheme}.png` });
  }
} finally {
  await browser.close();
  demo.kill('SIGINT');
}

/** Where the page is, as the command says it. */
async function urlOf(output: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const [part] of on(output, 'data', { close: ['end'] })) {
    text += String(part);
    const url = /http:\/\/127\.0\.0\.1:\d+\/\S+/.exec(text)?.[0];
    if (url !== undefined) return url;
  }
  throw new Error(`the demo has not said where the inspector is:\n${text}`);
}

/** The source's connection, after it was lost and is live again. */
async function show(page: Page): Promise<void> {
  const row = page.getByRole('listbox', { name: 'Connections' }).getByRole('option', { name: 'ticks/exchange' });
  await row.filter({ hasText: '↻' }).filter({ hasText: 'live' }).waitFor({ timeout: RECONNECTED });
  await page.waitForTimeout(WATCHED);
  await row.click();
  await page.locator('.statechart').waitFor();
}
