import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Command, directory, hawser, sentences } from '../cli/command.ts';
import { playFeed, runAgainst, type ScriptedFeed } from '../feed/scripted-feed.ts';

const FOLDER = fileURLToPath(new URL('../../examples/', import.meta.url));

const output = (path: string) => readFile(join(FOLDER, path), 'utf8');

/** The arguments of `hawser run` for an example; its cursors are kept elsewhere. */
async function example(config: string, feed: ScriptedFeed): Promise<string[]> {
  return [join(FOLDER, config), '--context', `feed=${feed.url}`, '--state-dir', await directory()];
}

describe('exchange-tickers', () => {
  test('prints the tickers as records whose digits are those of the feed, and nothing of the conversation', async () => {
    const feed = await playFeed(join(FOLDER, 'exchange-tickers/feed.yaml'));
    const args = await example('exchange-tickers/tickers.yaml', feed);
    const { code, stdout } = await runAgainst(args, { feed, lines: 4 });
    expect({ code, stdout }).toEqual({ code: 0, stdout: await output('exchange-tickers/output.jsonl') });
  });
});

describe('firehose', () => {
  test('goes on from its cursor after a cut: no post is lost, and what comes again comes in order', async () => {
    const feed = await playFeed(join(FOLDER, 'firehose/feed.yaml'));
    const args = await example('firehose/firehose.yaml', feed);
    const { code, stdout } = await runAgainst(args, { feed, lines: 7, played: 2 });
    const posts = [...new Set(stdout.split('\n'))].join('\n');
    expect({ code, posts }).toEqual({ code: 0, posts: await output('firehose/output.jsonl') });
  });

  test('sends the time of what it has settled when it connects again', async () => {
    const feed = await playFeed(join(FOLDER, 'firehose/feed.yaml'));
    await runAgainst(await example('firehose/firehose.yaml', feed), { feed, lines: 7, played: 2 });
    const opened = feed.said.split('\n').filter((line) => / opened /.test(line));
    expect(opened).toEqual([
      '1 opened /subscribe',
      expect.stringMatching(/^2 opened \/subscribe\?cursor=17259111623293\d\d$/),
    ]);
  });

  test('warns of the posts that the firehose itself has left out', async () => {
    const feed = await playFeed(join(FOLDER, 'firehose/feed.yaml'));
    const args = await example('firehose/firehose.yaml', feed);
    const { stderr } = await runAgainst(args, { feed, lines: 7, played: 2 });
    expect(sentences(stderr)).toContainEqual(expect.stringContaining('108'));
  });
});

describe('graphql-subscription', () => {
  test('prints what the subscription yields, after the handshake of graphql-transport-ws', async () => {
    const feed = await playFeed(join(FOLDER, 'graphql-subscription/feed.yaml'));
    const args = await example('graphql-subscription/orders.yaml', feed);
    const { code, stdout } = await runAgainst(args, { feed, lines: 3 });
    expect({ code, stdout }).toEqual({ code: 0, stdout: await output('graphql-subscription/output.jsonl') });
  });
});

describe('home-automation', () => {
  const env = { HAWSER_SECRET_HUB: 's3cret' };

  test('presents its token when it is asked for, subscribes, and prints the states', async () => {
    const feed = await playFeed(join(FOLDER, 'home-automation/feed.yaml'));
    const args = await example('home-automation/states.yaml', feed);
    const { code, stdout } = await runAgainst(args, { feed, lines: 3, env });
    expect({ code, stdout }).toEqual({ code: 0, stdout: await output('home-automation/output.txt') });
  });

  test('whose token is refused says why, and tries again after a while', async () => {
    const feed = await playFeed(join(FOLDER, 'home-automation/wrong-token.yaml'));
    const args = await example('home-automation/states.yaml', feed);
    const { code, stdout, stderr } = await runAgainst(args, { feed, lines: 0, played: 2, env });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('auth_invalid');
    expect(stderr).not.toContain('s3cret');
  });
});

describe('iot-binary', () => {
  /** The example while it runs, in a folder of its own. */
  async function readings(): Promise<{ command: Command; cwd: string }> {
    const feed = await playFeed(join(FOLDER, 'iot-binary/feed.yaml'));
    const cwd = await directory();
    const args = await example('iot-binary/readings.yaml', feed);
    return { command: hawser(['run', ...args, '--context', 'bind=127.0.0.1:0'], { cwd }), cwd };
  }

  test('writes each frame to a file, in base64', async () => {
    const { command, cwd } = await readings();
    const peer = await connect(command);
    for (let count = 0; count < 3; count += 1) await once(peer, 'message');
    command.signal('SIGTERM');
    await command.ended;
    const expected = await output('iot-binary/output.txt');
    const lines = await readFile(join(cwd, 'readings.txt'), 'utf8');
    expect(lines.slice(0, expected.length)).toBe(expected);
  });

  test('hands each frame to its peers in binary', async () => {
    const { command } = await readings();
    const peer = await connect(command);
    const [data, isBinary] = await once(peer, 'message');
    expect([isBinary, ['0141a40000', '02bf800000', 'ff00000000'].includes(data.toString('hex'))]).toEqual([true, true]);
  });
});

/** A peer of the example's listener, whose port the log tells. */
async function connect(command: Command): Promise<WebSocket> {
  const listening = /127\.0\.0\.1:(\d+)\/live/;
  await command.has('stderr', listening);
  const peer = new WebSocket(`ws://127.0.0.1:${listening.exec(command.stderr)?.[1]}/live`);
  onTestFinished(() => peer.terminate());
  await once(peer, 'open');
  return peer;
}
