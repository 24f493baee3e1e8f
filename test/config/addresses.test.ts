import { describe, expect, test } from 'vitest';
import { parseBind } from '../../src/config/addresses.ts';

describe('an address to listen at', () => {
  test.each([
    ['127.0.0.1:8080', '127.0.0.1', 8080],
    ['0.0.0.0:0', '0.0.0.0', 0],
    ['localhost:80', 'localhost', 80],
    ['LOCALHOST:0080', 'localhost', 80],
    ['[::1]:443', '::1', 443],
    ['[0:0:0:0:0:0:0:1]:1', '::1', 1],
    ['[::]:65535', '::', 65_535],
  ])('%s is read', (text, host, port) => {
    expect(parseBind(text)).toEqual({ host, port });
  });

  test.each([
    '',
    ':1',
    'h',
    'h:',
    'h:-1',
    'h:65536',
    'h:1:2',
    'h:1/a',
    'a b:1',
    'u@h:1',
    '[::1]',
    '[]:1',
    '[h]:1',
    'h:1\n',
  ])('%j is none', (text) => {
    expect(parseBind(text)).toBeUndefined();
  });
});
