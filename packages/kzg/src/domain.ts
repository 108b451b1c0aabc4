/**
 * Roots of unity and the two transforms of the package. The domain of size n (a power of two) is
 * the group of n-th roots of unity in bit-reversed order, as in EIP-4844: point i is
 * w_n^(brp_n(i)), where brp_n reverses the log2(n) bits of i. Coefficients are in natural order.
 *
 * The decimation-in-frequency transform maps natural to bit-reversed order and its inverse maps
 * back, so no data is ever permuted. Inside a butterfly sums are left unreduced (they grow by one
 * bit per layer, at most 13) and only products are: that saves half of the reductions.
 */
import { FIELD_MODULUS, invert, power, powersOf, reduce } from './scalar.ts';

/** A generator of F_r^*. deneb/polynomial-commitments.md, `PRIMITIVE_ROOT_OF_UNITY`. */
const PRIMITIVE_ROOT_OF_UNITY = 7n;

type Roots = { readonly forward: readonly bigint[]; readonly inverse: readonly bigint[] };

const rootTables = new Map<number, Roots>(); // one entry per power of two in use: at most 33

/** `bits` reversed: brp of an index of that many bits. */
export function reverseBits(index: number, bits: number): number {
  let out = 0;
  for (let i = 0; i < bits; i++) out = out * 2 + (Math.floor(index / 2 ** i) % 2);
  return out;
}

/** log2 of a power of two. */
export function log2(size: number): number {
  return 31 - Math.clz32(size);
}

/** The size of the domain of n rows: N = 2^ceil(log2 n). */
export function domainSize(rowCount: number): number {
  return 2 ** Math.ceil(Math.log2(rowCount));
}

/** w_n = 7^((r - 1) / n): a primitive n-th root of unity, n a power of two up to 2^32. */
export function rootOfUnity(size: number): bigint {
  return power(PRIMITIVE_ROOT_OF_UNITY, (FIELD_MODULUS - 1n) / BigInt(size));
}

/** Point i of the domain of that size: w_n^(brp_n(i)). */
export function domainPoint(size: number, index: number): bigint {
  return power(rootOfUnity(size), BigInt(reverseBits(index, log2(size))));
}

/** The first `count` points of the domain of that size. */
export function domainPoints(size: number, count: number): bigint[] {
  const { forward } = roots(size);
  const out = new Array<bigint>(count);
  for (let i = 0; i < count; i++) {
    const exponent = reverseBits(i, log2(size));
    // forward holds w^0..w^(n/2-1); w^(n/2) = -1
    out[i] =
      exponent < size / 2 || size === 1
        ? forward[exponent]!
        : FIELD_MODULUS - forward[exponent - size / 2]!;
  }
  return out;
}

/** Evaluates in place: coefficients (natural order) become values on the domain. O(n log n). */
export function evaluateInPlace(values: bigint[]): void {
  const size = values.length;
  const { forward } = roots(size);
  for (let half = size / 2; half >= 1; half /= 2) {
    const stride = size / (2 * half);
    for (let start = 0; start < size; start += 2 * half) {
      for (let i = 0; i < half; i++) {
        const low = values[start + i]!;
        const high = values[start + i + half]!;
        values[start + i] = low + high;
        const difference = low - high;
        values[start + i + half] =
          i === 0 ? difference : (difference * forward[i * stride]!) % FIELD_MODULUS;
      }
    }
  }
  for (let i = 0; i < size; i++) values[i] = reduce(values[i]!);
}

/** Interpolates in place: values on the domain become coefficients. O(n log n). */
export function interpolateInPlace(values: bigint[]): void {
  const size = values.length;
  const { inverse } = roots(size);
  for (let half = 1; half < size; half *= 2) {
    const stride = size / (2 * half);
    for (let start = 0; start < size; start += 2 * half) {
      for (let i = 0; i < half; i++) {
        const low = values[start + i]!;
        const high = values[start + i + half]!;
        const product = i === 0 ? high : (high * inverse[i * stride]!) % FIELD_MODULUS;
        values[start + i] = low + product;
        values[start + i + half] = low - product;
      }
    }
  }
  const scale = invert(BigInt(size));
  for (let i = 0; i < size; i++) values[i] = reduce(values[i]! * scale);
}

/** Multiplies coefficient i by shift^i: f(X) becomes f(shift * X). */
export function shiftInPlace(coefficients: bigint[], shift: bigint): void {
  let factor = 1n;
  for (let i = 0; i < coefficients.length; i++) {
    coefficients[i] = (coefficients[i]! * factor) % FIELD_MODULUS;
    factor = (factor * shift) % FIELD_MODULUS;
  }
}

/** w_n^0..w_n^(n/2-1) and their inverses, computed on first use (n <= 8,192: under 3 ms). */
function roots(size: number): Roots {
  const known = rootTables.get(size);
  if (known !== undefined) return known;
  const root = rootOfUnity(size);
  const count = Math.max(1, size / 2);
  const table = { forward: powersOf(root, count), inverse: powersOf(invert(root), count) };
  rootTables.set(size, table);
  return table;
}
