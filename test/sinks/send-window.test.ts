import { describe, expect, test } from 'vitest';
import { INITIAL_WINDOW, LEAST_WINDOW, SendWindow } from '../../src/sinks/send-window.ts';

const MOST = 16 * 1024 * 1024;
const PATIENCE = 10_000;

describe('a send window', () => {
  test('is small before anything is known of the peer', () => {
    expect(new SendWindow(MOST, PATIENCE).bytes).toBe(INITIAL_WINDOW);
  });

  test('is never above what is allowed in flight', () => {
    expect(new SendWindow(1000, PATIENCE).bytes).toBe(1000);
  });

  test('doubles while acknowledgements come within an eighth of the patience, up to its bound', () => {
    const window = new SendWindow(4 * INITIAL_WINDOW, PATIENCE);
    const sizes = [1249, 1249, 1249].map((delay) => {
      window.acknowledged(delay);
      return window.bytes / INITIAL_WINDOW;
    });
    expect(sizes).toEqual([2, 4, 4]);
  });

  test('stays as it is between an eighth and a quarter', () => {
    const window = new SendWindow(MOST, PATIENCE);
    window.acknowledged(1250);
    window.acknowledged(2500);
    expect(window.bytes).toBe(INITIAL_WINDOW);
  });

  test('halves when an acknowledgement takes longer than a quarter', () => {
    const window = new SendWindow(MOST, PATIENCE);
    window.acknowledged(2501);
    expect(window.bytes).toBe(INITIAL_WINDOW / 2);
  });

  test('halves with each connection that is lost, down to its least', () => {
    const window = new SendWindow(MOST, PATIENCE);
    for (let times = 0; times < 10; times += 1) window.lost();
    expect(window.bytes).toBe(LEAST_WINDOW);
  });

  test('is not raised to its least where less is allowed', () => {
    const window = new SendWindow(1000, PATIENCE);
    window.lost();
    expect(window.bytes).toBe(1000);
  });
});
