import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type AnyStateMachine, createMachine } from 'xstate';
import { chartTransitions, statesOf } from '../../src/inspection/chart.ts';
import { readMachines } from '../../visualizations/drawing/machines.ts';
import { svgOf } from '../../visualizations/drawing/svg.ts';

const MACHINES = await readMachines();

describe.each(MACHINES.map((machine) => [machine.id, machine] as const))('%s.svg', (name, machine) => {
  const svg = readFileSync(new URL(`../../visualizations/${name}.svg`, import.meta.url), 'utf8');

  test('shows each state once', () => {
    expect(valuesOf(svg, 'data-state').sort()).toEqual(
      statesOf(machine.root)
        .map(({ id }) => id)
        .sort(),
    );
  });

  test('shows each transition once', () => {
    const numbers = valuesOf(svg, 'data-transitions').flatMap((value) => value.split(' ').map(Number));
    expect(numbers.sort((a, b) => a - b)).toEqual(chartTransitions(machine).map((_, index) => index));
  });

  test('says of each state what it is, and its tags', () => {
    expect(classesOf(svg)).toEqual(
      Object.fromEntries(statesOf(machine.root).map((state) => [state.id, expected(state)])),
    );
  });

  test('names each event, guard, action and actor', () => {
    const shown = textOf(svg);
    expect(namesIn(machine).filter((each) => !shown.includes(each))).toEqual([]);
  });

  test('says whose picture it is', () => {
    expect(svg).toMatch(new RegExp(`^<svg [^>]*class="statechart" data-machine="${name}"`));
  });

  test('is well-formed, has one style and loads nothing', () => {
    expect(unclosed(svg)).toEqual([]);
    expect(svg.match(/<style>/g)).toHaveLength(1);
    expect(svg).not.toMatch(/href|url\(|@import|<script/);
  });

  test('keeps its texts in its frame', () => {
    const [left = 0, top = 0, width = 0, height = 0] = (/viewBox="([^"]+)"/.exec(svg)?.[1] ?? '')
      .split(' ')
      .map(Number);
    const outside = [...svg.matchAll(/<text class="[^"]*" x="([^"]+)" y="([^"]+)"/g)].filter(([, x, y]) => {
      return Number(x) < left || Number(x) > left + width || Number(y) < top || Number(y) > top + height;
    });
    expect(outside).toEqual([]);
  });
});

describe('a picture', () => {
  test('shows nothing of the actions by which XState makes delays', async () => {
    const machine = createMachine({ id: 'm', initial: 'a', states: { a: { after: { 5: 'b' } }, b: {} } });
    expect((await svgOf(machine.root)).text).not.toContain('xstate');
  });

  test('writes what is markup elsewhere as text', async () => {
    const machine = createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { description: 'x < y & "z"', on: { '<e>': 'b' } }, b: {} },
    });
    const { text } = await svgOf(machine.root);
    expect(text).toContain('a: x &lt; y &amp; &quot;z&quot;');
    expect(text).toContain('&lt;e&gt;');
  });

  test('draws a state alone, with the numbers that its transitions have in the machine', async () => {
    const machine = createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { on: { go: 'b' } }, b: { initial: 'c', states: { c: { on: { on: 'd' } }, d: {} } } },
    });
    const state = machine.root.states.b;
    const { text } = state ? await svgOf(state) : { text: '' };
    expect(valuesOf(text, 'data-state')).toEqual(['m.b', 'm.b.c', 'm.b.d']);
    expect(valuesOf(text, 'data-transitions')).toEqual(['1']);
  });
});

function valuesOf(svg: string, attribute: string): string[] {
  return [...svg.matchAll(new RegExp(` ${attribute}="([^"]*)"`, 'g'))].map(([, value = '']) => value);
}

function classesOf(svg: string): Record<string, string> {
  const states = svg.matchAll(/<g class="state ([^"]*)" data-state="([^"]*)">/g);
  return Object.fromEntries([...states].map(([, classes = '', id = '']) => [id, classes]));
}

function expected({ parent, type, tags }: AnyStateMachine['root']): string {
  return [parent?.type === 'parallel' ? 'region' : type, ...tags.map((tag) => `tag-${tag}`)].join(' ');
}

function textOf(svg: string): string {
  const texts = [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text = '']) => text);
  return texts.join(' ');
}

function namesIn(machine: AnyStateMachine): string[] {
  const { actions, guards, delays } = machine.implementations;
  const events = chartTransitions(machine).map(({ eventType }) => eventType.replace(/^xstate\..*/, ''));
  const actors = statesOf(machine.root).flatMap(({ invoke }) => invoke.map(({ id }) => `invoke ${id}`));
  const names = [actions, guards].flatMap((each) => Object.keys(each ?? {}));
  return [...names, ...Object.keys(delays ?? {}).map((delay) => `after ${delay}`), ...actors, ...events];
}

/** The elements that are not closed in the order in which they were opened. */
function unclosed(svg: string): string[] {
  const open: string[] = [];
  for (const [, end, name = '', self] of svg.matchAll(/<(\/?)(\w+)[^>]*?(\/?)>/g)) {
    if (self === '/') continue;
    if (end !== '/') open.push(name);
    else if (open.at(-1) === name) open.pop();
    else return [...open, `/${name}`];
  }
  return open;
}
