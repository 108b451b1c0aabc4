/**
 * Weights of random linear combinations. Many equations are checked as one: if any is wrong, the
 * weighted sum holds for at most one in 2^128 choices of the weights (the first is 1), so they are
 * drawn after the batch is fixed, and nobody who made the batch can aim at them. The specifications
 * take powers of a hash, 255 bits long, for which everything must be hashed and which make
 * multiplications twice as long; the answer is the same boolean.
 */

/** Fresh bytes that nobody can predict. */
export type RandomBytes = (size: number) => Uint8Array;

/** Bytes per weight: 2^-128 is the chance that a wrong batch passes. */
const BYTES_PER_WEIGHT = 16;

/** Most bytes that one call of `crypto.getRandomValues` gives. Web Cryptography, section 10.1.1. */
const MAX_RANDOM_BYTES = 65_536;

/**
 * 1, then `count` - 1 random numbers below 2^128, none of them zero. Throws TypeError for another number
 * of bytes, RangeError for a weight of zero, which would wave its item through: honest randomness
 * gives it with probability 2^-128.
 */
export function drawWeights(count: number, random: RandomBytes): bigint[] {
  const out = [1n];
  if (count < 2) return out.slice(0, count);
  const size = (count - 1) * BYTES_PER_WEIGHT;
  const bytes = random(size);
  if (!(bytes instanceof Uint8Array) || bytes.length !== size) {
    throw new TypeError(`random: expected ${size} bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < size; i += BYTES_PER_WEIGHT) {
    const weight = (view.getBigUint64(i) << 64n) | view.getBigUint64(i + 8);
    if (weight === 0n) throw new RangeError('random: returned a weight of zero');
    out.push(weight);
  }
  return out;
}

/** Bytes of the runtime's generator. */
export function systemRandom(size: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(size);
  for (let at = 0; at < size; at += MAX_RANDOM_BYTES) {
    crypto.getRandomValues(out.subarray(at, at + MAX_RANDOM_BYTES));
  }
  return out;
}
