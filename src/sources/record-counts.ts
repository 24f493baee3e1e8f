/** How often each thing has happened to the messages of a source, over all connections and restarts. */
export interface RecordCounts {
  /** Events that the option `select` let through. */
  readonly selected: number;
  /** Events that it did not. */
  readonly passedOver: number;
  /** Texts that are to be ignored, messages and elements that are null, and empty arrays that are split. */
  readonly ignored: number;
  /** Events that were not handed on because a later one of their interval was (option `latest-only`). */
  readonly pruned: number;
  /** Jumps of the sequence, and gaps that a peer told of. */
  readonly gaps: number;
  /** Events that the jumps have left out. */
  readonly missing: number;
  /** Values at `sequence.by` that were forgotten to make room for newer ones. */
  readonly forgotten: number;
}

/** What is counted here. */
export type Tally = { -readonly [Name in 'selected' | 'passedOver' | 'ignored']: RecordCounts[Name] };
