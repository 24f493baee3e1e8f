import { type Observable, Subject } from 'rxjs';

/** Whether something must wait, and its edges. */
export interface Hold {
  readonly held: boolean;
  readonly held$: Observable<boolean>;
}

/** Who holds a source back. It must not read while anybody does. */
export class Holds implements Hold {
  readonly #edges$ = new Subject<boolean>();
  readonly #reasons = new Set<string | symbol>();
  /** The same without one of the reasons each. */
  readonly #views = new Map<string | symbol, Holds>();

  /** Edges of `held`. */
  readonly held$: Observable<boolean> = this.#edges$;

  get held(): boolean {
    return this.#reasons.size > 0;
  }

  /** Whether anybody else than `reason` holds. */
  besides(reason: string | symbol): Hold {
    const known = this.#views.get(reason);
    if (known) return known;
    const view = new Holds();
    for (const held of this.#reasons) if (held !== reason) view.hold(held);
    this.#views.set(reason, view);
    return view;
  }

  hold(reason: string | symbol): void {
    for (const [besides, view] of this.#views) if (besides !== reason) view.hold(reason);
    if (this.#reasons.has(reason)) return;
    this.#reasons.add(reason);
    if (this.#reasons.size === 1) this.#edges$.next(true);
  }

  release(reason: string | symbol): void {
    for (const view of this.#views.values()) view.release(reason);
    if (this.#reasons.delete(reason) && this.#reasons.size === 0) this.#edges$.next(false);
  }

  /** Nobody will ask any more. */
  complete(): void {
    for (const view of this.#views.values()) view.complete();
    this.#edges$.complete();
  }
}
