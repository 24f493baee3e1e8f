import { Writable } from 'node:stream';
import type { Clock } from '../index.ts';

/** The part of a terminal's stream that a screen writes to. */
export interface TerminalOutput {
  write(text: string): unknown;
  readonly columns?: number;
}

/** Lines that scroll, above one status line that stays. */
export interface Screen {
  /** Writes whole lines above the status line. */
  print(lines: string): void;
  /** Replaces the status line; it must fit `width`. */
  draw(line: string): void;
  /** An output to the same terminal, which writes above the status line too. */
  above(output: Writable): Writable;
  /** Takes the status line away for good. */
  close(): void;
  readonly width: number;
}

const ERASE = '\r\x1b[2K';

/** Least milliseconds between two redraws for data, so that a flood is not slowed by them. */
const REDRAW_INTERVAL = 50;

export function createScreen(terminal: TerminalOutput, clock: Clock): Screen {
  return new StatusScreen(terminal, clock);
}

class StatusScreen implements Screen {
  readonly #terminal: TerminalOutput;
  readonly #clock: Clock;
  #line = '';
  #visible = false;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #timer: unknown;

  constructor(terminal: TerminalOutput, clock: Clock) {
    this.#terminal = terminal;
    this.#clock = clock;
  }

  get width(): number {
    // The last column stays free: a terminal wraps when it is written.
    return (this.#terminal.columns ?? 80) - 1;
  }

  print(lines: string): void {
    // Also without a status line: the terminal may have echoed a ^C.
    this.#terminal.write(ERASE + lines + this.#shown());
  }

  draw(line: string): void {
    if (line === this.#line && this.#visible) return;
    this.#line = line;
    this.#terminal.write(ERASE + this.#shown());
  }

  above(output: Writable): Writable {
    return new Writable({
      decodeStrings: false,
      write: (data, encoding, taken) => {
        if (this.#visible) this.#terminal.write(ERASE);
        this.#visible = false;
        output.write(data, encoding, taken);
        this.#redrawSoon();
      },
    });
  }

  close(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#line = '';
    if (this.#visible) this.#terminal.write(ERASE);
    this.#visible = false;
  }

  #shown(): string {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#visible = this.#line !== '';
    this.#drawnAt = this.#clock.now();
    return this.#line;
  }

  #redrawSoon(): void {
    if (this.#line === '' || this.#timer !== undefined) return;
    const wait = this.#drawnAt + REDRAW_INTERVAL - this.#clock.now();
    const redraw = () => this.#terminal.write(this.#shown());
    if (wait <= 0) redraw();
    else this.#timer = this.#clock.setTimeout(redraw, wait);
  }
}
