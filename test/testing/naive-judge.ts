/** What happens to one consumer. Numbers are those of the producer's messages. */
export type LedgerStep =
  | { readonly kind: 'deliver' | 'fail'; readonly producer: string; readonly number: number }
  | { readonly kind: 'drop'; readonly count: number }
  | { readonly kind: 'disturb' };

/** What the judge goes by. */
export interface JudgeTerms {
  readonly producers: readonly string[];
  /** How many messages each producer has made. */
  readonly produced: number;
  readonly inFlight: number;
}

type Kind = 'late' | 'skipped' | 'back' | 'too-far';

/** A judge that keeps every number in sets, and walks through all of them whenever it wants to know something. */
export function judgeNaively(steps: readonly LedgerStep[], { producers, produced, inFlight }: JudgeTerms) {
  const delivered = new Set<string>();
  const failed = new Set<string>();
  const breaks: { producer: string; kind: Kind; after: number; number: number }[] = [];
  const at = new Map(producers.map((producer) => [producer, { position: 0, stepsBack: 0, astray: false }]));
  const repeated = [0];
  let [dropped, failedRepetitions, unheard, unknown] = [0, 0, 0, 0];
  const deliveredOf = (producer: string) =>
    Array.from({ length: produced }, (_, index) => index + 1).filter((number) =>
      delivered.has(`${producer} ${number}`),
    );

  for (const step of steps) {
    if (step.kind === 'drop') dropped += step.count;
    if (step.kind === 'disturb') repeated.push(0);
    if (step.kind === 'drop' || step.kind === 'disturb') continue;
    const { producer, number } = step;
    const state = at.get(producer);
    if (state === undefined || number < 1 || number > produced) {
      unknown += 1;
      continue;
    }
    const key = `${producer} ${number}`;
    if (step.kind === 'fail') {
      if (delivered.has(key)) failedRepetitions += 1;
      else failed.add(key);
      continue;
    }
    const before = deliveredOf(producer);
    const highest = Math.max(0, ...before);
    const { position } = state;
    const found = (kind: Kind, after: number) => breaks.push({ producer, kind, after, number });
    const isFirst = !delivered.has(key);
    const isLate = isFirst && number < highest && !failed.has(key);
    const between = before.filter((each) => each > position && each < number).length;
    if (!isFirst) repeated[repeated.length - 1] = (repeated.at(-1) ?? 0) + 1;
    if (number > position && between > 0 && !state.astray) {
      found('skipped', position);
      unheard += between;
    }
    if (isLate) {
      found('late', highest);
      unheard += 1;
    }
    if (!isFirst && number <= position) {
      const isAllowed = state.stepsBack < repeated.length - 1;
      const isWithin = before.filter((each) => each >= number).length <= inFlight;
      if (!isAllowed) found('back', position);
      else if (!isWithin) found('too-far', highest);
      if (isAllowed) state.stepsBack += 1;
      state.astray = !isAllowed || !isWithin;
    }
    if (number > position || !isFirst) state.position = number;
    delivered.add(key);
  }

  const missing = producers.flatMap((producer) =>
    Array.from({ length: produced }, (_, index) => `${producer} ${index + 1}`).filter(
      (key) => !delivered.has(key) && !failed.has(key),
    ),
  );
  const disturbances = repeated.length - 1;
  const allowed = disturbances === 0 ? 0 : disturbances * inFlight;
  const isExplained = dropped + failedRepetitions - missing.length >= unheard;
  return {
    delivered: delivered.size,
    failed: failed.size,
    missing,
    lost: Math.max(0, missing.length - dropped),
    overcounted: Math.max(0, dropped - missing.length - unheard - allowed),
    outOfOrder: breaks
      .filter(({ kind }) => !isExplained || kind === 'back' || kind === 'too-far')
      .map(sortable)
      .sort(),
    repeatedPerDisturbance: repeated,
    unknown,
  };
}

/** A break of the order as a text. */
export function sortable(found: { producer: string; kind: string; after: number; number: number }): string {
  return `${found.producer} ${found.number} ${found.kind} ${found.after}`;
}
