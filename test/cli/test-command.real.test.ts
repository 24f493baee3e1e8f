import { describe, expect, test } from 'vitest';
import { directory, hawser } from './command.ts';

const SCENARIO = `name: a store that is down for a while
pipeline:
  sources:
    - { name: exchange, web-socket: { url: "ws://feed.example/" } }
  sinks:
    - { name: store, web-socket: { url: "ws://store.example/in", reconnect: { jitter: 0 } } }
servers:
  feed.example: { producer: { every: 100ms } }
  store.example: { consumer: }
script:
  - { at: 1s, down: store.example, for: 5s }
expect:
  - { at: 3s, states: { store: waiting } }
for: 10s
`;
const FAILING = SCENARIO.replace('waiting', 'live');
const BROKEN = SCENARIO.replace('down:', 'dwon:').replace('expect:', 'expcet:');

describe('hawser test', () => {
  test('says in one line that a scenario has passed, and exits with 0', async () => {
    expect(await run({ 'good.yaml': SCENARIO }, ['good.yaml'])).toEqual({
      code: 0,
      stdout: `ok    a store that is down for a while (… checks, …s simulated in … ms)
1 scenario: 1 passed
`,
      stderr: '',
    });
  });

  test('says of one that has failed what was expected, what came and what had happened, and exits with 1', async () => {
    expect(await run({ 'bad.yaml': FAILING }, ['bad.yaml'])).toEqual({
      code: 1,
      stdout: `FAIL  a store that is down for a while (1 failure, … checks, …s simulated in … ms)

  state of store at 3s
    expected  live
    came      waiting

  what had happened until then
        1s  store.example  down for 5s
        1s  store          recovering
        1s  store          waiting (the connection ended without a close frame (1006))
        1s  store          warn lost: the connection ended without a close frame (1006); next attempt in 500 ms
    1.500s  store          connecting
    1.501s  store          waiting (connect ECONNREFUSED store.example:80)
    1.501s  store          warn cannot connect: connect ECONNREFUSED store.example:80; next attempt in 1000 ms
    2.501s  store          connecting
    2.502s  store          waiting (connect ECONNREFUSED store.example:80)
    2.502s  store          warn cannot connect: connect ECONNREFUSED store.example:80; next attempt in 2000 ms

  again: hawser test bad.yaml --seed 1 --timeline

1 scenario: 0 passed, 1 failed
`,
      stderr: '',
    });
  });

  test('says every problem of a file that cannot be used, runs the others, and exits with 2', async () => {
    const files = { 'good.yaml': SCENARIO, 'bad.yaml': FAILING, 'broken.yaml': BROKEN };
    const { code, stdout, stderr } = await run(files, ['broken.yaml', 'good.yaml', 'bad.yaml', 'none.yaml']);
    expect({ code, stderr, ends: stdout.match(/^(ok|FAIL|\d+ scenarios).*$/gm) }).toEqual({
      code: 2,
      stderr: `broken.yaml:11:15 script[0].dwon: is not an option; did you mean "down"?
broken.yaml:12:1 expcet: is not an option; did you mean "expect"?
none.yaml: cannot be read: no such file
`,
      ends: [
        'ok    a store that is down for a while (… checks, …s simulated in … ms)',
        'FAIL  a store that is down for a while (1 failure, … checks, …s simulated in … ms)',
        '4 scenarios: 1 passed, 1 failed, 2 cannot be used',
      ],
    });
  });

  test('runs each scenario with as many seeds as it is told, from the one that it is told', async () => {
    const { stdout } = await run({ 'bad.yaml': FAILING }, ['bad.yaml', '--seed', '7', '--seeds', '2']);
    expect(stdout.match(/^ {2}again: .*$/gm)).toEqual([
      '  again: hawser test bad.yaml --seed 7 --timeline',
      '  again: hawser test bad.yaml --seed 8 --timeline',
    ]);
  });

  test('prints the timeline when asked to', async () => {
    const { stdout } = await run({ 'good.yaml': SCENARIO }, ['good.yaml', '--timeline']);
    expect(stdout).toMatch(/^ +1s {2}store\.example {2}down for 5s$/m);
  });

  test('refuses a seed that is none', async () => {
    const { code, stderr } = await run({}, ['it.yaml', '--seed', '1.5']);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('"1.5" is not a whole number') });
  });
});

/** The command's end; figures that differ from run to run, or with every change of the engine, are left out. */
async function run(files: Readonly<Record<string, string>>, args: readonly string[]) {
  const { code, stdout, stderr } = await hawser(['test', ...args], { cwd: await directory(files) }).ended;
  const figures = stdout.replaceAll(/\d+ checks, \S+s simulated in \d+ ms/g, '… checks, …s simulated in … ms');
  return { code, stdout: figures, stderr };
}
