/** One key of a JSON pointer (RFC 6901) as it is meant: `~1` first, so that `~01` is `~1` and not `/`. */
export function unescapedKey(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~');
}
