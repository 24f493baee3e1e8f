import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sentences, startConfig } from '../cli/command.ts';
import { BrowserPage } from './browser.ts';
import { addressOf } from './listening.ts';
import { BINARY, openRawEnd, serveRawEnds, TEXT } from './raw-end.ts';
import { numbered } from './running.ts';

let browser: BrowserPage;
beforeAll(async () => {
  browser = await BrowserPage.start();
});
afterAll(() => browser.close());

const STDIN = '{ name: in, stdin: {} }';
const STDOUT = '{ name: out, stdout: {} }';

function server(path: string, more = ''): string {
  return `server: { bind: "127.0.0.1:0", path: ${path}${more} }`;
}

function config(sources: readonly string[], sinks: readonly string[]): string {
  const list = (items: readonly string[]) => items.map((item) => `\n  - ${item}`).join('');
  return `sources:${list(sources)}\n${sinks.length > 0 ? `sinks:${list(sinks)}\n` : ''}`;
}

const BYTES = Buffer.from([0x00, 0xff, 0x80, 0x0a]);

describe('client', () => {
  test('sends all lines, masked, to a server that it has dialled, and ends when they are acknowledged', async () => {
    const upstream = await serveRawEnds();
    const command = await startConfig(config([STDIN], [`{ name: up, web-socket: { url: "${upstream.url}" } }`]), [], {
      stdin: numbered(1000).join('\n'),
    });
    const { code } = await command.ended;
    const { received, texts, closeCode } = await upstream.connection(0);
    expect({ code, texts, closeCode }).toEqual({ code: 0, texts: numbered(1000), closeCode: 1000 });
    expect(received.filter(({ key }) => key === undefined)).toEqual([]);
  });

  test('writes what the server sends, fragmented messages too, to its sink', async () => {
    const upstream = await serveRawEnds();
    const command = await startConfig(config([`{ name: up, web-socket: { url: "${upstream.url}" } }`], [STDOUT]));
    const connection = await upstream.connection(0);
    connection.send(TEXT, '{"n":1}');
    connection.send(TEXT, 'in two ', false);
    connection.send(0, 'pieces');
    connection.send(TEXT, 'x'.repeat(1000));
    await command.has('stdout', /x"\n/);
    command.signal('SIGTERM');
    const { code, stdout } = await command.ended;
    const lines = ['{"n":1}', '"in two pieces"', `"${'x'.repeat(1000)}"`, ''];
    expect({ code, lines: stdout.split('\n') }).toEqual({ code: 0, lines });
  });
});

test('server-output sends all lines of stdin to a browser and to a raw peer, in order', async () => {
  const sink = `{ name: feed, web-socket: { mode: server-output, ${server('/feed')} } }`;
  const command = await startConfig(config([STDIN], [sink]));
  const url = await addressOf(command, '/feed');
  const [page, raw] = await Promise.all([browser.open(url), openRawEnd(url)]);
  for (const line of numbered(1000)) command.write(`${line}\n`);
  await Promise.all([page.receives(1000), raw.receives(1000)]);
  command.closeInput();
  const [{ code }, pageCode] = await Promise.all([command.ended, page.closes(), raw.ended]);
  expect({ page: page.received, raw: raw.texts }).toEqual({ page: numbered(1000), raw: numbered(1000) });
  expect([code, pageCode, raw.closeCode]).toEqual([0, 1001, 1001]);
});

test('server-input writes what both send to stdout, and reply-to answers each with its own', async () => {
  const source = `{ name: in, web-socket: { mode: server-input, ${server('/in')} } }`;
  const echo = '{ name: echo, reply-to: in, web-socket: { mode: server-input } }';
  const command = await startConfig(config([source], [STDOUT, echo]));
  const url = await addressOf(command, '/in');
  const [page, raw] = await Promise.all([browser.open(url), openRawEnd(url)]);
  const [ofPage, ofRaw] = [numbered(200, 'page'), numbered(200, 'raw')];
  for (const text of ofRaw) raw.send(TEXT, text);
  await page.send(...ofPage);
  await Promise.all([page.receives(200), raw.receives(200)]);
  await command.has('stdout', '"page 199"');
  await command.has('stdout', '"raw 199"');
  command.signal('SIGTERM');
  const { code, stdout } = await command.ended;
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => String(JSON.parse(line)));
  const from = (word: string) => lines.filter((line) => line.startsWith(word));
  expect({ code, page: from('page'), raw: from('raw') }).toEqual({ code: 0, page: ofPage, raw: ofRaw });
  expect({ page: page.received, raw: raw.texts }).toEqual({ page: ofPage, raw: ofRaw });
});

