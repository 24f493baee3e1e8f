import { once } from 'node:events';
import { beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Ended, hawser } from './command.ts';

describe('hawser demo', () => {
  let ended: Ended;
  beforeAll(async () => {
    const command = hawser(['demo', '--for', '1h']);
    await command.has('stderr', 'live again');
    await command.has('stdout', /subscribed.*subscribed[^\n]*\n\{"tick"/s);
    command.signal('SIGINT');
    ended = await command.ended;
  });

  test('Ctrl-C ends it with exit code 0', () => {
    expect({ code: ended.code, stderr: ended.stderr }).toMatchObject({ code: 0 });
  });

  test('each event is a line on stdout', () => {
    const ticks = ended.stdout
      .trimEnd()
      .split('\n')
      .filter((line) => /^\{"tick":\d+,"symbol":"\w+","price":[\d.]+\}$/.test(line));
    expect(ticks.length).toBeGreaterThan(20);
  });

  test('the subscription is sent once per connection', () => {
    expect(ended.stdout.match(/^\{"op":"subscribed","channel":"ticks"\}$/gm)).toHaveLength(2);
  });

  test('the kill, the loss and the return are told, in that order', () => {
    expect(ended.stderr).toMatch(/now the exchange is killed.*lost: .*the exchange runs again.*live again \d\.\d s/s);
  });

  test('nothing that came is lost', () => {
    const [, came, arrived] =
      /» (\d+) events came from the exchange, (\d+) are at the receiver: 0 lost/.exec(ended.stderr) ?? [];
    expect(Number(came)).toBe(ended.stdout.trimEnd().split('\n').length);
    expect(arrived).toBe(came);
  });

  test('what was published while nobody listened is named', () => {
    expect(ended.stderr).toMatch(/» ticks \d+ to \d+ were published to nobody/);
  });

  test('it shows a config of five lines to begin with', () => {
    expect(ended.stderr).toMatch(/^ {4}sources:\n( {4}.*\n){4}» and run it\n {4}npx hawser run my\.yaml\n$/m);
  });

  test('no process is left', () => {
    const processes = [...ended.stderr.matchAll(/process (\d+)/g)].map(([, pid]) => Number(pid));
    expect(processes).toHaveLength(2);
    for (const pid of processes) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });
});

test('without a terminal and --for, the demo ends after ten seconds', async () => {
  const { code, stderr } = await hawser(['demo']).ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('for 10 s') });
});

test('a restart that the end of the demo forestalls is not announced', async () => {
  const { stderr } = await hawser(['demo', '--for', '3500ms']).ended;
  expect(stderr).toMatch(/» the exchange is dead\n.*» stopped before the exchange was started again\n/s);
});

describe.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('after a %s', (signal) => {
  test('the exchange of the demo ends too', async () => {
    const command = hawser(['demo']);
    await command.has('stderr', 'live: ');
    const url = /simulated on (\S+),/.exec(command.stderr)?.[1] ?? '';
    const client = new WebSocket(url);
    await once(client, 'open');
    const closed = once(client, 'close');
    command.signal(signal);
    await closed;
    const { code } = await command.ended;
    expect(code).toBe(signal === 'SIGKILL' ? null : 0);
  });
});
