import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createScreen } from '../../src/cli/screen.ts';
import { createStepClock } from '../../src/testing/step-clock.ts';

const ERASE = '\r\x1b[2K';

/** All that reaches one terminal, by whichever stream. */
function terminal() {
  const written: string[] = [];
  const clock = createStepClock();
  const output = { columns: 40, write: (text: string) => written.push(text) };
  const stdout = new Writable({
    decodeStrings: false,
    write(data, _, taken) {
      written.push(String(data));
      taken();
    },
  });
  return {
    screen: createScreen(output, clock),
    stdout,
    clock,
    take: () => written.splice(0).join(''),
  };
}

describe('a screen', () => {
  test('a line is written in place of the status line, which follows it', () => {
    const { screen, take } = terminal();
    screen.draw('status');
    take();
    screen.print('a\n');
    expect(take()).toBe(`${ERASE}a\nstatus`);
  });

  test('a ^C that the terminal has echoed is overwritten', () => {
    const { screen, take } = terminal();
    screen.print('a\n');
    expect(take()).toBe(`${ERASE}a\n`);
  });

  test('a status that has not changed is not drawn again', () => {
    const { screen, take } = terminal();
    screen.draw('status');
    take();
    screen.draw('status');
    expect(take()).toBe('');
  });

  test('data on the same terminal takes the place of the status line', async () => {
    const { screen, stdout, clock, take } = terminal();
    screen.draw('status');
    await clock.advance(100);
    take();
    screen.above(stdout).write('data\n');
    expect(take()).toBe(`${ERASE}data\nstatus`);
  });

  test('a flood of data has the status line drawn once in 50 ms', async () => {
    const { screen, stdout, clock, take } = terminal();
    screen.draw('status');
    take();
    const output = screen.above(stdout);
    output.write('1\n');
    output.write('2\n');
    await new Promise((taken) => output.write('3\n', taken));
    const during = take();
    await clock.advance(50);
    expect({ during, after: take() }).toEqual({ during: `${ERASE}1\n2\n3\n`, after: 'status' });
  });

  test('an error of the output is one of what writes above the status line', async () => {
    const { screen } = terminal();
    const broken = new Writable({ write: (_data, _encoding, taken) => taken(new Error('EPIPE')) });
    broken.on('error', () => {});
    const output = screen.above(broken);
    const error = new Promise((resolve) => output.once('error', resolve));
    output.write('1\n');
    expect(await error).toEqual(new Error('EPIPE'));
  });

  test('nothing of it is left when it is closed', () => {
    const { screen, take } = terminal();
    screen.draw('status');
    take();
    screen.close();
    expect(take()).toBe(ERASE);
  });

  test('no timer is left when it is closed', () => {
    const { screen, stdout, clock } = terminal();
    screen.draw('status');
    screen.above(stdout).write('1\n');
    screen.close();
    expect(clock.pending).toBe(0);
  });

  test('the last column stays free', () => {
    expect(terminal().screen.width).toBe(39);
  });
});
