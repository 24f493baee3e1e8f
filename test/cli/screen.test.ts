import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createScreen } from '../../src/cli/screen.ts';

const ERASE = '\r\x1b[2K';

/** All that reaches one terminal, by whichever stream. */
function terminal() {
  const written: string[] = [];
  let time = 0;
  const output = { columns: 40, write: (text: string) => written.push(text) };
  const stdout = new Writable({
    decodeStrings: false,
    write(data, _, taken) {
      written.push(String(data));
      taken();
    },
  });
  return {
    screen: createScreen(output, () => time),
    stdout,
    pass: (milliseconds: number) => {
      time += milliseconds;
    },
    take: () => written.splice(0).join(''),
  };
}

describe('a screen', () => {
  test('without a status line it only writes', () => {
    const { screen, take } = terminal();
    screen.print('a\n');
    expect(take()).toBe('a\n');
  });

  test('a line is written in place of the status line, which follows it', () => {
    const { screen, take } = terminal();
    screen.draw('status');
    screen.print('a\n');
    expect(take()).toBe(`status${ERASE}a\nstatus`);
  });

  test('a status that has not changed is not drawn again', () => {
    const { screen, take } = terminal();
    screen.draw('status');
    screen.draw('status');
    expect(take()).toBe('status');
  });

  test('data on the same terminal takes the place of the status line', () => {
    const { screen, stdout, pass, take } = terminal();
    screen.draw('status');
    pass(100);
    screen.above(stdout).write('data\n');
    expect(take()).toBe(`status${ERASE}data\nstatus`);
  });

  test('a flood of data does not wait for the status line', async () => {
    const { screen, stdout, pass, take } = terminal();
    screen.draw('status');
    pass(100);
    const output = screen.above(stdout);
    output.write('1\n');
    output.write('2\n');
    await new Promise((taken) => output.write('3\n', taken));
    expect(take()).toBe(`status${ERASE}1\nstatus${ERASE}2\n3\n`);
  });

  test('what the flood has erased is drawn at the next look', () => {
    const { screen, stdout, take } = terminal();
    screen.draw('status');
    screen.above(stdout).write('1\n');
    screen.draw('status');
    expect(take()).toBe(`status${ERASE}1\nstatus`);
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
    screen.close();
    screen.print('a\n');
    expect(take()).toBe(`status${ERASE}a\n`);
  });

  test('the last column stays free', () => {
    expect(terminal().screen.width).toBe(39);
  });
});
