import type { Chunk } from '../messages/chunk.ts';
import type { Attributes, Message } from '../messages/message.ts';
import type { Bound } from './chunk-queue.ts';

/** Messages of turns that have their attributes in common. */
interface WaitingTurn {
  readonly attributes: Attributes | undefined;
  readonly messages: Message[];
}

/** What has arrived and waits to be handed on at the end of an interval. */
export class WaitingTurns {
  #turns: WaitingTurn[] = [];
  #events = 0;
  #bytes = 0;

  get empty(): boolean {
    return this.#events === 0;
  }

  /** Turns with other attributes stay apart: a sink may take the chunks of the one and not of the other. */
  add(messages: readonly Message[], attributes: Attributes | undefined): void {
    let turn = this.#turns.at(-1);
    if (!turn || turn.attributes !== attributes) {
      turn = { attributes, messages: [] };
      this.#turns.push(turn);
    }
    for (const message of messages) {
      turn.messages.push(message.detached());
      this.#bytes += message.bytes;
    }
    this.#events += messages.length;
  }

  reaches(bound: Bound): boolean {
    return this.#events >= bound.events || this.#bytes >= bound.bytes;
  }

  /** Lets all of it go; how many events that were. */
  clear(): number {
    const events = this.#events;
    this.#turns = [];
    this.#events = 0;
    this.#bytes = 0;
    return events;
  }

  /** All of it as chunks, which cover up to `through` and wait no more. */
  take(source: string, through: number): readonly Chunk[] {
    const turns = this.#turns;
    this.clear();
    return turns.map(({ messages }, at) => {
      const last = at === turns.length - 1 ? through : (messages.at(-1)?.sequence ?? through);
      return { source, through: last, messages };
    });
  }
}
