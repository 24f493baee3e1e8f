import { drawn, element, setAttribute, setText } from './elements.ts';
import { EVERYTHING, pipelineOf } from './measurements.ts';
import { MEASURES, type Measure, measuresOf, pathsOf, windowOf } from './measures.ts';
import type { Scene, View } from './scene.ts';
import { POINTS } from './series.ts';
import { newestOf } from './trail.ts';

/** Size of the drawing, in units that are stretched to the place there is. */
const WIDTH = 240;
const HEIGHT = 40;

/** Small charts of a component, of a pipeline, or of everything. */
export class ChartView implements View {
  readonly element = element('section', { class: 'charts', 'aria-label': 'Measurements' });
  readonly #title = element('h3');
  readonly #sparklines = MEASURES.map((measure) => new Sparkline(measure));
  #shown: { readonly series: unknown; readonly second: number } | undefined;

  constructor() {
    const grid = element('div', { class: 'sparklines' }, ...this.#sparklines.map((each) => each.element));
    this.element.append(this.#title, grid);
  }

  show({ model, chosen, now }: Scene): void {
    const subject = [chosen?.component ?? EVERYTHING, pipelineOf(chosen?.component ?? EVERYTHING), EVERYTHING].find(
      (key) => model.measurements.series.has(key),
    );
    const series = subject === undefined ? undefined : model.measurements.series.get(subject);
    const second = Math.floor(now / 1000);
    if (this.#shown?.series === series && this.#shown?.second === second) return;
    this.#shown = { series, second };
    const points = newestOf(series, POINTS).reverse();
    const window = windowOf(points, now);
    setText(this.#title, `${subject || 'All components'}, ${spanName(window)}`);
    for (const sparkline of this.#sparklines) sparkline.show(points, now, window);
  }
}

class Sparkline {
  readonly element: HTMLElement;
  readonly #measure: Measure;
  readonly #last = element('b');
  readonly #range = element('small');
  readonly #line = drawn('path', { class: 'line' });
  readonly #area = drawn('path', { class: 'area' });
  readonly #svg = drawn('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img' });

  constructor(measure: Measure) {
    this.#measure = measure;
    this.#svg.append(this.#area, this.#line);
    const title = element('span', { class: 'label' }, measure.title);
    this.element = element('div', { class: 'sparkline' }, title, this.#last, this.#svg, this.#range);
  }

  show(points: Parameters<typeof measuresOf>[0], now: number, window: number): void {
    const { title, text, unit } = this.#measure;
    const values = measuresOf(points, this.#measure, now, window);
    if (!values) {
      setText(this.#last, '–');
      setText(this.#range, '\u00a0');
      setAttribute(this.#svg, 'aria-label', `${title}: not measured`);
      this.#draw('', '');
      return;
    }
    const { last, least, most } = values;
    setText(this.#last, `${text(last)}${unit}`);
    setText(this.#range, `min ${text(least)} · max ${text(most)}`);
    setAttribute(
      this.#svg,
      'aria-label',
      `${title}: now ${text(last)}${unit}, least ${text(least)}, most ${text(most)}, in the ${spanName(window)}`,
    );
    const { line, area } = pathsOf(values, now, { window, width: WIDTH, height: HEIGHT });
    this.#draw(line, area);
  }

  #draw(line: string, area: string): void {
    setAttribute(this.#line, 'd', line);
    setAttribute(this.#area, 'd', area);
  }
}

function spanName(window: number): string {
  return window === 60_000 ? 'last minute' : `last ${window / 60_000} minutes`;
}
