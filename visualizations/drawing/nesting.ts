import type { AnyStateNode } from 'xstate';
import { gridOf } from './grid.ts';
import { ARRANGEMENTS, insideOf, type Pictures } from './inside.ts';
import { best, moved, type Picture, type StatePicture, stretched } from './picture.ts';
import { headerTexts, headerWidth } from './rows.ts';
import { isNested, scopeOf } from './scope.ts';

// From the innermost states outwards. How a state is best drawn depends on where it is to go, so each comes in several
// shapes, and the one around it tries them all.

/** Proportions, width to height. */
const SHAPES = [0.6, 1.2, 2.4];
/** Of a whole picture, which a page scales to its width: rather tall, so that it stays readable. */
const OUTERMOST = 0.9;
const PADDING = 10;

/** A state that has others in it. */
export async function pictureOf(state: AnyStateNode): Promise<StatePicture> {
  return best(await picturesOf(state), OUTERMOST);
}

async function picturesOf(state: AnyStateNode): Promise<StatePicture[]> {
  const insides = state.type === 'parallel' ? await regionsOf(state) : await insidesOf(state);
  const pictures = insides.map((inside) => framed(state, inside));
  return [...new Set(SHAPES.map((shape) => best(pictures, shape)))];
}

function framed(state: AnyStateNode, inside: Picture): StatePicture {
  const width = Math.max(inside.width + 2 * PADDING, headerWidth(state));
  const texts = headerTexts(state, width);
  const height = texts.height + inside.height + 2 * PADDING;
  const left = (width - inside.width) / 2;
  const parts = inside.parts.map((part) => moved(part, left, texts.height + PADDING));
  const area = { x: 0, y: 0, width, height };
  return { width, height, strain: inside.strain, parts: [{ kind: 'state', state, area, texts }, ...parts] };
}

/** The regions of a parallel state, side by side or below each other. */
async function regionsOf(state: AnyStateNode): Promise<Picture[]> {
  const choices = await Promise.all(Object.values<AnyStateNode>(state.states).map(picturesOf));
  return combinations(choices).flatMap((pictures) => SHAPES.map((shape) => gridPicture(pictures, shape)));
}

function gridPicture(pictures: readonly StatePicture[], shape: number): Picture {
  const { width, height, areas } = gridOf(pictures, shape);
  const parts = pictures.flatMap((picture, index) => {
    const area = areas[index];
    return area ? stretched(picture, area) : [];
  });
  return { width, height, strain: Math.max(...pictures.map(({ strain }) => strain)), parts };
}

/** What is inside of any other state, arranged in all ways. */
async function insidesOf(state: AnyStateNode): Promise<Picture[]> {
  const scope = scopeOf(state);
  const nested = Object.values<AnyStateNode>(state.states).filter(isNested);
  const choices = await Promise.all(nested.map(picturesOf));
  const arrangements = ARRANGEMENTS.filter(({ largestLast }) => nested.length > 0 || !largestLast);
  const insides: Picture[] = [];
  for (const chosen of combinations(choices)) {
    const pictures: Pictures = new Map(chosen.map((picture) => [picture.parts[0].state, picture]));
    for (const arrangement of arrangements) insides.push(await insideOf(scope, pictures, arrangement));
  }
  return insides;
}

function combinations<T>(choices: readonly (readonly T[])[]): T[][] {
  return choices.reduce<T[][]>((all, choice) => all.flatMap((some) => choice.map((one) => [...some, one])), [[]]);
}
