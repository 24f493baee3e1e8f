import { Recording } from './playback.ts';
import { eventOfLine } from './wire-reading.ts';

/** Characters of a line; a longer one is no event, and what has been read of it is given up. */
export const LINE = 8 * 1024 * 1024;

/** Reads a recording's text, which comes in parts that end anywhere. */
export class RecordingReader {
  readonly recording = new Recording();
  #rest = '';
  #unknown = 0;

  add(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
    if (this.#rest.length > LINE) this.#rest = UNREADABLE;
  }

  /** What follows the last line break is read too: a process that was killed has written half a line. */
  end(): void {
    this.#line(this.#rest);
    this.#rest = '';
  }

  /** Lines that are no event this page knows. */
  get unknown(): number {
    return this.#unknown;
  }

  #line(line: string): void {
    if (line.trim() === '') return;
    const event = eventOfLine(line);
    if (event) this.recording.add(event);
    else this.#unknown += 1;
  }
}

/** What stands for the beginning of a line that is too long: whatever follows, it is no event. */
const UNREADABLE = '-';
