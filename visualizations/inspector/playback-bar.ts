import { button, drawn, element, found, setAttribute, setText } from './elements.ts';
import { type Player, SPEEDS } from './player.ts';
import type { Scene, View } from './scene.ts';
import { clockText, countedText, dateText, spanText } from './texts.ts';

/** Milliseconds that the arrow keys and the page keys move. */
const SMALL_STEP = 1000;
const LARGE_STEP = 10_000;
/** Units of the strip of marks. */
const MARKS = 1000;

/** Time in a recording. */
export class PlaybackBar implements View {
  readonly #host = found('playback', HTMLElement);
  readonly #play = button('Play', () => this.toggle(), { class: 'play' });
  readonly #previous = button('◂ Step', () => this.step(-1), {
    'aria-label': 'Previous step of the chosen actor',
    title: 'Previous step of the chosen actor (,)',
  });
  readonly #next = button('Step ▸', () => this.step(1), {
    'aria-label': 'Next step of the chosen actor',
    title: 'Next step of the chosen actor (.)',
  });
  readonly #slider = element('input', { type: 'range', min: '0', step: '1', 'aria-label': 'Time' });
  readonly #time = element('output', { class: 'time' });
  readonly #span = element('span', { class: 'quiet' });
  readonly #marks = drawn('svg', {
    class: 'marks',
    viewBox: `0 0 ${MARKS} 8`,
    preserveAspectRatio: 'none',
    'aria-hidden': 'true',
  });
  readonly #losses = element('span', { class: 'quiet losses' });
  readonly #speeds: readonly HTMLButtonElement[];
  readonly #changed: () => void;
  #player: Player | undefined;
  #chosen: string | undefined;

  constructor(changed: () => void) {
    this.#changed = changed;
    this.#speeds = SPEEDS.map((speed) =>
      button(`${speed}×`, () => this.#setSpeed(speed), { 'aria-pressed': String(speed === 1) }),
    );
    this.#slider.addEventListener('input', () => this.#seek(Number(this.#slider.value)));
    this.#slider.addEventListener('keydown', (event) => this.#press(event));
    const speeds = element('div', { class: 'speeds', role: 'group', 'aria-label': 'Speed' }, ...this.#speeds);
    const track = element('div', { class: 'track' });
    track.append(this.#marks, this.#slider);
    this.#host.append(this.#play, this.#previous, this.#next, this.#time, track, this.#span, this.#losses, speeds);
  }

  open(player: Player | undefined): void {
    this.#player = player;
    this.#host.hidden = player === undefined;
    if (!player) return;
    const { from, until, losses } = player.playback.recording;
    const span = Math.max(1, until - from);
    setAttribute(this.#slider, 'max', String(span));
    setText(this.#span, spanText(until - from));
    setText(this.#losses, losses.length === 0 ? '' : countedText(losses.length, 'loss', 'losses'));
    this.#losses.title = 'Marks show where connections were lost';
    const places = new Set(losses.map((at) => Math.round(((at - from) / span) * MARKS)));
    this.#marks.replaceChildren(...[...places].map((place) => drawn('path', { d: `M${place} 0V8`, class: 'loss' })));
  }

  show({ chosen }: Scene): void {
    const player = this.#player;
    if (!player) return;
    this.#chosen = chosen?.key;
    const { playback } = player;
    setText(this.#play, player.isPlaying ? 'Pause' : 'Play');
    this.#slider.value = String(Math.round(playback.time - playback.recording.from));
    setAttribute(this.#slider, 'aria-valuetext', dateText(playback.time));
    setText(this.#time, clockText(playback.time));
    this.#time.title = dateText(playback.time);
    this.#previous.disabled = chosen === undefined;
    this.#next.disabled = chosen === undefined;
  }

  toggle(): void {
    if (this.#player?.isPlaying) this.#player.pause();
    else this.#player?.play();
    this.#changed();
  }

  step(direction: 1 | -1): void {
    if (this.#chosen === undefined) return;
    this.#player?.pause();
    this.#player?.playback.step(this.#chosen, direction);
    this.#changed();
  }

  #setSpeed(speed: (typeof SPEEDS)[number]): void {
    if (this.#player) this.#player.speed = speed;
    for (const [index, each] of this.#speeds.entries())
      setAttribute(each, 'aria-pressed', String(SPEEDS[index] === speed));
  }

  #seek(offset: number): void {
    const playback = this.#player?.playback;
    playback?.seek(playback.recording.from + offset);
    this.#changed();
  }

  #press(event: KeyboardEvent): void {
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: SMALL_STEP,
      ArrowUp: SMALL_STEP,
      ArrowLeft: -SMALL_STEP,
      ArrowDown: -SMALL_STEP,
      PageUp: LARGE_STEP,
      PageDown: -LARGE_STEP,
    };
    const step = steps[event.key];
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.#seek(Number(this.#slider.value) + step);
  }
}
