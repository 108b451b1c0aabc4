/**
 * Multi-scalar multiplication sum_j s_j P_j in G1 by signed buckets, all additions batched.
 *
 * 1. Split (GLV): s = s_1 + s_2 * lambda with lambda = z^2 - 1, both parts below 2^129, since
 *    r = lambda^2 + lambda + 1; lambda * (x, y) = (beta^2 x, y). Short scalars are not split.
 * 2. Recode each part into signed digits of w bits, |digit| <= 2^(w-1). Zero digits cost nothing.
 * 3. B[window][d] = the sum of the points whose digit there is d (negated for -d).
 * 4. The window sum is sum_d d * B[d] = sum_b 2^b * O_b, where O_b sums the buckets whose index has
 *    bit b set: pair buckets 2d and 2d + 1 level by level; the odd ones at level b are O_b.
 * 5. sum over windows of 2^(w * window) * 2^b * O_b: one Horner chain of doublings.
 *
 * Points must be in the subgroup (the split relies on the endomorphism). Not constant-time.
 * Several sums are computed together, so that small ones share inversions too.
 */
import { BASE_FIELD_MODULUS } from '../base-field.ts';
import {
  addEach,
  BETA,
  CURVE_PARAMETER,
  INFINITY,
  negate,
  type Point,
  sumRuns,
  toNoble,
} from './g1.ts';

/** lambda = z^2 - 1, an eigenvalue of the endomorphism (x, y) -> (beta^2 x, y). */
const LAMBDA = CURVE_PARAMETER * CURVE_PARAMETER - 1n;

const BETA_SQUARED = (BETA * BETA) % BASE_FIELD_MODULUS;

/** From this many chains on, affine lockstep beats noble's projective formulas in step 5. */
const LOCKSTEP_CHAINS = 12;

type Sum = { readonly points: readonly Point[]; readonly scalars: readonly bigint[] };

/** sum_j scalars_j * points_j; scalars in [0, r), as many as points. */
export function multiplyAndSum(points: readonly Point[], scalars: readonly bigint[]): Point {
  return multiplyAndSumEach([{ points, scalars }])[0]!;
}

/** Several independent multi-scalar multiplications. */
export function multiplyAndSumEach(sums: readonly Sum[]): Point[] {
  const terms = sums.map(splitTerms);
  let longest = 0n;
  let most = 1;
  for (const { points, scalars } of terms) {
    most = Math.max(most, points.length);
    for (const scalar of scalars) if (scalar > longest) longest = scalar;
  }
  if (longest === 0n) return sums.map(() => INFINITY);
  const bits = longest.toString(2).length;
  const width = chooseWidth(most, bits);
  const windows = Math.ceil((bits + 1) / width); // one more bit for the last carry
  const buckets = fillBuckets(terms, { width, windows });
  return hornerEach(bitSums(buckets, width), sums.length);
}

/** Drops zero scalars and splits long ones. */
function splitTerms({ points, scalars }: Sum): Sum {
  const outPoints: Point[] = [];
  const outScalars: bigint[] = [];
  for (let i = 0; i < points.length; i++) {
    const scalar = scalars[i]!;
    const point = points[i]!;
    if (scalar === 0n || point.y === 0n) continue;
    const low = scalar % LAMBDA;
    const high = scalar / LAMBDA;
    if (low !== 0n) {
      outPoints.push(point);
      outScalars.push(low);
    }
    if (high !== 0n) {
      outPoints.push({ x: (point.x * BETA_SQUARED) % BASE_FIELD_MODULUS, y: point.y });
      outScalars.push(high);
    }
  }
  return { points: outPoints, scalars: outScalars };
}

/** The width that minimises additions: one per digit, and 2 * 2^(w-1) per window. */
function chooseWidth(count: number, bits: number): number {
  let best = 2;
  let bestCost = Number.POSITIVE_INFINITY;
  for (let width = 2; width <= 14; width++) {
    const cost = Math.ceil((bits + 1) / width) * (count + 2 ** width);
    if (cost < bestCost) [best, bestCost] = [width, cost];
  }
  return best;
}

