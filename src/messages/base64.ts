/** The bytes of a base64 text, in the standard or the URL-safe alphabet, padded or not; undefined when it is not one. */
export function decodeBase64(text: string): Buffer | undefined {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const length = text.length - padding;
  if (padding > 0 ? text.length % 4 !== 0 : length % 4 === 1) return undefined;
  // Node skips what is not of either alphabet. Searched for, not matched: a match of megabytes exhausts its stack.
  const digits = padding > 0 ? text.slice(0, length) : text;
  if (/[^A-Za-z0-9+/]/.test(digits) && /[^A-Za-z0-9_-]/.test(digits)) return undefined;
  return Buffer.from(digits, 'base64');
}
