import type { Announcer } from './announcer.ts';
import { connectionOf, isConnection } from './connections.ts';
import type { Scene } from './scene.ts';

/** Says how the chosen connection goes on. */
export class Spoken {
  readonly #announcer: Announcer;
  #last: { readonly key: string; readonly word: string } | undefined;

  constructor(announcer: Announcer) {
    this.#announcer = announcer;
  }

  follow({ chosen, model }: Scene): void {
    const before = this.#last;
    this.#last = chosen && { key: chosen.key, word: chosen.word };
    if (!chosen || !isConnection(chosen) || before?.key !== chosen.key || before.word === chosen.word) return;
    const { cause, path } = connectionOf(chosen, model);
    const why = chosen.word === 'live' || cause === '' ? '' : ` — ${cause}`;
    this.#announcer.say(`${path}: ${chosen.word}${why}`);
  }
}
