import { HawserError } from '../errors.ts';
import type { NumberRange } from './number-ranges.ts';
import type { OrderBreak } from './order-log.ts';

/** Numbers of one producer, from `first` to `last`, both included. */
export interface MissingRange extends NumberRange {
  readonly producer: string;
}

/** What an oracle finds of one consumer. */
export interface Findings {
  readonly consumer: string;
  /** Messages that were produced for it. */
  readonly produced: number;
  /** Different messages that were delivered. */
  readonly delivered: number;
  /** Different messages that are among the failures and were not delivered before. */
  readonly failed: number;
  /** Messages that counters say were dropped. */
  readonly dropped: number;
  /** Neither delivered nor among the failures. */
  readonly missing: readonly MissingRange[];
  /** How many of the missing are not accounted for by drops either. */
  readonly lost: number;
  /** Drops that no missing message and no repetition accounts for. */
  readonly overcounted: number;
  /** How often the order broke. */
  readonly orderBreaks: number;
  /** Where it broke: the first 100 of them. */
  readonly outOfOrder: readonly OrderBreak[];
  /** How many deliveries were repetitions. */
  readonly duplicates: number;
  /** How many repetitions all disturbances together allow: `inFlight` each. */
  readonly allowedDuplicates: number;
  /** Repetitions before the first disturbance, after the first one, and so on. */
  readonly repeatedPerDisturbance: readonly number[];
  /** Deliveries and failures without a number, or with one that was never produced for this consumer. */
  readonly unknown: number;
  /** The first five of them, 80 characters each. */
  readonly unknownSamples: readonly string[];
}

/** What an oracle finds of one consumer, and what is wrong with it. */
export interface Verdict extends Findings {
  /** A readable line for each kind of fault. Empty when nothing is wrong. */
  readonly faults: readonly string[];
}

/** A consumer did not get what it should have got. The message says what is wrong, line by line. */
export class OracleError extends HawserError {
  readonly code = 'oracle';
  readonly verdict: Verdict;

  constructor(summary: string, verdict: Verdict, options?: ErrorOptions) {
    super([summary, ...verdict.faults.map((fault) => `- ${fault}`)].join('\n'), options);
    this.verdict = verdict;
  }
}

/** How many of a list are shown. */
const SHOWN = 5;

/** Says what is wrong with the findings. */
export function passVerdict(findings: Findings): Verdict {
  return { ...findings, faults: [lost, overcounted, order, repeated, unknown].flatMap((fault) => fault(findings)) };
}

/** One line on all that came. */
export function summaryOf({ consumer, produced, delivered, failed, dropped, duplicates }: Verdict): string {
  const others = `${failed} failed, ${dropped} dropped, ${duplicates} repeated`;
  return `${consumer}: of ${produced} messages ${delivered} were delivered, ${others}`;
}

function lost({ lost, dropped, missing }: Findings): string[] {
  if (lost === 0) return [];
  const names = missing.map(
    ({ producer, first, last }) => `${producer} ${first === last ? first : `${first}-${last}`}`,
  );
  const where = shown(names, names.length);
  return [dropped === 0 ? `${lost} lost: ${where}` : `${lost} lost, besides ${dropped} dropped, among ${where}`];
}

function overcounted({ overcounted }: Findings): string[] {
  return overcounted === 0 ? [] : [`${overcounted} too many counted as dropped: they were delivered or failed`];
}

function order({ orderBreaks, outOfOrder }: Findings): string[] {
  if (orderBreaks === 0) return [];
  return [`${orderBreaks} out of order: ${shown(outOfOrder.map(breakText), orderBreaks)}`];
}

function breakText({ producer, kind, after, number }: OrderBreak): string {
  const step = `${producer} ${number} after ${after}`;
  if (kind === 'late') return `${step} for the first time`;
  if (kind === 'skipped') return `${step} without repeating what is between them`;
  if (kind === 'back') return `${step} without a disturbance`;
  return `${step}, further back than what may be in flight`;
}

function repeated({ duplicates, allowedDuplicates, repeatedPerDisturbance }: Findings): string[] {
  if (duplicates <= allowedDuplicates) return [];
  const [before = 0, ...after] = repeatedPerDisturbance;
  const counts = shown(after.map(String), after.length);
  const places = after.length === 0 ? 'without a disturbance' : `${before} before a disturbance, then ${counts}`;
  return [`${duplicates} repeated where ${allowedDuplicates} are allowed: ${places}`];
}

function unknown({ unknown, unknownSamples }: Findings): string[] {
  if (unknown === 0) return [];
  return [
    `${unknown} that were never produced: ${shown(
      unknownSamples.map((text) => JSON.stringify(text)),
      unknown,
    )}`,
  ];
}

function shown(items: readonly string[], total: number): string {
  const some = items.slice(0, SHOWN);
  const rest = total - some.length;
  return rest === 0 ? some.join(', ') : `${some.join(', ')} and ${rest} more`;
}
