/** `1 source`, `2 sources`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Milliseconds as seconds: tenths below ten seconds, none from there on. */
export function tenths(ms: number): string {
  const text = (ms / 1000).toFixed(1);
  return Number(text) < 10 ? text : (ms / 1000).toFixed(0);
}

/** Milliseconds that somebody chose, as seconds: below ten exactly what was chosen, whole ones from there on. */
export function span(ms: number): string {
  return ms < 10_000 ? `${ms / 1000} s` : `${Math.round(ms / 1000)} s`;
}
