import { seededRandom } from '../../src/testing/scripted-random.ts';

/** Choices that follow from a seed. */
export interface Chance {
  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number;
  /** A whole number in the same range, of which small ones are as likely as large ones: 1 to 10 as 10 to 100. */
  size(least: number, most: number): number;
  /** True in that share of cases. */
  is(share: number): boolean;
  oneOf<T>(choices: readonly [T, ...T[]]): T;
  /** One at least, in their order. */
  someOf<T>(choices: readonly [T, ...T[]]): T[];
}

export function chanceOf(seed: number): Chance {
  const random = seededRandom(seed);
  const below = (end: number) => Math.floor(random() * end);
  function oneOf<T>(choices: readonly [T, ...T[]]): T {
    return choices[below(choices.length)] ?? choices[0];
  }
  return {
    whole: (least, most) => least + below(most - least + 1),
    size: (least, most) => Math.min(most, Math.floor(least * ((most + 1) / least) ** random())),
    is: (share) => random() < share,
    oneOf,
    someOf: (choices) => {
      const sure = oneOf(choices);
      return choices.filter((choice) => random() < 0.5 || choice === sure);
    },
  };
}
