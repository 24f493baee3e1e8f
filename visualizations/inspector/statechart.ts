/** The drawing of a machine as it is served, made ready to be shown in the page. */
export class Statechart {
  readonly svg: SVGSVGElement;
  readonly width: number;
  readonly height: number;
  readonly #left: number;
  readonly #top: number;
  readonly #states: readonly { readonly id: string; readonly element: SVGGraphicsElement }[];
  readonly #edges: readonly { readonly numbers: readonly number[]; readonly element: Element }[];

  /** @throws Error when it is no drawing of a machine. */
  static async load(machine: string): Promise<Statechart> {
    const response = await fetch(`charts/${encodeURIComponent(machine)}.svg`);
    if (!response.ok) throw new Error(`the chart of ${machine} is not served (${response.status})`);
    // The page has its own colours. They are taken out as text: a policy for styles would complain of them when read.
    const text = (await response.text()).replace(/<style>[^<]*<\/style>/g, '');
    const parsed = new DOMParser().parseFromString(text, 'image/svg+xml');
    const root = document.importNode(parsed.documentElement, true);
    if (!(root instanceof SVGSVGElement)) throw new Error(`the chart of ${machine} is no drawing`);
    return new Statechart(root);
  }

  constructor(svg: SVGSVGElement) {
    this.svg = svg;
    const { x, y, width, height } = svg.viewBox.baseVal;
    this.width = width;
    this.height = height;
    this.#left = x;
    this.#top = y;
    this.#states = [...svg.querySelectorAll<SVGGraphicsElement>('[data-state]')].map((element) => ({
      id: element.getAttribute('data-state') ?? '',
      element,
    }));
    this.#edges = [...svg.querySelectorAll('[data-transitions]')].map((element) => ({
      numbers: (element.getAttribute('data-transitions') ?? '').split(' ').map(Number),
      element,
    }));
  }

  /** Marks what is active, and the transitions that were taken last. */
  mark(active: ReadonlySet<string>, taken: readonly number[]): void {
    for (const { id, element } of this.#states) element.classList.toggle('active', active.has(id));
    for (const { numbers, element } of this.#edges) {
      element.classList.toggle(
        'taken',
        numbers.some((number) => taken.includes(number)),
      );
    }
  }

  scaleTo(zoom: number): void {
    this.svg.setAttribute('width', String(Math.round(this.width * zoom)));
    this.svg.setAttribute('height', String(Math.round(this.height * zoom)));
  }

  /** Where states lie, from the drawing's upper left corner, in its own units; undefined when there are none. */
  boxOf(ids: ReadonlySet<string>): DOMRect | undefined {
    const boxes = this.#states.filter(({ id }) => ids.has(id)).map(({ element }) => element.getBBox());
    if (boxes.length === 0) return undefined;
    const left = Math.min(...boxes.map(({ x }) => x));
    const top = Math.min(...boxes.map(({ y }) => y));
    const right = Math.max(...boxes.map(({ x, width }) => x + width));
    const bottom = Math.max(...boxes.map(({ y, height }) => y + height));
    return new DOMRect(left - this.#left, top - this.#top, right - left, bottom - top);
  }
}
