/** Longest reason of a close frame, in bytes (RFC 6455, section 5.5: 125, the code included). */
const REASON_LIMIT = 123;

/** What a close frame says. Code 1005: it has neither code nor reason. */
export interface ClosePayload {
  readonly code: number;
  readonly reason: string;
}

/** The close frame for `code` and `reason`: empty when that code may not be sent, with the reason cut to 123 bytes. */
export function closePayload(code: number, reason: string): ClosePayload {
  return isSendable(code) ? { code, reason: shortened(reason) } : { code: 1005, reason: '' };
}

/** Codes that may stand in a close frame (RFC 6455, section 7.4). */
function isSendable(code: number): boolean {
  const registered = code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006;
  return registered || (code >= 3000 && code <= 4999);
}

function shortened(reason: string): string {
  const bytes = Buffer.from(reason);
  if (bytes.length <= REASON_LIMIT) return reason;
  let end = REASON_LIMIT;
  // Back to the first byte of a character.
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}
