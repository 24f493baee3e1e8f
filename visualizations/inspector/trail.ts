/**
 * The newest items of a sequence, never changed once made: a model that is copied shares its trails with the copy.
 * An empty trail is `undefined`.
 */
export interface Trail<T> {
  readonly newest: T;
  readonly older: Trail<T> | undefined;
  readonly length: number;
}

/** The trail with one more item. It keeps the newest `bound` at least, and never more than twice as many. */
export function extended<T>(trail: Trail<T> | undefined, item: T, bound: number): Trail<T> {
  const kept = trail && trail.length >= 2 * bound - 1 ? shortened(trail, bound - 1) : trail;
  return { newest: item, older: kept, length: (kept?.length ?? 0) + 1 };
}

/** At most so many of the newest items, newest first. */
export function newestOf<T>(trail: Trail<T> | undefined, most: number): T[] {
  const items: T[] = [];
  for (let each = trail; each && items.length < most; each = each.older) items.push(each.newest);
  return items;
}

function shortened<T>(trail: Trail<T>, length: number): Trail<T> | undefined {
  return newestOf(trail, length).reduceRight<Trail<T> | undefined>(
    (older, newest) => ({ newest, older, length: (older?.length ?? 0) + 1 }),
    undefined,
  );
}
