/** What a fuzz run did, for `bench/results/fuzz.json` and the report. */

/** One target, over all back ends. */
export interface TargetSummary {
  readonly name: string;
  readonly cases: number;
  /** Outcomes of ours: a value or true; a verifier's false; malformed input refused by an error. */
  readonly accepted: number;
  readonly no: number;
  readonly refused: number;
  /** Comparisons made with each peer. */
  readonly compared: Readonly<Record<string, number>>;
  readonly failures: number;
}

/** One run. */
export interface FuzzSummary {
  readonly seed: number;
  readonly backends: readonly string[];
  readonly commit: string;
  readonly runtime: string;
  readonly measuredAt: string;
  readonly targets: readonly TargetSummary[];
}
