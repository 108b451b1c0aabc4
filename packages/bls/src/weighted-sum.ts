/**
 * Sums with short public weights, for batch verification: the bucket method (Pippenger) over the 128
 * bits a weight has. noble's own multi-scalar multiplication walks all 255 bits of a scalar.
 * Not constant-time: points and weights are public once they are used.
 */

/** Bytes of one weight: 128 bits. */
export const WEIGHT_SIZE = 16;

/**
 * The bytes themselves if they are `count` weights of 16 bytes, none of them zero. Throws TypeError
 * or RangeError.
 */
export function checkWeights(bytes: Uint8Array, count: number): Uint8Array {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('random: expected to return Uint8Array');
  if (bytes.length !== count * WEIGHT_SIZE) {
    throw new RangeError(
      `random: expected ${count * WEIGHT_SIZE} bytes, got ${bytes.length} bytes`,
    );
  }
  for (let i = 0; i < count; i++) {
    let bits = 0;
    for (let j = 0; j < WEIGHT_SIZE; j++) bits |= bytes[i * WEIGHT_SIZE + j]!;
    // Honest randomness gives zero with probability 2^-128; zeros would wave everything through.
    if (bits === 0) throw new RangeError('random: returned a weight of zero');
  }
  return bytes;
}

/** Weights in [1, 2^128) from `count` * 16 big-endian bytes that pass `checkWeights`. */
export function weightsFrom(bytes: Uint8Array, count: number): bigint[] {
  checkWeights(bytes, count);
  return Array.from({ length: count }, (_, i) => {
    let weight = 0n;
    for (let j = 0; j < WEIGHT_SIZE; j++) {
      weight = (weight << 8n) | BigInt(bytes[i * WEIGHT_SIZE + j]!);
    }
    return weight;
  });
}

/** What the sum needs of a point. */
interface Addable<Point> {
  add(other: Point): Point;
  double(): Point;
}

/** sum_i weights_i points_i for weights below 2^128; `zero` is the neutral element. */
export function weightedSum<Point extends Addable<Point>>(
  zero: Point,
  points: readonly Point[],
  weights: readonly bigint[],
): Point {
  // Cost (128 / w)(n + 2^(w+1)) additions: w = log2(n) - 2 is within 5 % of the best for n <= 10^4.
  const windowBits = Math.max(2, 31 - Math.clz32(points.length | 1) - 2);
  const bucketCount = 2 ** windowBits;
  const windows = Math.ceil((WEIGHT_SIZE * 8) / windowBits);
  let total = zero;
  for (let window = windows - 1; window >= 0; window--) {
    for (let i = 0; i < windowBits; i++) total = total.double();
    const buckets = new Array<Point | undefined>(bucketCount).fill(undefined);
    const shift = BigInt(window * windowBits);
    for (let i = 0; i < points.length; i++) {
      const digit = Number((weights[i]! >> shift) & BigInt(bucketCount - 1));
      if (digit !== 0) buckets[digit] = buckets[digit]?.add(points[i]!) ?? points[i]!;
    }
    // sum_d d * bucket_d, from the highest digit down
    let running = zero;
    let windowSum = zero;
    for (let digit = bucketCount - 1; digit > 0; digit--) {
      const bucket = buckets[digit];
      if (bucket !== undefined) running = running.add(bucket);
      windowSum = windowSum.add(running);
    }
    total = total.add(windowSum);
  }
  return total;
}
