/**
 * The hash-only scheme's code and checksum as their definitions say, with big integers: Lagrange
 * interpolation through given points, and sums over a matrix H.
 */
import { PRIME } from '../src/prime-field.ts';

const P = BigInt(PRIME);

export function naivePower(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let b = base % P, e = exponent; e > 0n; e >>= 1n, b = (b * b) % P) {
    if (e & 1n) result = (result * b) % P;
  }
  return result;
}

/** w_N^(brp_N(index)) with w_N = 3^((p-1)/N). */
export function naivePoint(index: number, size: number): bigint {
  const bits = Math.log2(size);
  let reversed = 0n;
  for (let bit = 0; bit < bits; bit++) {
    if ((index >> bit) & 1) reversed |= 1n << BigInt(bits - 1 - bit);
  }
  return naivePower(naivePower(3n, (P - 1n) / BigInt(size)), reversed);
}

/** Value at point `at` of the polynomial of degree < k through k (point, value) pairs. */
export function naiveInterpolate(
  pairs: readonly { readonly x: bigint; readonly y: bigint }[],
  at: bigint,
): bigint {
  let sum = 0n;
  for (const { x, y } of pairs) {
    let term = y;
    for (const other of pairs) {
      if (other.x === x) continue;
      term = (term * (at - other.x + P)) % P;
      term = (term * naivePower(x - other.x + P, P - 2n)) % P;
    }
    sum += term;
  }
  return sum % P;
}
