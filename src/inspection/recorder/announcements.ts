import { type Observable, Subject } from 'rxjs';

/** Tells its listeners one thing at a time: what happens because of one of them is told when all have heard of it. */
export class Announcements<T> {
  readonly told$: Observable<T>;
  readonly #told$ = new Subject<T>();
  readonly #waiting: T[] = [];
  #telling = false;

  constructor() {
    this.told$ = this.#told$.asObservable();
  }

  tell(event: T): void {
    this.#waiting.push(event);
    if (this.#telling) return;
    this.#telling = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) this.#told$.next(next);
    } finally {
      this.#telling = false;
    }
  }

  end(): void {
    this.#told$.complete();
  }
}
