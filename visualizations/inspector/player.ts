import { Playback, type Recording } from './playback.ts';

export const SPEEDS = [1, 5, 20] as const;
export type Speed = (typeof SPEEDS)[number];

/** Plays a recording. Time is given to it. */
export class Player {
  readonly playback: Playback;
  #playing = false;
  speed: Speed = 1;

  constructor(recording: Recording) {
    this.playback = new Playback(recording);
  }

  get isPlaying(): boolean {
    return this.#playing;
  }

  /** At the end it begins anew. */
  play(): void {
    if (this.playback.isAtEnd) this.playback.seek(this.playback.recording.from);
    this.#playing = true;
  }

  pause(): void {
    this.#playing = false;
  }

  /** `elapsed`: milliseconds since it was called before. */
  advance(elapsed: number): void {
    if (!this.#playing) return;
    this.playback.seek(this.playback.time + elapsed * this.speed);
    if (this.playback.isAtEnd) this.#playing = false;
  }
}
