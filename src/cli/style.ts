const CODES = {
  bold: '1',
  dim: '2',
  red: '31',
  green: '32',
  yellow: '33',
  blue: '34',
  magenta: '35',
  cyan: '36',
} as const;

export type Paint = keyof typeof CODES;

/** Colours a text, or leaves it as it is. */
export type Style = (paint: Paint, text: string) => string;

export const plainStyle: Style = (_, text) => text;

export const colourStyle: Style = (paint, text) => `\x1b[${CODES[paint]}m${text}\x1b[0m`;

/** What a peer or a file may have smuggled in must not reach the terminal as a command. */
export function printable(text: string): string {
  return text.replaceAll(CONTROL, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
}

const CONTROL = /\p{Cc}/gu;
