/** Order statistics of a list of measurements: what the results file keeps beside the raw samples. */

/** Five-number summary; the unit is that of the samples. */
export interface Summary {
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
  readonly min: number;
  readonly max: number;
}

/** The summary of at least one finite sample, in any order. Throws RangeError for an empty list. */
export function summarize(samples: readonly number[]): Summary {
  return {
    median: quantile(samples, 0.5),
    lowerQuartile: quantile(samples, 0.25),
    upperQuartile: quantile(samples, 0.75),
    min: quantile(samples, 0),
    max: quantile(samples, 1),
  };
}

/** Interquartile range over median: how far apart the middle half of the samples lies. */
export function spread(summary: Summary): number {
  return summary.median === 0
    ? 0
    : (summary.upperQuartile - summary.lowerQuartile) / summary.median;
}

/**
 * The value below which a share of the samples lies, with linear interpolation between neighbours
 * (Hyndman and Fan 1996, definition 7). O(n log n).
 */
export function quantile(samples: readonly number[], share: number): number {
  if (samples.length === 0) throw new RangeError('samples: expected at least one');
  if (!samples.every(Number.isFinite)) throw new RangeError('samples: expected finite numbers');
  const sorted = [...samples].sort((a, b) => a - b);
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.ceil(position);
  return sorted[below]! + (sorted[above]! - sorted[below]!) * (position - below);
}
