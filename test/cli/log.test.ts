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
