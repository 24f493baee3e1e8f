/** Five lines that a reader can save and run. */
export function ownConfig(feedUrl: string): string[] {
  return [
    'sources:',
    '  - name: exchange',
    `    web-socket: { url: "${feedUrl}", requests: [{ op: subscribe, channel: ticks }] }`,
    'sinks:',
    '  - { name: screen, stdout: {} }',
  ];
}

export interface Tally {
  /** Events that came from the exchange. */
  readonly received: number;
  /** Events at the receiver. */
  readonly arrived: number;
  readonly ticks: readonly number[];
}

/** What was lost and what was not, as sentences. */
export function summary({ received, arrived, ticks }: Tally): string[] {
  const missed = holes(ticks);
  return [
    `${received} events came from the exchange, ${arrived} are at the receiver: ${Math.max(0, received - arrived)} lost`,
    ...missed.map(
      ({ from, to }) =>
        `${from === to ? `tick ${from} was` : `ticks ${from} to ${to} were`} published to nobody: ` +
        'the exchange was dead, or not connected to yet, and it keeps no history',
    ),
    'guaranteed: every event that hawser has received reaches each sink, in order, at least once',
  ];
}

/** Ranges of numbers that are not there. */
export function holes(numbers: readonly number[]): { from: number; to: number }[] {
  return numbers.flatMap((number, index) => {
    const before = numbers[index - 1];
    return before !== undefined && number > before + 1 ? [{ from: before + 1, to: number - 1 }] : [];
  });
}
