/**
 * Tails of the binomial distribution as base-2 logarithms, for n up to some 10^5.
 *
 * P[X >= from] = sum_{i >= from} C(n, i) p^i q^(n-i). The terms are summed as ratios to the largest
 * one, whose logarithm is a sum of log2; relative errors stay near 10^-12, far below the 0.1 bit that
 * the protocol's tables need, at any depth (2^-300 is no underflow here). Tests compare with exact
 * rationals.
 */

/** A probability as an exact fraction of two integers. */
export type Share = { readonly numerator: bigint; readonly denominator: bigint };

/** log2 P[Binomial(n, share) >= from]; 0 if from <= 0, -Infinity if from > n. O(n). */
export function binomialTailLog2(n: number, options: { share: Share; from: number }): number {
  const { share, from } = options;
  if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`n: expected a count, got ${n}`);
  if (share.denominator <= 0n || share.numerator < 0n || share.numerator > share.denominator) {
    throw new RangeError('share: expected a fraction between 0 and 1');
  }
  if (from <= 0 || share.numerator === share.denominator) return from > n ? -Infinity : 0;
  if (from > n || share.numerator === 0n) return -Infinity;
  const logP = log2Ratio(share.numerator, share.denominator);
  const logQ = log2Ratio(share.denominator - share.numerator, share.denominator);
  const odds = 2 ** (logP - logQ);
  const mode = Math.min(n, Math.floor((n + 1) * 2 ** logP));
  if (from <= mode) return Math.log2(1 - 2 ** lowerTailLog2({ n, logP, logQ, odds, from }));
  let sum = 1;
  let term = 1;
  for (let i = from; i < n; i++) {
    term *= ((n - i) / (i + 1)) * odds; // C(n, i+1) p^(i+1) q^(n-i-1) over the term before
    sum += term;
    if (term < 1e-30 * sum) break;
  }
  return termLog2({ n, logP, logQ, at: from }) + Math.log2(sum);
}

/** log2 P[X < from] for from at or below the mode: summed downwards from the largest term. */
function lowerTailLog2(tail: {
  n: number;
  logP: number;
  logQ: number;
  odds: number;
  from: number;
}): number {
  const { n, odds, from } = tail;
  let sum = 1;
  let term = 1;
  for (let i = from - 1; i > 0; i--) {
    term *= i / ((n - i + 1) * odds);
    sum += term;
    if (term < 1e-30 * sum) break;
  }
  return termLog2({ n, logP: tail.logP, logQ: tail.logQ, at: from - 1 }) + Math.log2(sum);
}

/** log2 of C(n, at) p^at q^(n-at). */
function termLog2(point: { n: number; logP: number; logQ: number; at: number }): number {
  const { n, at } = point;
  let logChoose = 0;
  for (let i = 1; i <= Math.min(at, n - at); i++) {
    logChoose += Math.log2((n - i + 1) / i);
  }
  return logChoose + at * point.logP + (n - at) * point.logQ;
}

function log2Ratio(numerator: bigint, denominator: bigint): number {
  return log2Bigint(numerator) - log2Bigint(denominator);
}

/** log2 of a positive integer of any size. */
function log2Bigint(value: bigint): number {
  const shift = Math.max(0, value.toString(2).length - 60);
  return Math.log2(Number(value >> BigInt(shift))) + shift;
}