/** Steps 2 and 3: buckets of every sum and window, each 2^(width-1) long, bucket d at d - 1. */
function fillBuckets(
  terms: readonly Sum[],
  { width, windows }: { width: number; windows: number },
): Point[] {
  const half = 2 ** (width - 1);
  const counts = new Array<number>(terms.length * windows * half).fill(0);
  const members: { bucket: number; point: Point }[] = [];
  const mask = BigInt(2 * half - 1);
  const shift = BigInt(width);
  terms.forEach(({ points, scalars }, sum) => {
    for (let i = 0; i < points.length; i++) {
      const point = points[i]!;
      const negated = negate(point);
      let rest = scalars[i]!;
      for (let window = 0; rest !== 0n; window++) {
        let digit = Number(rest & mask);
        rest >>= shift;
        if (digit > half) {
          digit -= 2 * half;
          rest += 1n;
        }
        if (digit === 0) continue;
        const bucket = (sum * windows + window) * half + Math.abs(digit) - 1;
        counts[bucket]!++;
        members.push({ bucket, point: digit > 0 ? point : negated });
      }
    }
  });
  return sumRuns(groupByBucket(members, counts), counts);
}

/** The points in the order of their buckets (counting sort). */
function groupByBucket(
  members: readonly { readonly bucket: number; readonly point: Point }[],
  counts: readonly number[],
): Point[] {
  const next = new Array<number>(counts.length);
  let offset = 0;
  for (let bucket = 0; bucket < counts.length; bucket++) {
    next[bucket] = offset;
    offset += counts[bucket]!;
  }
  const out = new Array<Point>(members.length);
  for (const { bucket, point } of members) out[next[bucket]!++] = point;
  return out;
}

/** Step 4: for every window, O_0..O_(width-1). */
function bitSums(buckets: readonly Point[], width: number): Point[] {
  const half = 2 ** (width - 1);
  const windowCount = buckets.length / half;
  // Level arrays index buckets from 0; bucket `half` alone has bit width-1 and is set aside.
  let level: Point[] = [];
  for (let window = 0; window < windowCount; window++) {
    level.push(INFINITY);
    for (let d = 1; d < half; d++) level.push(buckets[window * half + d - 1]!);
  }
  const runs: Point[][] = new Array<Point[]>(windowCount * width);
  for (let bit = 0, size = half; bit < width - 1; bit++, size /= 2) {
    const even: Point[] = [];
    const odd: Point[] = [];
    for (let window = 0; window < windowCount; window++) {
      const odds: Point[] = [];
      for (let i = 0; i < size; i += 2) {
        even.push(level[window * size + i]!);
        odds.push(level[window * size + i + 1]!);
      }
      odd.push(...odds); // at most 2^12 per window
      runs[window * width + bit] = odds;
    }
    level = addEach(even, odd);
  }
  for (let window = 0; window < windowCount; window++) {
    runs[window * width + width - 1] = [buckets[window * half + half - 1]!];
  }
  return sumRuns(
    runs.flat(),
    runs.map((run) => run.length),
  );
}

/** Step 5: sum_i 2^i * digits[i] for `chains` equally long lists, least significant first. */
function hornerEach(digits: readonly Point[], chains: number): Point[] {
  const length = digits.length / chains;
  if (chains < LOCKSTEP_CHAINS) {
    return Array.from({ length: chains }, (_, chain) => {
      let sum = toNoble(INFINITY);
      for (let i = length - 1; i >= 0; i--) {
        sum = sum.double();
        const digit = digits[chain * length + i]!;
        if (digit.y !== 0n) sum = sum.add(toNoble(digit));
      }
      return sum.toAffine();
    });
  }
  let sums: Point[] = new Array<Point>(chains).fill(INFINITY);
  for (let i = length - 1; i >= 0; i--) {
    sums = addEach(sums, sums);
    const added = sums.map((_, chain) => chain).filter((c) => digits[c * length + i]!.y !== 0n);
    const results = addEach(
      added.map((chain) => sums[chain]!),
      added.map((chain) => digits[chain * length + i]!),
    );
    added.forEach((chain, at) => {
      sums[chain] = results[at]!;
    });
  }
  return sums;
}
