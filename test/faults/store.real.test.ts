import { execFileSync } from 'node:child_process';
import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { directory, hawser, sentences } from '../cli/command.ts';
import { type Chance, startChance } from '../end-to-end/chance.ts';
import { startPeer } from '../end-to-end/peer.ts';
import { Watch } from '../end-to-end/watch.ts';
import { copied, deliver, EXPECTED, keptFolder, type Life } from './kept-folder.ts';

/** Where the buffer is, in a state directory. */
const BUFFER = join('buffers', 'it.store');

let kept: string;
beforeAll(async () => {
  kept = await keptFolder();
  return () => rm(kept, { recursive: true, force: true });
});

/** What a process makes of the folder once something of it is damaged. */
async function after(damage: (buffer: string) => Promise<void>): Promise<Life> {
  const stateDir = join(await directory(), 'state');
  await copied(kept, stateDir);
  await damage(join(stateDir, BUFFER));
  return deliver(stateDir);
}

/** In words; `undefined` when everything came, or what is missing was counted, or a clear error says what to do. */
function faultOf({ delivered, said, lost, fault }: Life): string | undefined {
  const wrong = delivered.findIndex((number, at) => Number.isNaN(number) || number <= (delivered[at - 1] ?? -1));
  if (wrong >= 0) return `delivered ${delivered[wrong]} behind ${delivered[wrong - 1]}`;
  if (delivered.some((number) => !EXPECTED.includes(number))) return 'delivered again what was settled';
  if (fault !== undefined) {
    return /^it cannot start: store: .*it\.store.*; restore it whole, or move it away/.test(fault) ? undefined : fault;
  }
  const missing = EXPECTED.length - delivered.length;
  const told = said.map((line) => Number(/: (\d+) events? (?:is|are) missing/.exec(line)?.[1] ?? 0));
  const reported = told.reduce((sum, count) => sum + count, 0);
  return missing === reported && missing === lost ? undefined : `missing ${missing}, said ${reported}, counted ${lost}`;
}

async function filesIn(buffer: string): Promise<string[]> {
  const entries = await readdir(buffer, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe('a buffer on disk', () => {
  const DAMAGES: readonly [string, number, (bytes: Buffer, chance: Chance) => Buffer][] = [
    [
      'with a bit flipped anywhere',
      60,
      (bytes, chance) => {
        const at = chance(bytes.length);
        bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << chance(8)), at);
        return bytes;
      },
    ],
    ['cut anywhere', 40, (bytes, chance) => bytes.subarray(0, chance(bytes.length))],
    ['with zeros from anywhere on', 40, (bytes, chance) => bytes.fill(0, chance(bytes.length))],
  ];

  test.each(DAMAGES)(
    '%s (%i times) gives what it has in order, counts what it has not, or says what to do',
    async (_, rounds, damage) => {
      const chance = startChance();
      const faults: string[] = [];
      for (let round = 0; round < rounds; round += 1) {
        let damaged = '';
        const life = await after(async (buffer) => {
          const files = await filesIn(buffer);
          damaged = files[chance(files.length)] ?? '';
          const bytes = await readFile(damaged);
          if (bytes.length > 0) await writeFile(damaged, damage(bytes, chance));
        });
        const fault = faultOf(life);
        if (fault !== undefined) faults.push(`round ${round}, ${damaged}: ${fault}`);
      }
      expect(faults).toEqual([]);
    },
  );

  test('of which a file is missing gives all it has, or says what to do, whichever file it is', async () => {
    const files = (await filesIn(join(kept, BUFFER))).map((path) => path.slice(join(kept, BUFFER).length + 1));
    const outcomes: Record<string, string> = {};
    for (const file of files) {
      const life = await after((buffer) => rm(join(buffer, file)));
      const outcome = life.fault === undefined ? `${life.delivered.length} delivered` : 'refused';
      outcomes[file.replace(/\d{6}/, 'n')] = faultOf(life) ?? outcome;
    }
    expect(outcomes).toEqual({
      'buffer.json': 'refused',
      'chunks/CURRENT': 'refused',
      'chunks/MANIFEST-n': 'refused',
      'chunks/n.ldb': 'refused',
      'chunks/n.log': expect.stringMatching(/delivered$/),
      'chunks/LOCK': '750 delivered',
      'chunks/LOG': '750 delivered',
      'chunks/LOG.old': '750 delivered',
      written: '750 delivered',
    });
  });
});

