/** A quote, a backslash, a control character or half of a surrogate pair. */
const ESCAPED = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

/** JSON of a text; a lone surrogate is an escape in it. Most texts need no more than the quotes, which is cheaper. */
export function quoted(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`;
}
