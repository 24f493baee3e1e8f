import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cursorPath } from '../../src/store/state-directory.ts';

const AT = { stateDir: '/state', pipeline: 'ticks', component: 'exchange' };

describe('the file of a cursor', () => {
  test('is named by pipeline and component', () => {
    expect(cursorPath(AT)).toBe('/state/cursors/ticks.exchange.json');
  });

  test('is named by state-id where there is one', () => {
    expect(cursorPath({ ...AT, stateId: 'shared' })).toBe('/state/cursors/shared.json');
  });

  test('is the one of persist-to, as it is written', () => {
    expect(cursorPath({ ...AT, stateId: 'shared', persistTo: 'mine/it.json' })).toBe('mine/it.json');
  });

  test('of a state-id is never that of a component', () => {
    expect(cursorPath({ ...AT, stateId: 'ticks.exchange' })).not.toBe(cursorPath(AT));
  });

  test.each([
    ['../../etc/passwd', '%2E%2E%2F%2E%2E%2Fetc%2Fpasswd.json'],
    ['a b', 'a%20b.json'],
    ['é', '%C3%A9.json'],
    ['a%2Fb', 'a%252Fb.json'],
    ['a\\b:c\u0000', 'a%5Cb%3Ac%00.json'],
  ])('of the state-id %j is %s', (stateId, name) => {
    expect(cursorPath({ ...AT, stateId })).toBe(`/state/cursors/${name}`);
  });

  test('of a long state-id is no longer than a file name may be', () => {
    expect(basename(cursorPath({ ...AT, stateId: '漢'.repeat(1000) })).length).toBeLessThan(100);
  });

  test('of two long state-ids is not the same one', () => {
    const long = 'x'.repeat(1000);
    expect(cursorPath({ ...AT, stateId: `${long}1` })).not.toBe(cursorPath({ ...AT, stateId: `${long}2` }));
  });
});
