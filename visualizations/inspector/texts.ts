const NUMBER = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const ONE_DIGIT = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** `12 345`, with the space that does not break. */
export function countText(value: number): string {
  return NUMBER.format(value).replaceAll(',', '\u202f');
}

/** At most four characters or so, for a place that is small: `0.4`, `870`, `12.3k`, `1.2M`. */
export function shortText(value: number): string {
  if (value >= 1e6) return `${ONE_DIGIT.format(value / 1e6)}M`;
  if (value >= 10_000) return `${ONE_DIGIT.format(value / 1e3)}k`;
  return value >= 10 || Number.isInteger(value) ? countText(value) : ONE_DIGIT.format(value);
}

/** Local time of day, to the millisecond: `14:03:07.250`. */
export function clockText(at: number): string {
  const date = new Date(at);
  const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits);
  return `${hours}:${minutes}:${seconds}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** `2026-03-01 14:03:07.250` */
export function dateText(at: number): string {
  const date = new Date(at);
  const day = [date.getFullYear(), twoDigits(date.getMonth() + 1), twoDigits(date.getDate())].join('-');
  return `${day} ${clockText(at)}`;
}

/** A span with its two largest units: `870 ms`, `12 s`, `3 m 07 s`, `2 h 05 m`, `4 d 03 h`. */
export function spanText(milliseconds: number): string {
  const span = Math.max(0, milliseconds);
  if (span < 1000) return `${Math.round(span)} ms`;
  const seconds = Math.floor(span / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m ${twoDigits(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${twoDigits(minutes % 60)} m`;
  return `${Math.floor(hours / 24)} d ${twoDigits(hours % 24)} h`;
}

/** Since when, for a list: in whole seconds, so that it changes no more often than that. */
export function ageText(milliseconds: number): string {
  return milliseconds < 1000 ? 'now' : spanText(milliseconds);
}

/** Characters of a path that a list has room for, and those of its pipeline that are kept when it has not. */
const LISTED_PATH = 32;
const LISTED_PIPELINE = 12;

/** A long path with the name of its pipeline cut: the component's own tells more. */
export function shortPath(path: string): string {
  const slash = path.indexOf('/');
  if (path.length <= LISTED_PATH || slash <= LISTED_PIPELINE) return path;
  return `${path.slice(0, LISTED_PIPELINE)}…${path.slice(slash)}`;
}

/** `1 line`, `12 lines` */
export function countedText(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
