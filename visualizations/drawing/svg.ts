import type { AnyStateNode } from 'xstate';
import { pictureOf } from './nesting.ts';
import type { EdgePart, MarkPart, Part, StatePart } from './picture.ts';
import type { Area, Point } from './placement.ts';
import type { Line } from './rows.ts';
import { isNested, shortId } from './scope.ts';
import { STYLE } from './style.ts';

const MARGIN = 8;

export interface Drawing {
  readonly text: string;
  readonly width: number;
}

/** A state that has others in it: the root of a machine, or a part of one. */
export async function svgOf(state: AnyStateNode): Promise<Drawing> {
  const picture = await pictureOf(state);
  const width = Math.ceil(picture.width) + 2 * MARGIN;
  const height = Math.ceil(picture.height) + 2 * MARGIN;
  const frame = `${-MARGIN} ${-MARGIN} ${width} ${height}`;
  const title = state.parent
    ? `The state ${shortId(state)} of the ${state.machine.id} machine`
    : `The ${state.id} machine`;
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" class="statechart" data-machine="${state.machine.id}" role="img" width="${width}" height="${height}" viewBox="${frame}">`,
    `<title>${escaped(title)}</title>`,
    `<desc>${escaped(state.description ?? '')}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect class="canvas" x="${-MARGIN}" y="${-MARGIN}" width="${width}" height="${height}"/>`,
    ...picture.parts.toSorted((a, b) => layerOf(a) - layerOf(b)).map(partText),
    '</svg>',
  ];
  return { text: `${lines.join('\n')}\n`, width };
}

/** Boxes with others in them lie below the lines, the others above. */
function layerOf(part: Part): number {
  if (part.kind === 'edge') return 1;
  return part.kind === 'state' && isNested(part.state) ? 0 : 2;
}

function partText(part: Part): string {
  switch (part.kind) {
    case 'state':
      return stateText(part);
    case 'edge':
      return edgeText(part);
    case 'dot':
      return dotText(part.area);
    case 'mark':
      return markText(part);
  }
}

function stateText({ state, area, texts }: StatePart): string {
  const nested = isNested(state);
  return [
    `<g class="state ${kindOf(state)}${tagClasses(state)}" data-state="${state.id}">`,
    `<title>${escaped(`${shortId(state)}: ${state.description ?? ''}`)}</title>`,
    rectText(area, 'box', 8),
    ...(state.type === 'final' ? [rectText(shrunk(area, 3), 'rim', 5.5)] : []),
    ...(nested ? [headerText(area, texts.height)] : []),
    lineText(texts.name, nested ? 'name' : 'name middle'),
    ...texts.rows.map((row) => {
      const text = row.lines.map((line) => lineText(line, 'row')).join('');
      return row.number === undefined ? text : `<g class="transition" data-transitions="${row.number}">${text}</g>`;
    }),
    '</g>',
  ].join('\n');
}

function markText({ area, name, target }: MarkPart): string {
  const kind = target ? `port${tagClasses(target)}` : 'any';
  return `<g class="${kind}">${rectText(area, 'box', 13)}${lineText(name, 'name middle')}</g>`;
}

function headerText({ x, y, width }: Area, height: number): string {
  const [left, right, bottom] = [x, x + width, y + height].map(shown);
  const corner = `V${shown(y + 8)}a8,8 0 0 1 8,-8H${shown(x + width - 8)}a8,8 0 0 1 8,8V${bottom}`;
  return `<path class="header" d="M${left},${bottom}${corner}z"/><path class="rule" d="M${left},${bottom}H${right}"/>`;
}

function edgeText({ edge, arrow, label }: EdgePart): string {
  const numbers = edge.transitions.map(({ number }) => number);
  const attributes =
    numbers.length > 0
      ? `class="transition" data-transitions="${numbers.join(' ')}"`
      : `class="${edge.from === 'initial' ? 'start' : 'passage'}"`;
  return [
    `<g ${attributes}>`,
    `<path class="line" d="${pathText(arrow.path)}"/>`,
    `<polygon class="head" points="${arrow.head.map(pointText).join(' ')}"/>`,
    ...label.map((line) => lineText(line, line.role)),
    '</g>',
  ].join('\n');
}

function dotText({ x, y, width }: Area): string {
  const radius = width / 2;
  return `<g class="state initial"><circle cx="${shown(x + radius)}" cy="${shown(y + radius)}" r="${shown(radius)}"/></g>`;
}

function pathText([start, ...curves]: readonly Point[]): string {
  return start ? `M${pointText(start)}C${curves.map(pointText).join(' ')}` : '';
}

function kindOf(state: AnyStateNode): string {
  return state.parent?.type === 'parallel' ? 'region' : state.type;
}

function tagClasses(state: AnyStateNode): string {
  return state.tags.map((tag) => ` tag-${tag}`).join('');
}

function rectText({ x, y, width, height }: Area, name: string, radius: number): string {
  return `<rect class="${name}" x="${shown(x)}" y="${shown(y)}" width="${shown(width)}" height="${shown(height)}" rx="${radius}"/>`;
}

function shrunk({ x, y, width, height }: Area, by: number): Area {
  return { x: x + by, y: y + by, width: width - 2 * by, height: height - 2 * by };
}

function lineText({ x, y, text }: Line, name: string): string {
  return `<text class="${name}" x="${shown(x)}" y="${shown(y)}">${escaped(text)}</text>`;
}

function pointText({ x, y }: Point): string {
  return `${shown(x)},${shown(y)}`;
}

function shown(coordinate: number): string {
  return String(Math.round(coordinate * 100) / 100);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
