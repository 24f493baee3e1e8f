import type { Statechart } from './statechart.ts';

/** Least and greatest size, as a share of the drawing's own. */
const LEAST_ZOOM = 0.1;
const MOST_ZOOM = 2;
const ZOOM_STEP = 1.25;
/** Below it names cannot be read: nearer is better than whole. */
const READABLE = 0.6;
/** Pixels that are left free around what is brought into view. */
const MARGIN = 24;

/** Zooms and pans a statechart. */
export class ChartViewport {
  readonly #host: HTMLElement;
  #chart: Statechart | undefined;
  #zoom = 1;

  constructor(host: HTMLElement) {
    this.#host = host;
    host.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    host.addEventListener('keydown', (event) => this.#press(event));
    host.addEventListener('pointerdown', (event) => this.#grab(event));
  }

  get zoom(): number {
    return this.#zoom;
  }

  open(chart: Statechart): void {
    this.#chart = chart;
    this.#host.replaceChildren(chart.svg);
  }

  zoomIn(): void {
    this.#zoomBy(ZOOM_STEP);
  }

  zoomOut(): void {
    this.#zoomBy(1 / ZOOM_STEP);
  }

  /** The whole drawing. */
  fit(): void {
    const chart = this.#chart;
    if (!chart) return;
    this.#scale(Math.min(this.#fitting(chart), 1));
  }

  /** States as large as they fit, if all of them can be read then; else the recent ones alone. */
  approach(ids: ReadonlySet<string>, recent: ReadonlySet<string>): void {
    const chart = this.#chart;
    const box = chart?.boxOf(ids);
    if (!chart || !box) {
      this.fit();
      return;
    }
    const near = this.#fitting(box);
    const closest = near < READABLE ? (chart.boxOf(recent) ?? box) : box;
    this.#scale(Math.min(1, Math.max(READABLE, this.#fitting(closest), this.#fitting(chart))));
    this.#center(closest, 'instant');
  }

  /** The zoom at which something fills the view. */
  #fitting({ width, height }: { readonly width: number; readonly height: number }): number {
    const { clientWidth, clientHeight } = this.#host;
    return Math.min((clientWidth - 2 * MARGIN) / width, (clientHeight - 2 * MARGIN) / height);
  }

  /** Brings states into view when they are not. */
  reveal(ids: ReadonlySet<string>): void {
    const box = this.#chart?.boxOf(ids);
    if (!box || this.#isVisible(box)) return;
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.#center(box, calm ? 'instant' : 'smooth');
  }

  #isVisible({ x, y, width, height }: DOMRect): boolean {
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = this.#host;
    const zoom = this.#zoom;
    const isAcross = x * zoom >= scrollLeft && (x + width) * zoom <= scrollLeft + clientWidth;
    return isAcross && y * zoom >= scrollTop && (y + height) * zoom <= scrollTop + clientHeight;
  }

  #center({ x, y, width, height }: DOMRect, behavior: ScrollBehavior): void {
    const { clientWidth, clientHeight } = this.#host;
    this.#host.scrollTo({
      left: (x + width / 2) * this.#zoom - clientWidth / 2,
      top: (y + height / 2) * this.#zoom - clientHeight / 2,
      behavior,
    });
  }

  /** `x` and `y`: the point of the view that stays where it is. */
  #zoomBy(factor: number, x = this.#host.clientWidth / 2, y = this.#host.clientHeight / 2): void {
    const before = this.#zoom;
    const { scrollLeft, scrollTop } = this.#host;
    this.#scale(before * factor);
    const ratio = this.#zoom / before;
    this.#host.scrollTo({
      left: (scrollLeft + x) * ratio - x,
      top: (scrollTop + y) * ratio - y,
      behavior: 'instant',
    });
  }

  #scale(zoom: number): void {
    this.#zoom = Math.max(LEAST_ZOOM, Math.min(MOST_ZOOM, zoom));
    this.#chart?.scaleTo(this.#zoom);
  }

  #wheel(event: WheelEvent): void {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const { left, top } = this.#host.getBoundingClientRect();
    this.#zoomBy(Math.exp(-event.deltaY / 300), event.clientX - left, event.clientY - top);
  }

  #press(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === '+' || event.key === '=') this.zoomIn();
    else if (event.key === '-') this.zoomOut();
    else if (event.key === '0') this.fit();
    else return;
    event.preventDefault();
  }

  #grab(event: PointerEvent): void {
    if (event.button !== 0 || event.pointerType !== 'mouse') return;
    const { scrollLeft, scrollTop } = this.#host;
    const { clientX, clientY, pointerId } = event;
    const move = (moved: PointerEvent): void => {
      this.#host.scrollLeft = scrollLeft - (moved.clientX - clientX);
      this.#host.scrollTop = scrollTop - (moved.clientY - clientY);
    };
    this.#host.setPointerCapture(pointerId);
    this.#host.classList.add('grabbed');
    this.#host.addEventListener('pointermove', move);
    this.#host.addEventListener(
      'lostpointercapture',
      () => {
        this.#host.classList.remove('grabbed');
        this.#host.removeEventListener('pointermove', move);
      },
      { once: true },
    );
  }
}
