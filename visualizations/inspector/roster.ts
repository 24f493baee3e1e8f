import { type Connection, connectionOf, isConnection } from './connections.ts';
import type { Model } from './model.ts';

const COLLATOR = new Intl.Collator('en', { numeric: true });

/** The connections of a model in the order of their paths. They are put in order anew only when some came or went. */
export class Roster {
  #structure: object | undefined;
  #keys: readonly string[] = [];

  connections(model: Model): Connection[] {
    if (this.#structure !== model.structure) this.#order(model);
    const connections: Connection[] = [];
    for (const key of this.#keys) {
      const actor = model.actors.get(key);
      if (actor) connections.push(connectionOf(actor, model));
    }
    return connections;
  }

  #order(model: Model): void {
    this.#structure = model.structure;
    this.#keys = [...model.actors.values()]
      .filter(isConnection)
      .sort((a, b) => COLLATOR.compare(a.component, b.component))
      .map(({ key }) => key);
  }
}
