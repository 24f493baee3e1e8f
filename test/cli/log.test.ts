import { describe, expect, test } from 'vitest';
import { createLogger, readableLine } from '../../src/cli/log.ts';
import { colourStyle, plainStyle } from '../../src/cli/style.ts';
import { UsageError } from '../../src/index.ts';

function logged(level: 'info' | 'debug' = 'info') {
  const lines: string[] = [];
  return { logger: createLogger(level, (line) => lines.push(line)), lines };
}

function readable(level: 'info' | 'debug' = 'info') {
  const { logger, lines } = logged(level);
  return { logger, text: () => lines.map((line) => readableLine(line, plainStyle)).join('') };
}

describe('a readable log line', () => {
  test('it is time, level, who and the sentence', () => {
    const { logger, text } = readable();
    logger.warn({ connection: 'ticks/exchange/connection' }, 'lost');
    expect(text()).toMatch(/^\d\d:\d\d:\d\d\.\d{3} warn {2}ticks\/exchange {2}lost\n$/);
  });

  test.each([
    [{ sink: 'out', source: 'exchange' }, 'out'],
    [{ source: 'exchange' }, 'exchange'],
    [{ pipeline: 'ticks', source: 'exchange' }, 'ticks/exchange'],
    [{ pipeline: 'ticks', sink: 'out' }, 'ticks/out'],
    [{ pipeline: 'ticks', actor: 'ticks/out' }, 'ticks/out'],
    [{ pipeline: 'ticks', connection: 'ticks/out/connection' }, 'ticks/out'],
    [{ pipeline: 'ticks' }, 'ticks'],
    [{ pipeline: 'ticks', connection: 'ticks/chat.upstream/connection' }, 'ticks/chat upstream'],
    [{ pipeline: 'ticks', listener: 'ticks/listener/0.0.0.0:80' }, 'ticks/listener/0.0.0.0:80'],
    [{ listener: 'ticks/listener/0.0.0.0:80', peer: 'x-1' }, 'ticks/listener/0.0.0.0:80 peer x-1'],
    [{ pipeline: 'ticks', endpoint: '0.0.0.0:80/feed' }, 'ticks/0.0.0.0:80/feed'],
  ])('%j is told of %s', (fields, who) => {
    const { logger, text } = readable();
    logger.info(fields, 'hello');
    expect(text()).toMatch(new RegExp(` info {2}${who} {2}hello\n$`));
  });

  test('it says for how many others it stands', () => {
    const { logger, text } = readable();
    logger.warn({ source: 'exchange', suppressed: 3 }, 'unusable');
    expect(text()).toMatch(/exchange {2}unusable \(and 3 more\)\n$/);
  });

  test('without a component it is time, level and the sentence', () => {
    const { logger, text } = readable();
    logger.info('hello');
    expect(text()).toMatch(/^\d\d:\d\d:\d\d\.\d{3} info {2}hello\n$/);
  });

  test('an unexpected error follows as its message', () => {
    const { logger, text } = readable();
    logger.error({ actor: 'ticks/store', err: new TypeError('boom') }, 'crashed');
    expect(text()).toMatch(/error ticks\/store {2}crashed: boom\n$/);
  });

  test('its stack is shown from debug on', () => {
    const { logger, text } = readable('debug');
    logger.error({ err: new TypeError('boom') }, 'crashed');
    expect(text()).toMatch(/crashed: boom\n +at .*log\.test\.ts/);
  });

  test('what a peer sends cannot steer the terminal', () => {
    const { logger, text } = readable();
    logger.warn({}, 'closed with 4000: \x1b[2J\r\nfake');
    expect(text()).toMatch(/closed with 4000: \\u001b\[2J\\u000d\\u000afake\n$/);
  });

  test('colours stand around level and component only where they are asked for', () => {
    const { logger, lines } = logged();
    logger.error({ sink: 'out' }, 'lost');
    expect(readableLine(lines[0] ?? '', colourStyle)).toContain(
      `${colourStyle('red', 'error')} ${colourStyle('bold', 'out')}  lost\n`,
    );
  });
});

describe('the history of a connection that has failed', () => {
  const steps = (count: number) =>
    Array.from({ length: count }, (_, at) => `2026-11-22T10:00:0${at}.500Z event.${at}: a → b`);

  test('follows, the last five steps, each with its local time', () => {
    const { logger, text } = readable();
    logger.error({ connection: 'ticks/exchange/connection', history: steps(7) }, 'failed: gone');
    const lines = text().split('\n');
    expect(lines[0]).toMatch(/failed: gone$/);
    expect(lines[1]?.trim()).toBe('… and 2 before, which a log in a file has');
    expect(lines.slice(2, -1).map((line) => line.trim().replace(/^\d\d:\d\d:/, ''))).toEqual(
      [2, 3, 4, 5, 6].map((at) => `0${at}.500 event.${at}: a → b`),
    );
  });

  test('tells in local time since when, and leaves a cause as it is', () => {
    const { logger, text } = readable();
    const instant = '2026-11-22T10:00:07.250Z';
    logger.error(
      { history: [`${instant} e (3 times since ${instant})`, `${instant} e (at ${instant} sharp)`] },
      'failed',
    );
    const local = new Date(instant).toTimeString().slice(0, 8);
    expect(
      text()
        .split('\n')
        .slice(1, -1)
        .map((line) => line.trim()),
    ).toEqual([`${local}.250 e (3 times since ${local}.250)`, `${local}.250 e (at ${instant} sharp)`]);
  });

  test('is told without a remark when that is all of it', () => {
    const { logger, text } = readable();
    logger.error({ history: steps(5) }, 'failed: gone');
    expect(text().split('\n')).toHaveLength(7);
    expect(text()).not.toContain('before');
  });

  test('is indented below the sentence, and dim', () => {
    const { logger, lines } = logged();
    logger.error({ history: steps(1) }, 'failed: gone');
    const [, second] = readableLine(lines[0] ?? '', colourStyle).split('\n');
    const shown = second?.replace(/\d\d:\d\d:00/, 'then');
    expect(shown).toBe(colourStyle('dim', `${' '.repeat(19)}then.500 event.0: a → b`));
  });

  test('cannot steer the terminal', () => {
    const { logger, text } = readable();
    logger.error({ history: ['2026-11-22T10:00:00.000Z socket.lost: a → failed (\x1b[2J)'] }, 'failed: gone');
    expect(text()).toContain('(\\u001b[2J)');
  });
});

describe('a JSON log line', () => {
  test('it names its level in a word', () => {
    const { logger, lines } = logged();
    logger.info({ sink: 'out' }, 'hello');
    expect(JSON.parse(lines[0] ?? '')).toEqual({ level: 'info', time: expect.any(String), sink: 'out', msg: 'hello' });
  });

  test('it holds no stack of an unexpected error', () => {
    const { logger, lines } = logged();
    logger.error({ err: new TypeError('boom') }, 'crashed');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ err: { type: 'TypeError', message: 'boom' } });
    expect(lines[0]).not.toContain('stack');
  });

  test('it holds the stack of an expected error at no level', () => {
    const { logger, lines } = logged('debug');
    logger.error({ err: new UsageError('no such sink') }, 'failed');
    expect(lines[0]).not.toContain('stack');
  });
});
