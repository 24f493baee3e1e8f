// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { expect, test } from 'vitest';
import { type Command, directory, hawser, sentences } from '../cli/command.ts';
import { addressOf } from './listening.ts';
import { startPeer } from './peer.ts';

const tick = (id: number) => `{"id":${id}}`;
const ticks = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, at) => tick(first + at));
const lines = (texts: readonly string[]) => texts.map((text) => `${text}\n`).join('');

/** Stops a command and answers with how it has ended. */
function stopped(command: Command) {
  command.signal('SIGTERM');
  return command.ended;
}

/** A command that resumes from the feed at `url`, as often as it is started. */
async function follower(url: string, options = '') {
  const cursor = 'cursor: { header-name: last-event-id, value-pointer: /id }';
  const reconnect = 'reconnect: { initial-backoff: 50ms, max-backoff: 50ms }';
  const source = `{ name: feed, web-socket: { url: "${url}", payload: json, ${cursor}, ${reconnect} ${options} } }`;
  const sink = '{ name: out, stdout: { template: "${id} ${msg|gap||none}" } }';
  const cwd = await directory({ 'it.yaml': `sources:\n  - ${source}\nsinks:\n  - ${sink}\n` });
  return () => hawser(['run', 'it.yaml'], { cwd });
}

/** A command that sends the lines of its standard input to who connects, keeps the last two, and prints them all. */
async function sender(onGap: string): Promise<{ command: Command; url: string }> {
  const cursor = 'cursor: { header-name: last-event-id, value-pointer: /id }';
  const replay = `replay: { max-events: 2, on-gap: ${onGap} }`;
  const sink = `{ name: out, web-socket: { mode: server-output, server: { bind: "127.0.0.1:0", path: /feed }, ${cursor}, ${replay} } }`;
  const cwd = await directory({
    'it.yaml': `sources:\n  - { name: in, stdin: {} }\nsinks:\n  - ${sink}\n  - { name: log, stdout: {} }\n`,
  });
  const command = hawser(['run', 'it.yaml'], { cwd });
  return { command, url: await addressOf(command, '/feed') };
}

/** A follower of a sender that was away while the events 3 to 9 were sent, started again. */
async function returned(onGap: string) {
  const { command, url } = await sender(onGap);
  const start = await follower(url);
  const first = start();
  await first.has('stderr', 'live: ');
  command.write(lines(ticks(1, 2)));
  await first.has('stdout', '2 none\n');
  await stopped(first);
  command.write(lines(ticks(3, 9)));
  await command.has('stdout', tick(9));
  return { sender: command, second: start() };
}

test('a peer of ours that has dropped what came after the cursor says so first, and the command goes on and tells', async () => {
  const { sender: command, second } = await returned('notify');
  await second.has('stdout', '9 none\n');
  command.write(lines([tick(10)]));
  await second.has('stdout', '10 none\n');
  const { code, stdout, stderr } = await stopped(second);
  expect({ code, stdout }).toEqual({ code: 0, stdout: '8 none\n9 none\n10 none\n' });
  expect(sentences(stderr)).toContain('the peer cannot go on from the cursor: what came in between is missing');
});

test('a peer of ours that closes with 4404 is dialled again, and each attempt says why', async () => {
  const { second } = await returned('close');
  await second.has('stderr', /(?:lost: the peer closed with 4404: cursor unknown or too old[\s\S]*){3}/);
  const { code, stdout } = await stopped(second);
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
});

test.each([410, 416, 400])('a feed that answers a kept cursor with %i ends the command, naming it', async (status) => {
  const feed = await startPeer({
    refuse: (attempt) => (attempt > 0 ? { status } : undefined),
    greet: (socket) => ticks(1, 17).forEach((text) => void socket.send(text)),
  });
  const start = await follower(feed.url);
  const first = start();
  await first.has('stdout', '17 none\n');
  await stopped(first);
  const { code, stderr } = await start().ended;
  expect({ code, last: sentences(stderr).at(-1) }).toEqual({
    code: 1,
    last: `failed: feed: the peer answered the upgrade with ${status}; it was given the cursor "17", which it may not know`,
  });
  expect(feed.attempts.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '17']);
});

test('a feed whose sequence jumps, within a connection and while it was away, is told of at the event', async () => {
  const feed = await startPeer({
    greet: (socket, index) => {
      for (const text of index === 0 ? [...ticks(1, 2), ...ticks(5, 6)] : ticks(20, 21)) socket.send(text);
      if (index === 0) socket.close(1001);
    },
  });
  const start = await follower(feed.url, ', sequence: { pointer: /id }');
  const command = start();
  await command.has('stdout', '21 none\n');
  const { code, stdout, stderr } = await stopped(command);
  expect({ code, stdout }).toEqual({ code: 0, stdout: '1 none\n2 none\n5 2\n6 none\n20 13\n21 none\n' });
  expect(sentences(stderr)).toContain('the sequence jumped from 2 to 5: 2 missing');
  expect(sentences(stderr)).toContain('the sequence jumped from 6 to 20: 13 missing');
});
