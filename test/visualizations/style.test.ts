import { describe, expect, test } from 'vitest';
import { statesOf } from '../../src/inspection/chart.ts';
import { readMachines } from '../../visualizations/drawing/machines.ts';
import { STYLE } from '../../visualizations/drawing/style.ts';

const THEMES = { light: coloursOf(STYLE.split('@media')[0] ?? ''), dark: coloursOf(STYLE.split('@media')[1] ?? '') };
const GROUNDS = ['canvas', 'fill', 'live', 'waiting', 'failed', 'busy', 'idle'];

/** WCAG 2.2, level AA, for text of this size. */
const LEAST = 4.5;

describe.each(Object.entries(THEMES))('in the %s theme', (_, colours) => {
  test.each(
    GROUNDS.flatMap((ground) => [
      ['ink', ground],
      ['muted', ground],
    ]),
  )('%s on %s can be read', (text, ground) => {
    expect(contrast(colours.get(text ?? ''), colours.get(ground ?? ''))).toBeGreaterThanOrEqual(LEAST);
  });

  test.each(['line', 'rim', 'live-rim', 'waiting-rim', 'failed-rim', 'busy-rim', 'idle-rim'])(
    'a stroke of %s is seen on the canvas',
    (stroke) => {
      expect(contrast(colours.get(stroke), colours.get('canvas'))).toBeGreaterThanOrEqual(3);
    },
  );
});

test('both themes set the same colours', () => {
  expect([...THEMES.dark.keys()]).toEqual([...THEMES.light.keys()]);
});

test('each tag of a machine has a colour', async () => {
  const tags = (await readMachines()).flatMap((machine) => statesOf(machine.root)).flatMap(({ tags: own }) => own);
  expect([...new Set(tags)].filter((tag) => !STYLE.includes(`.tag-${tag}`))).toEqual([]);
});

function coloursOf(style: string): Map<string, string> {
  return new Map(
    [...style.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name = '', colour = '']) => [name, colour]),
  );
}

function contrast(first = '', second = ''): number {
  const [light = 0, dark = 0] = [luminance(first), luminance(second)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
