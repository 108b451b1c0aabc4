/**
 * Tails of the binomial and hypergeometric distributions as base-2 logarithms, for n up to some 10^5.
 *
 * Binomial: P[X >= from] = sum_{i >= from} C(n, i) p^i q^(n-i). Hypergeometric (n draws without
 * replacement from N of which K are marked): sum_{i >= from} C(K, i) C(N-K, n-i) / C(N, n). The terms
 * are summed as ratios to the largest one, whose logarithm is a sum of log2; errors stay below
 * 10^-6 bits, far below the 0.1 bit that the protocol's tables need, at any depth (2^-300 is no
 * underflow here). Tests compare with exact rationals.
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

/** A population of which some are marked, and how many are drawn from it without replacement. */
export type Draw = {
  readonly population: number;
  readonly marked: number;
  readonly draws: number;
};

/**
 * log2 of the probability that at least `from` of the drawn are marked; 0 if that is certain,
 * -Infinity if it cannot be. O(population).
 */
export function hypergeometricTailLog2(draw: Draw, from: number): number {
  const { population, marked, draws } = draw;
  for (const [name, value] of Object.entries(draw)) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new RangeError(`${name}: expected a count, got ${value}`);
    }
  }
  if (marked > population || draws > population) {
    throw new RangeError('draw: more marked or drawn than there are');
  }
  if (from <= Math.max(0, draws - (population - marked))) return 0;
  if (from > Math.min(draws, marked)) return -Infinity;
  if (from > ((draws + 1) * (marked + 1)) / (population + 2)) return markedTailLog2(draw, from);
  const rest = { ...draw, marked: population - marked };
  return Math.log2(1 - 2 ** markedTailLog2(rest, draws - from + 1));
}

/** The sum from `from`, at or above the mode, upwards. */
function markedTailLog2(draw: Draw, from: number): number {
  const { population, marked, draws } = draw;
  let sum = 1;
  let term = 1;
  for (let i = from; i < Math.min(draws, marked); i++) {
    // C(K, i+1) C(N-K, n-i-1) over the term before
    term *= ((marked - i) * (draws - i)) / ((i + 1) * (population - marked - draws + i + 1));
    sum += term;
    if (term < 1e-30 * sum) break;
  }
  const first =
    chooseLog2(marked, from) +
    chooseLog2(population - marked, draws - from) -
    chooseLog2(population, draws);
  return first + Math.log2(sum);
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
  return chooseLog2(n, at) + at * point.logP + (n - at) * point.logQ;
}

/** log2 C(n, k) for 0 <= k <= n. O(min(k, n - k)). */
export function chooseLog2(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= Math.min(k, n - k); i++) sum += Math.log2((n - i + 1) / i);
  return sum;
}

function log2Ratio(numerator: bigint, denominator: bigint): number {
  return log2Bigint(numerator) - log2Bigint(denominator);
}

/** log2 of a positive integer of any size. */
function log2Bigint(value: bigint): number {
  const shift = Math.max(0, value.toString(2).length - 60);
  return Math.log2(Number(value >> BigInt(shift))) + shift;
}
