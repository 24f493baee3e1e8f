/**
 * The output as it is expected, if it is that; else the output. In what is expected `<time>` stands for any timestamp,
 * `<time:NAME>` for the same one wherever it stands, `<id>` for the id of an event, up to its sequence number.
 */
export function compared(output: string, expected: string): string {
  return patternOf(expected).test(output) ? expected : output;
}

const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
const ID = '[a-z0-9]+';

function patternOf(expected: string): RegExp {
  const names: string[] = [];
  const source = expected.split(/(<id>|<time(?::[^>]*)?>)/).map((part) => {
    if (part === '<id>') return ID;
    if (!part.startsWith('<time')) return part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
    const name = part.slice('<time:'.length, -1);
    if (name === '') return TIME;
    if (names.includes(name)) return `\\k<t${names.indexOf(name)}>`;
    names.push(name);
    return `(?<t${names.length - 1}>${TIME})`;
  });
  return new RegExp(`^${source.join('')}$`);
}
