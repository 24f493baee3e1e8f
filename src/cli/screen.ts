import { Writable } from 'node:stream';

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

export function createScreen(terminal: TerminalOutput, now: () => number): Screen {
  let line = '';
  let visible = false;
  let drawnAt = Number.NEGATIVE_INFINITY;

  function erase(): string {
    const codes = visible ? ERASE : '';
    visible = false;
    return codes;
  }

  function show(): string {
    visible = line !== '';
    drawnAt = now();
    return line;
  }

  function write(text: string): void {
    if (text !== '') terminal.write(text);
  }

  return {
    print: (lines) => write(erase() + lines + show()),
    draw(next) {
      if (next === line && visible) return;
      line = next;
      write(erase() + show());
    },
    above: (output) =>
      new Writable({
        decodeStrings: false,
        write(data, encoding, taken) {
          write(erase());
          output.write(data, encoding, taken);
          if (now() - drawnAt >= REDRAW_INTERVAL) write(show());
        },
      }),
    close() {
      write(erase());
      line = '';
    },
    get width() {
      // The last column stays free: a terminal wraps when it is written.
      return (terminal.columns ?? 80) - 1;
    },
  };
}
