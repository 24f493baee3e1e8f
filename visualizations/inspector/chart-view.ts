import type { Sample } from '../../src/inspection/wire.ts';
import type { Actor } from './actor.ts';
import { drawn, element, setAttribute, setText } from './elements.ts';
import { EVERYTHING } from './measurements.ts';
import { MEASURES, type Measure, type Measured, measuresOf, pathsOf, totalDrawn, windowOf } from './measures.ts';
import type { Model } from './model.ts';
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
  readonly #grid = element('div', { class: 'sparklines' }, ...this.#sparklines.map((each) => each.element));
  #shown: { readonly key: string | undefined; readonly series: unknown; readonly second: number } | undefined;

  constructor() {
    this.element.append(this.#title, this.#grid);
  }

  show({ model, chosen, now }: Scene): void {
    const key = subjectOf(chosen, model);
    const series = key === undefined ? undefined : model.measurements.series.get(key);
    const second = Math.floor(now / 1000);
    this.#grid.hidden = key === undefined;
    if (key === undefined) setText(this.#title, unmeasuredText(chosen));
    const before = this.#shown;
    if (before && before.key === key && before.series === series && before.second === second) return;
    this.#shown = { key, series, second };
    if (key === undefined) return;
    const points = newestOf(series, POINTS).reverse();
    const window = windowOf(points, now);
    setText(this.#title, `${key || 'All components'}, ${spanName(window)}`);
    const sample = model.measurements.components.get(key)?.sample;
    for (const sparkline of this.#sparklines) sparkline.show(points, now, window, sample);
  }
}

/** Key of the series of what is chosen; undefined when no numbers of its own are taken. */
function subjectOf(chosen: Actor | undefined, { measurements, root }: Model): string | undefined {
  if (!chosen || chosen.key === root?.key) return EVERYTHING;
  return chosen.machine === 'pipeline' || measurements.components.has(chosen.component) ? chosen.component : undefined;
}

function unmeasuredText(chosen: Actor | undefined): string {
  return `Nothing is measured of a ${chosen?.machine ?? 'part'} itself: sources, sinks and pipelines have numbers.`;
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
    const { about } = measure;
    this.element = element('div', { class: 'sparkline', title: about }, title, this.#last, this.#svg, this.#range);
  }

  /** `sample`: of the component; none of several together, of which everything is measured. */
  show(points: Parameters<typeof measuresOf>[0], now: number, window: number, sample: Sample | undefined): void {
    const { title, text, unit, about, isOf, kind } = this.#measure;
    this.element.hidden = sample !== undefined && !isOf(sample);
    const values = measuresOf(points, this.#measure, now, window);
    if (!values) {
      setText(this.#last, '–');
      setText(this.#range, '\u00a0');
      setAttribute(this.#svg, 'aria-label', `${title}: not measured. ${about}`);
      this.#draw('', '');
      return;
    }
    const last = `${text(values.last)}${unit}`;
    setText(this.#last, last);
    setText(this.#range, this.#rangeOf(values, ['min', ' · max']));
    const range = this.#rangeOf(values, ['least', ', most']);
    setAttribute(this.#svg, 'aria-label', `${title}: now ${last}, ${range}, in the ${spanName(window)}. ${about}`);
    const shown = kind === 'total' ? totalDrawn(values) : values;
    const { line, area } = pathsOf(shown, now, { window, width: WIDTH, height: HEIGHT });
    this.#draw(line, area);
  }

  #rangeOf({ least, most, added }: Measured, [low, high]: readonly [low: string, high: string]): string {
    const { text, kind } = this.#measure;
    if (kind === 'total') return added === 0 ? 'none added' : `${text(added)} added`;
    return `${low} ${text(least)}${high} ${text(most)}`;
  }

  #draw(line: string, area: string): void {
    setAttribute(this.#line, 'd', line);
    setAttribute(this.#area, 'd', area);
  }
}

function spanName(window: number): string {
  return window === 60_000 ? 'last minute' : `last ${window / 60_000} minutes`;
}
