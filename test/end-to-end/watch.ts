/** Somebody may wait until something holds; it is looked at again after each `changed`. */
export class Watch {
  #watchers: (() => void)[] = [];

  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!holds()) return;
        this.#watchers = this.#watchers.filter((watcher) => watcher !== look);
        resolve();
      };
      this.#watchers.push(look);
      look();
    });
  }

  changed(): void {
    for (const watcher of this.#watchers) watcher();
  }
}
