import { describe, expect, test } from 'vitest';
import { boldWidthOf, widthOf, wrapped } from '../../visualizations/drawing/text.ts';

describe('a text', () => {
  test('is broken where a word no longer fits', () => {
    expect(wrapped('step.sent [else] / noteSent, nextStep', 26)).toEqual(['step.sent [else]', '/ noteSent, nextStep']);
  });

  test('is not broken within what belongs together', () => {
    expect(wrapped('↺ after pingTimeout [hasProgressed] / markProgress', 20)).toEqual([
      '↺ after pingTimeout',
      '[hasProgressed]',
      '/ markProgress',
    ]);
  });

  test('keeps a word that is longer than a line', () => {
    expect(wrapped('[isPermanentBeyondIntensity]', 10)).toEqual(['[isPermanentBeyondIntensity]']);
  });

  test('is as wide as its letters are', () => {
    expect(widthOf('Will', 10)).toBeCloseTo(9.44 + 3 * 2.22);
  });

  test('is wider in bold', () => {
    expect(boldWidthOf('quiet', 12)).toBeGreaterThan(widthOf('quiet', 12));
  });
});
