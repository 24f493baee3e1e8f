import type { Actor, Entry } from './actor.ts';
import type { Messages } from './message-log.ts';
import type { Model } from './model.ts';

/** What is to be seen in one frame. */
export interface Scene {
  readonly model: Model;
  readonly messages: Messages;
  /** The moment that is shown, in milliseconds since the epoch. */
  readonly now: number;
  readonly playback: boolean;
  /** The supervisor has stopped, so that no more is told. */
  readonly isOver: boolean;
  /** The chart has the whole page. */
  readonly enlarged: boolean;
  readonly chosen: Actor | undefined;
  /** The step of the chosen actor that is looked at; none: the last one. */
  readonly entry: Entry | undefined;
}

export interface View {
  show(scene: Scene): void;
}

/** What views may ask for. */
export interface Choices {
  /** `undefined`: nothing is chosen. */
  choose(key: string | undefined): void;
  chooseEntry(id: string | undefined): void;
}
