import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createConsole } from '../../src/cli/console.ts';
import { colourStyle } from '../../src/cli/style.ts';

function streams(isTTY: boolean, env: Record<string, string> = {}) {
  const stderr = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY, columns: 80 });
  const stdout = Object.assign(new PassThrough(), { isTTY });
  return { stdin: new PassThrough(), stdout, stderr, env, shown: () => String(stderr.read() ?? '') };
}

describe('the console', () => {
  test('on a terminal a log line is readable and coloured', () => {
    const terminal = streams(true);
    createConsole({ level: 'info' }, terminal).logger.info('hello');
    expect(terminal.shown()).toContain(`${colourStyle('blue', 'info ')} hello\n`);
  });

  test('NO_COLOR takes the colours away', () => {
    const terminal = streams(true, { NO_COLOR: '1' });
    createConsole({ level: 'info' }, terminal).logger.info('hello');
    expect(terminal.shown()).toMatch(/[\d:.]+ info {2}hello\n$/);
  });

  test('elsewhere a log line is JSON', () => {
    const pipe = streams(false);
    createConsole({ level: 'info' }, pipe).logger.info('hello');
    expect(JSON.parse(pipe.shown())).toMatchObject({ level: 'info', msg: 'hello' });
  });

  test('what is meant for people is readable there too', () => {
    const pipe = streams(false);
    createConsole({ level: 'info', readable: true }, pipe).logger.info('hello');
    expect(pipe.shown()).toMatch(/^[\d:.]+ info {2}hello\n$/);
  });

  test('a dumb terminal has readable lines, no colours and no status line', () => {
    const terminal = streams(true, { TERM: 'dumb' });
    const { logger, screen } = createConsole({ level: 'info' }, terminal);
    logger.info('hello');
    expect({ shown: terminal.shown(), screen }).toEqual({
      shown: expect.stringMatching(/^[\d:.]+ info {2}hello\n$/),
      screen: undefined,
    });
  });

  test('data that does not go to the terminal is not touched', () => {
    const { stdout, ...rest } = streams(true);
    const piped = Object.assign(stdout, { isTTY: false });
    expect(createConsole({ level: 'info' }, { ...rest, stdout: piped }).stdio.stdout).toBe(piped);
  });
});
