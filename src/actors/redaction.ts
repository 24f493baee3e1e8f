/** Values shorter than this are too common to be looked for in texts. */
const SHORTEST = 4;

/** Keeps what was resolved for a handshake out of causes, logs and statuses, also when a peer echoes it. */
export interface Redaction {
  add(value: string): void;
  redact(text: string): string;
  /** Forgets the values of the last attempt. */
  clear(): void;
}

export function createRedaction(): Redaction {
  const values = new Set<string>();
  return {
    add(value) {
      if (value.length >= SHORTEST) values.add(value);
    },
    redact(text) {
      let shown = text;
      // The longest first: a value may be a part of another one.
      for (const value of [...values].sort((a, b) => b.length - a.length)) {
        shown = shown.replaceAll(value, '(hidden)').replaceAll(encodeURIComponent(value), '(hidden)');
      }
      return shown;
    },
    clear() {
      values.clear();
    },
  };
}

/** What an application's request carries under a name such as token, secret, key or password. */
export function credentials(request: string): string[] {
  const named = /"[^"]*(?:token|secret|key|pass|auth|sign)[^"]*"\s*:\s*"((?:[^"\\]|\\.)*)"/gi;
  return [...request.matchAll(named)].map(([, value = '']) => value);
}
