import type { Life } from './life.ts';
import type { Drops } from './passage.ts';
import type { ConsumerPlan, ProducerPlan } from './plan.ts';

/** What counters say that a consumer does not get, over all lives of the process. */
export class CountedDrops implements Drops {
  known = 0;
  readonly #sink: string;
  /** Sources that leave messages out because they were told to. */
  readonly #sources: readonly string[];
  /** What the sink has given up was sent, and may have come. */
  readonly #givesUp: boolean;
  readonly #running: () => Life | undefined;
  #before = 0;
  #unsentBefore = 0;

  constructor(plan: ConsumerPlan, producers: readonly ProducerPlan[], running: () => Life | undefined) {
    this.#sink = plan.sink;
    this.#sources = producers
      .filter(({ host, whole }) => !whole && plan.producers.includes(host))
      .map(({ source }) => source);
    this.#givesUp = plan.givesUp;
    this.#running = running;
  }

  readonly counted = (): number => {
    const life = this.#running();
    return this.#before + (life ? this.#countedIn(life) : 0);
  };

  get unsent(): number {
    const life = this.#running();
    return this.#unsentBefore + (life ? this.#unsentIn(life) : 0);
  }

  endLife(life: Life): void {
    this.#unsentBefore += this.#unsentIn(life);
    this.#before += this.#countedIn(life);
  }

  #countedIn({ pipeline }: Life): number {
    const { dropped, rejected, failed } = pipeline.sink(this.#sink).status;
    const records = this.#sources.map((source) => pipeline.source(source).status.records);
    const leftOut = records.reduce((sum, counts) => sum + (counts?.pruned ?? 0) + (counts?.passedOver ?? 0), 0);
    return dropped + rejected + failed + leftOut;
  }

  #unsentIn({ pipeline }: Life): number {
    const { dropped, rejected, failed } = pipeline.sink(this.#sink).status;
    return this.#givesUp ? dropped : dropped + rejected + failed;
  }
}
