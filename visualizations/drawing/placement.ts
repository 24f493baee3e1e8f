import { type IState, type ITransition, render } from 'state-machine-cat';

// Where things stand: state-machine-cat places the boxes and lines of one scope by Graphviz. What is read back from its
// SVG is the geometry alone, with the origin at the upper left.

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Area extends Point, Size {}

/** A box to place; it may come out larger. */
export interface Box extends Size {
  readonly kind: 'box' | 'dot';
}

/** A line to lay from one box to another, by their places in the list. */
export interface Arrow {
  readonly from: number;
  readonly to: number;
  readonly lines: readonly string[];
  /** Whether its end is to come before its start, as far as Graphviz orders boxes by arrows. */
  readonly backwards?: boolean;
}

export interface PlacedArrow {
  /** A start, and three points for each Bézier curve that follows. */
  readonly path: readonly Point[];
  readonly head: readonly Point[];
  /** For each line of the label, its left end on the baseline. */
  readonly lines: readonly Point[];
}

/** Boxes and arrows in the order in which they were given. */
export interface Placement extends Size {
  readonly boxes: readonly Area[];
  readonly arrows: readonly PlacedArrow[];
}

export type Direction = 'top-down' | 'left-right';

export async function place(boxes: readonly Box[], arrows: readonly Arrow[], direction: Direction): Promise<Placement> {
  const machine = { states: boxes.map(stateOf), transitions: arrows.map(transitionOf) };
  // `oldsvg` is laid out by the Graphviz that comes with the package, never by one that is installed on this computer.
  const svg = await render(machine, { inputType: 'json', outputType: 'oldsvg', direction, ...ATTRIBUTES });
  return readPlacement(svg, boxes.length, arrows);
}

const FONT_SIZE = 2;

const ATTRIBUTES = {
  dotGraphAttrs: [
    { name: 'nodesep', value: '0.3' },
    { name: 'ranksep', value: '0.25' },
    { name: 'ordering', value: '""' },
    { name: 'pad', value: '0' },
  ],
  dotNodeAttrs: [{ name: 'fontsize', value: String(FONT_SIZE) }],
  dotEdgeAttrs: [{ name: 'arrowsize', value: '0.7' }],
};

function stateOf(box: Box, index: number): IState {
  const name = `box${index}`;
  if (box.kind === 'dot') return { name, class: name, type: 'initial' };
  // Boxes are as large as their text: this one is there for its size, in a type so small that it comes out as asked.
  const rows = Math.max(0, Math.ceil((box.height - FILLER.title) / FILLER.row));
  const label = 'M'.repeat(Math.ceil((box.width - FILLER.border) / FILLER.character));
  const actions = Array.from({ length: rows }, () => ({ type: 'activity' as const, body: 'M' }));
  return { name, class: name, type: 'regular', label, ...(rows > 0 ? { actions } : {}) };
}

const FILLER = { character: FONT_SIZE * 0.833, title: 10, row: 8.4, border: 8 };

function transitionOf({ from, to, lines, backwards }: Arrow, id: number): ITransition {
  const ends = backwards ? { from: `box${to}`, to: `box${from}` } : { from: `box${from}`, to: `box${to}` };
  return { id, ...ends, class: `arrow${id}`, ...(lines.length > 0 ? { label: lines.join('\n') } : {}) };
}

function readPlacement(svg: string, boxes: number, arrows: readonly Arrow[]): Placement {
  const [, , width = 0, height = 0] = numbersOf(svg, /viewBox="([^"]+)"/);
  const [x = 0, y = 0] = numbersOf(svg, /translate\(([^)]+)\)/);
  const groups = [...svg.matchAll(/<g id="[^"]*" class="[^"]*\b((?:box|arrow)\d+)">([\s\S]*?)<\/g>/g)];
  const bodies = new Map(groups.map(([, name = '', body = '']) => [name, body]));
  const bodyOf = (name: string) => {
    const body = bodies.get(name);
    if (body === undefined) throw new Error(`state-machine-cat has not drawn ${name}`);
    return body;
  };
  return {
    width,
    height,
    boxes: Array.from({ length: boxes }, (_, index) => readBox(bodyOf(`box${index}`), { x, y })),
    arrows: arrows.map(({ backwards }, index) => {
      const arrow = readArrow(bodyOf(`arrow${index}`), { x, y });
      return backwards ? reversed(arrow) : arrow;
    }),
  };
}

function readBox(body: string, origin: Point): Area {
  const [cx] = numbersOf(body, / cx="([^"]+)"/);
  const [cy] = numbersOf(body, / cy="([^"]+)"/);
  const [radius] = numbersOf(body, / rx="([^"]+)"/);
  const round = cx !== undefined && cy !== undefined && radius !== undefined;
  const corners = round ? [cx - radius, cy - radius, cx + radius, cy + radius] : numbersOf(body, / points="([^"]+)"/);
  const points = pointsOf(corners, origin);
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

function readArrow(body: string, origin: Point): PlacedArrow {
  const lines = [...body.matchAll(/<text [^>]*? x="([^"]+)" y="([^"]+)"/g)];
  return {
    path: pointsOf(numbersOf(body, / d="([^"]+)"/), origin),
    head: pointsOf(numbersOf(body, / points="([^"]+)"/), origin),
    lines: lines.map(([, x, y]) => ({ x: Number(x) + origin.x, y: Number(y) + origin.y })),
  };
}

/** With its head at the other end. */
function reversed({ path, head, lines }: PlacedArrow): PlacedArrow {
  const [tip = ORIGIN, next = ORIGIN] = path;
  const base = (path.length > 1 ? distance(tip, next) : 0) || 1;
  const along = { x: (next.x - tip.x) / base, y: (next.y - tip.y) / base };
  const neck = { x: tip.x + along.x * HEAD.length, y: tip.y + along.y * HEAD.length };
  const side = { x: -along.y * HEAD.width, y: along.x * HEAD.width };
  const tail = head[1] ?? tip;
  return {
    path: [tail, tail, path.at(-1) ?? tail, ...path.slice(1).toReversed(), neck],
    head: [{ x: neck.x + side.x, y: neck.y + side.y }, tip, { x: neck.x - side.x, y: neck.y - side.y }],
    lines,
  };
}

const ORIGIN = { x: 0, y: 0 };
const HEAD = { length: 7, width: 2.45 };

function distance(from: Point, to: Point): number {
  return Math.hypot(to.x - from.x, to.y - from.y);
}

function pointsOf(numbers: readonly number[], origin: Point): Point[] {
  return numbers.flatMap((x, index) => {
    const y = numbers[index + 1];
    return index % 2 === 0 && y !== undefined ? [{ x: x + origin.x, y: y + origin.y }] : [];
  });
}

function numbersOf(text: string, pattern: RegExp): number[] {
  const parts = (pattern.exec(text)?.[1] ?? '').split(/[\s,MC]+/);
  return parts.filter((part) => part !== '').map(Number);
}