describe('hawser run', () => {
  const CONFIG = `sources:
  - { name: app, stdin: {} }
sinks:
  - { name: store, buffer: { type: disk }, stdout: {} }
`;

  async function start(damage: (buffer: string) => Promise<void>, stdin?: string) {
    const cwd = await directory({ 'it.yaml': CONFIG });
    await copied(kept, join(cwd, '.hawser'));
    await damage(join(cwd, '.hawser', BUFFER));
    return { cwd, command: hawser(['run', 'it.yaml'], { cwd, ...(stdin === undefined ? {} : { stdin }) }) };
  }

  const numbersIn = (stdout: string) => [...stdout.matchAll(/^"(\d+)\./gm)].map(([, digits]) => Number(digits));

  test('prints what is kept, in order', async () => {
    const { command } = await start(async () => {}, '');
    const { code, stdout } = await command.ended;
    expect({ code, numbers: numbersIn(stdout) }).toEqual({ code: 0, numbers: EXPECTED });
  });

  test('whose last log is cut prints what is left and tells how many events are missing', async () => {
    const { command } = await start(async (buffer) => {
      const log = (await filesIn(buffer)).find((path) => path.endsWith('.log')) ?? '';
      await truncate(log, 60_000);
    }, '');
    const { code, stdout, stderr } = await command.ended;
    const numbers = numbersIn(stdout);
    expect({ code, numbers }).toEqual({ code: 0, numbers: EXPECTED.slice(0, numbers.length) });
    expect(numbers.length).toBeLessThan(EXPECTED.length);
    expect(sentences(stderr).at(-1)).toContain(`(lost on disk ${EXPECTED.length - numbers.length})`);
  });

  test('of whose buffer a file is missing ends with 1, and one line names the folder and what to do', async () => {
    const { command } = await start((buffer) => rm(join(buffer, 'chunks', 'CURRENT')), '');
    const { code, stdout, stderr } = await command.ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const errors = stderr.split('\n').filter((line) => line.includes('"level":"error"'));
    expect(errors).toEqual([
      expect.stringMatching(/it\.store\/chunks is not whole: .*; restore it whole, or move it away/),
    ]);
  });

  test('beside another one on its folder ends with 1 and names that, which goes on', async () => {
    const { cwd, command } = await start(async () => {});
    await command.has('stdout', '"899.');
    const { code, stdout, stderr } = await hawser(['run', 'it.yaml'], { cwd, stdin: 'mine\n' }).ended;
    expect({ code, stdout, said: sentences(stderr).at(-1) }).toEqual({
      code: 1,
      stdout: '',
      said: expect.stringContaining(`it.store is in use by process ${command.pid}`),
    });
    command.write('more\n');
    await command.has('stdout', '"more"');
  });

  test('on a disk that takes no more fails with 1, has acknowledged nothing that is lost, and goes on when there is room', async () => {
    const total = 3_000;
    let open = false;
    let gone = 0;
    const left = new Watch();
    const taken: number[] = [];
    const store = await startPeer({
      refuse: () => (open ? undefined : { status: 503 }),
      greet: (socket) => socket.on('message', (data) => taken.push(Number(/"id":(\d+)/.exec(String(data))?.[1]))),
    });
    const feed = await startPeer({
      greet: (socket, index) => {
        socket.on('close', () => {
          gone += 1;
          left.changed();
        });
        for (let id = Number(feed.attempts[index]?.headers['x-after']) + 1; id <= total; id += 1) {
          socket.send(JSON.stringify({ id, padding: 'x'.repeat(300) }));
        }
      },
    });
    const cursor = 'cursor: { header-name: x-after, value-field: id, initial-value: "0" }';
    const cwd = await directory({
      'it.yaml': `sources:
  - { name: feed, web-socket: { url: "${feed.url}", ${cursor}, connect: { mode: eager } } }
sinks:
  - { name: store, buffer: { type: disk }, web-socket: { url: "${store.url}", reconnect: { max-backoff: 50ms } } }
`,
    });
    const full = hawser(['run', 'it.yaml', '--drain', '0'], { cwd });
    await full.has('stderr', 'starting');
    // A file may have no more bytes than this, as on a disk that is full.
    execFileSync('prlimit', [`--pid=${full.pid}`, '--fsize=262144']);
    // It has failed, and takes nothing more in. What it has cannot be delivered: there is nothing to wait for.
    await left.until(() => gone > 0);
    full.signal('SIGTERM');
    const { code, stderr } = await full.ended;
    expect({ code, said: sentences(stderr).at(-1) }).toEqual({
      code: 1,
      said: expect.stringMatching(/the buffer .*it\.store cannot be written: .*File too large/),
    });
    open = true;
    const roomy = hawser(['run', 'it.yaml'], { cwd });
    await roomy.has('stderr', 'live: ');
    while (taken.at(-1) !== total) await new Promise((resolve) => setTimeout(resolve, 20));
    roomy.signal('SIGTERM');
    expect((await roomy.ended).code).toBe(0);
    expect([...new Set(taken)]).toEqual(Array.from({ length: total }, (_, at) => at + 1));
  });
});
