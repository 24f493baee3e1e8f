// A relay is run as several components: `chat` brings `chat.peers` and `chat.upstream` along, and one that is only a
// sink also a source `chat.relay`. No name that somebody writes has a dot.

/** How many components somebody has written, without those that relays bring along. */
export function countWritten(components: readonly { readonly name: string }[]): number {
  return components.filter(({ name }) => ownerOf(name) === name).length;
}

/** The component that has brought this one along, or this one. */
export function ownerOf(name: string): string {
  return name.replace(PART, '');
}

/** A component's name, or a path of names, as a person says it: `chat upstream`. */
export function shownName(path: string): string {
  return path
    .split('/')
    .map((name) => name.replace(PART, (part) => part.replace('.relay', '').replace('.', ' ')))
    .join('/');
}

const PART = /(\.relay)?(\.peers|\.upstream)?$/;