describe('relay', () => {
  test('passes text and bytes between a raw upstream and its peers, each as it came', async () => {
    const upstream = await serveRawEnds();
    const relay = `{ name: chat, web-socket: { mode: relay, url: "${upstream.url}", ${server('/chat')} } }`;
    const command = await startConfig(config([relay], []));
    const url = await addressOf(command, '/chat');
    const above = await upstream.connection(0);
    const [page, raw] = await Promise.all([browser.open(url), openRawEnd(url)]);
    above.send(TEXT, 'tëxt');
    above.send(BINARY, BYTES);
    await Promise.all([page.receives(2), raw.receives(2)]);
    await page.send('from the page', BYTES);
    await above.receives(2);
    raw.send(BINARY, Buffer.from('from the raw peer'));
    await above.receives(3);
    command.signal('SIGTERM');
    expect((await command.ended).code).toBe(0);
    expect(page.received).toEqual(['tëxt', BYTES]);
    expect(raw.received.map(({ opcode, payload }) => [opcode, payload])).toEqual([
      [TEXT, Buffer.from('tëxt')],
      [BINARY, BYTES],
    ]);
    expect(above.received.map(({ opcode, payload }) => [opcode, payload])).toEqual([
      [TEXT, Buffer.from('from the page')],
      [BINARY, BYTES],
      [BINARY, Buffer.from('from the raw peer')],
    ]);
  });

  test('without an upstream passes what one peer sends to the others only', async () => {
    const command = await startConfig(config([`{ name: chat, web-socket: { mode: relay, ${server('/chat')} } }`], []));
    const url = await addressOf(command, '/chat');
    const [page, raw] = await Promise.all([browser.open(url), openRawEnd(url)]);
    await page.send('to the raw peer', BYTES);
    await raw.receives(2);
    raw.send(TEXT, 'to the page');
    await page.receives(1);
    command.signal('SIGTERM');
    expect((await command.ended).code).toBe(0);
    expect(page.received).toEqual(['to the page']);
    expect(raw.received.map(({ opcode }) => opcode)).toEqual([TEXT, BINARY]);
  });
});

test('allowed-origins lets the page in where its origin stands, and refuses it elsewhere', async () => {
  const sinks = [
    ['/here', browser.origin],
    ['/elsewhere', 'https://elsewhere.example'],
  ].map(([path = '', origin]) => {
    const listening = server(path, `, allowed-origins: ["${origin}"]`);
    return `{ name: "${path.slice(1)}", web-socket: { mode: server-output, ${listening} } }`;
  });
  const command = await startConfig(config([STDIN], sinks));
  const here = await browser.open(await addressOf(command, '/here'));
  const elsewhere = await browser.connect(await addressOf(command, '/elsewhere'));
  expect(await elsewhere.closes()).toBe(1006);
  await command.has('stderr', 'refused');
  command.write('hello\n');
  await here.receives(1);
  command.signal('SIGTERM');
  const { stderr } = await command.ended;
  expect(sentences(stderr)).toContain('1 peer refused: not one of allowed-origins');
  expect([here.received, elsewhere.received]).toEqual([['hello'], []]);
});
