// How wide texts are, in Helvetica, which Arial and Liberation Sans equal: Graphviz measures labels so, too.

/** Thousandths of the size; what is not listed is taken to be as wide as a digit or a small letter. */
const WIDTHS: Readonly<Record<number, string>> = {
  222: "'ijl",
  278: ' !,./:;I[\\]ft|',
  333: '-()`r',
  389: '*"',
  500: 'cksvxyzJ',
  611: 'FTZ',
  667: 'ABEKPSVXY&',
  722: 'CDHNRUw',
  778: 'GOQ',
  833: 'Mm',
  944: 'W',
  1000: '→↺',
};
const USUAL = 556;
const BOLD = 1.08;

const WIDTH_OF = new Map(
  Object.entries(WIDTHS).flatMap(([width, characters]) => [...characters].map((each) => [each, Number(width)])),
);

export function widthOf(text: string, size: number): number {
  const thousandths = [...text].reduce((sum, character) => sum + (WIDTH_OF.get(character) ?? USUAL), 0);
  return (thousandths * size) / 1000;
}

export function boldWidthOf(text: string, size: number): number {
  return widthOf(text, size) * BOLD;
}

/** Breaks a text into lines of at most so many characters, but not within `after pingTimeout` or `/ sendPing`. */
export function wrapped(text: string, characters: number): string[] {
  const lines: string[] = [];
  for (const phrase of text.match(PHRASE) ?? []) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + phrase.length > characters) lines.push(phrase);
    else lines[lines.length - 1] = `${last} ${phrase}`;
  }
  return lines;
}

const PHRASE = /(?:(?:after|done|error|entry|exit|invoke|[/→↺]) )*\S+/g;
