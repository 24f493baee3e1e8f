import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { createSupervisor, type Supervisor } from '../../src/index.ts';

const supervisors: Supervisor[] = [];
const directories: string[] = [];
afterEach(async () => {
  for (const supervisor of supervisors.splice(0)) await supervisor.stop({ drain: 0 });
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true });
});

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** With a pipeline `ticks` that an app pushes to. */
function supervised(): Supervisor {
  const supervisor = createSupervisor();
  supervisors.push(supervisor);
  supervisor.add({ name: 'ticks', sources: [{ name: 'app', function: {} }] });
  return supervisor;
}

async function scratch(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'hawser-record-'));
  directories.push(directory);
  return directory;
}

/** Opens a feed; gives all that it sends until it ends. */
async function feedOf(url: string): Promise<{ readonly text: Promise<string> }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${url}feed`, resolve).on('error', reject);
  });
  return { text: text(response) };
}

describe('a supervisor that is inspected', () => {
  test('may be so before it starts, and shows its start', async () => {
    const supervisor = supervised();
    const { url } = await supervisor.inspect();
    const feed = await feedOf(url);
    await supervisor.start();
    await supervisor.stop();
    expect(await feed.text).toContain('"name":"ticks/app"');
  });

  test('shows what runs already', async () => {
    const supervisor = supervised();
    await supervisor.start();
    const { url } = await supervisor.inspect();
    const feed = await feedOf(url);
    await supervisor.stop();
    expect(await feed.text).toContain('"name":"ticks/app"');
  });

  test('shows the counters of a pipeline that is added later', async () => {
    const supervisor = supervised();
    await supervisor.start();
    const { url } = await supervisor.inspect();
    const feed = await feedOf(url);
    supervisor.add({ name: 'more', sources: [{ name: 'app', function: {} }] });
    await supervisor.stop();
    expect(await feed.text).toContain('"component":"more/app"');
  });

  test('has ended its page when it has stopped', async () => {
    const supervisor = supervised();
    const { url } = await supervisor.inspect();
    await supervisor.stop();
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  test('goes on when the page is closed', async () => {
    const supervisor = supervised();
    await supervisor.start();
    const inspector = await supervisor.inspect();
    await inspector.close();
    expect(supervisor.status.state).toBe('running');
  });

  test('counts what was told, and who was refused', async () => {
    const supervisor = supervised();
    const inspector = await supervisor.inspect();
    await supervisor.start();
    await fetch(new URL('/wrong/', inspector.url));
    const { recorded, refused } = inspector.counts;
    expect([recorded > 0, refused.token]).toEqual([true, 1]);
  });

  test('refuses what is no port, and says what is one', async () => {
    await expect(supervised().inspect({ port: 70_000 })).rejects.toThrow('port: 70000 is not a port from 0 to 65535');
  });

  test('refuses control that is neither true nor false', async () => {
    const options: object = { control: 'yes' };
    await expect(supervised().inspect(options)).rejects.toThrow('control: "yes" is not true or false');
  });

  test('is not inspected any more once it has stopped', async () => {
    const supervisor = supervised();
    await supervisor.stop();
    await expect(supervisor.inspect()).rejects.toThrow('the supervisor has stopped: there is nothing to inspect');
  });

  test('has ended a page that was still being opened when it is stopped', async () => {
    const supervisor = supervised();
    const opening = supervisor.inspect().then(() => 'opened', String);
    await supervisor.stop();
    expect(await opening).toBe('UsageError: the supervisor has stopped: there is nothing to inspect');
  });

  test('has the page do what the application says instead of a stop', async () => {
    const supervisor = supervised();
    const asked = new Promise<string>((resolve) => {
      void supervisor
        .inspect({ control: true, stop: () => resolve('asked') })
        .then(({ url }) => fetch(`${url}stop`, { method: 'POST' }));
    });
    expect([await asked, supervisor.status.state]).toEqual(['asked', 'added']);
  });

  test('is not ended by a logger that throws when somebody is refused', async () => {
    const supervisor = createSupervisor({
      logger: {
        ...silent,
        warn: () => {
          throw new Error('no log');
        },
      },
    });
    supervisors.push(supervisor);
    const { url } = await supervisor.inspect();
    const { status } = await fetch(new URL('/wrong/', url));
    expect(status).toBe(404);
  });

  test('is told that the port is taken, and by which option that can be mended', async () => {
    const first = await supervised().inspect();
    const port = Number(new URL(first.url).port);
    await expect(supervised().inspect({ port })).rejects.toThrow(`127.0.0.1:${port} is taken`);
  });
});

describe('a supervisor that is recorded', () => {
  test('has written everything when it has stopped, its end included', async () => {
    const path = join(await scratch(), 'ticks.jsonl');
    const supervisor = supervised();
    await supervisor.record(path);
    await supervisor.start();
    await supervisor.stop();
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    expect(lines.filter((line) => line.includes('"type":"@hawser.stop"')).length).toBeGreaterThan(0);
  });

  test('writes nothing more once the recording is closed', async () => {
    const path = join(await scratch(), 'ticks.jsonl');
    const supervisor = supervised();
    const recording = await supervisor.record(path);
    await recording.close();
    const before = await readFile(path, 'utf8');
    await supervisor.start();
    await supervisor.stop();
    expect(await readFile(path, 'utf8')).toBe(before);
  });

  test('is refused a file that cannot be written', async () => {
    const directory = await scratch();
    await expect(supervised().record(directory)).rejects.toThrow(directory);
  });
});
