import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { statesOf } from '../../src/inspection/chart.ts';
import { type Exhibit, galleryOf } from './gallery.ts';
import { readMachines } from './machines.ts';
import { mermaidOf } from './mermaid.ts';
import { statelyJson } from './stately-json.ts';
import { svgOf } from './svg.ts';

/** A picture that is wider than this is too small to read where pages are narrower. */
const READABLE = 1_200;

/** The text of each generated file of visualizations/, by name. */
export async function drawAll(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const exhibits: Exhibit[] = [];
  for (const machine of await readMachines()) {
    const svg = `${machine.id}.svg`;
    const whole = await svgOf(machine.root);
    files.set(svg, whole.text);
    files.set(`${machine.id}.mmd`, mermaidOf(machine));
    files.set(`${machine.id}.json`, statelyJson(machine));
    const details = whole.width > READABLE ? parallelStates(machine) : [];
    for (const state of details) files.set(detailFile(state), (await svgOf(state)).text);
    exhibits.push({ machine, svg, details: details.map((state) => ({ state: state.key, svg: detailFile(state) })) });
  }
  return files.set('README.md', galleryOf(exhibits));
}

function parallelStates(machine: AnyStateMachine): AnyStateNode[] {
  return statesOf(machine.root).filter(({ type }) => type === 'parallel');
}

function detailFile(state: AnyStateNode): string {
  return `${state.machine.id}.${state.key}.svg`;
}
