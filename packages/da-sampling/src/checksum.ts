/**
 * The random checksum of the hash-only scheme: ZODA (Evans, Mohnblatt, Angeris, "ZODA: Zero-Overhead
 * Data Availability", IACR ePrint 2025/034), the variant that ships the checksum itself instead of
 * sampled columns. The rows U_i (m field elements each) are fixed by their Merkle root first; then
 *
 *   H = D_r V,  r in (F*)^m drawn from a hash of everything before,  V[b][j] = node_b^j, j < t
 *   checksum of row i: U_i H, t elements; those of the k data rows, Z, are published
 *   row i is accepted iff U_i H = (G Z)_i, G the column code
 *
 * V is a Vandermonde matrix on distinct nodes: any min(s, t) of its rows are independent. So for any
 * fixed v != 0 with s non-zero positions, v D_r V = 0 for at most (p-1)^(s-t) of the (p-1)^s choices
 * of r there (none if s < t): with probability at most (p-1)^-t.
 *
 * Soundness. Any k+1 accepted rows B that are no codeword have a parity check h with v = h U_B != 0,
 * while h (G Z)_B = 0 whatever Z is; so v H = 0. There are C(n, k+1) such sets, hence
 *
 *   Pr[some accepted rows disagree] <= C(n, k+1) (p-1)^-t <= 2^-128        (t: `checksumWidth`)
 *
 * for each r, that is for each hash the submitter tries. It is exact and holds for all accepted rows
 * at once. The distance analysis of the paper (as commonware-coding applies it) needs S >=
 * 128 / -log2(1 - (n-k+1)/(2n)) rows of one sampler for 2^-128: 189 at n = 1,024, k = 256, too many
 * for members with a few seats.
 *
 * Node of position b = q b' + s (0 <= s < q, q >= m/T, T a power of two >= t): w_T^b' beta^s, beta of
 * order T Q with Q a power of two >= q; all distinct, since (w_T^b' beta^s)^T = (beta^T)^s tells s. So a
 * checksum is a transform of T rows of q columns, a product with beta^(s j) each, and t sums: about
 * log2(T)/2 + 2 products per element.
 */
import { createLanes, type Lanes, shoupOf } from './lanes.ts';
import { multiply, PRIME, power, rootOfUnity } from './prime-field.ts';
import { toValues } from './row-transform.ts';
import { TAGS, taggedHash } from './tagged-hash.ts';
import { littleEndian } from './wire.ts';

/** Soundness of the checksum in bits, per hash that the submitter tries. */
export const CHECKSUM_BITS = 128;

/** H for rows of one length: r and V as a transform of `size` (T) rows of `columns` (q) words. */
export type ChecksumKey = {
  /** t. */
  readonly width: number;
  readonly size: number;
  readonly columns: number;
  /** r and its `shoupOf`, then beta^(s j) and theirs, each for size * columns places. */
  readonly tables: Int32Array;
};

const widths = new Map<string, number>();

/**
 * t: the fewest elements with C(n, k+1) (p-1)^-t <= 2^-128. Exact; 31 for (256, 1,024). n is bounded
 * by the caller (a profile's rows).
 */
export function checksumWidth({ k, n }: { readonly k: number; readonly n: number }): number {
  const key = `${k}/${n}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  const subsets = binomial(n, k + 1) << BigInt(CHECKSUM_BITS);
  let width = 1;
  for (let choices = BigInt(PRIME - 1); choices < subsets; width++) choices *= BigInt(PRIME - 1);
  widths.set(key, width);
  return width;
}

/** -log2 of the bound for a checksum of `width` elements; what `checksumWidth` leaves above 128. */
export function checksumSoundnessBits(
  shape: { readonly k: number; readonly n: number },
  width: number = checksumWidth(shape),
): number {
  return width * Math.log2(PRIME - 1) - log2(binomial(shape.n, shape.k + 1));
}

/** H from a 32-byte seed, for rows of `length` elements. Cost: length/8 hashes. */
export function checksumKey(
  seed: Uint8Array,
  { length, width }: { readonly length: number; readonly width: number },
): ChecksumKey {
  const size = 2 ** Math.ceil(Math.log2(width));
  const columns = 4 * Math.ceil(length / (4 * size)); // whole lanes; places from `length` on stay 0
  const count = size * columns;
  const tables = new Int32Array(4 * count);
  const part = (index: number) => tables.subarray(index * count, (index + 1) * count);
  drawFactors(part(0).subarray(0, length), seed);
  fillPowers(part(2), { size, columns });
  part(1).set(part(0).map(shoupOf));
  part(3).set(part(2).map(shoupOf));
  return { width, size, columns, tables };
}

/** The t elements U H of one row of canonical elements. */
export function checksum(row: Int32Array, key: ChecksumKey): Int32Array {
  const { width, size, columns } = key;
  const count = size * columns;
  const lanes = loadedWith(key);
  const words = lanes.words(5 * count);
  words.set(row);
  words.fill(0, row.length, count);
  lanes.scaleEach({ at: 0, count, factors: count, shoups: 2 * count });
  toValues(lanes, { at: 0, size, width: columns, block: 0 });
  lanes.scaleEach({ at: 0, count, factors: 3 * count, shoups: 4 * count });
  return Int32Array.from({ length: width }, (_, j) => {
    const at = reversed(j, size) * columns;
    let sum = 0; // below 2^31 columns, exact
    for (let i = at; i < at + columns; i++) sum += words[i]!;
    return sum % PRIME;
  });
}

/** A memory with the tables of the key used last behind the place of a row. */
let loaded: { readonly lanes: Lanes; key: ChecksumKey | undefined } | undefined;

function loadedWith(key: ChecksumKey): Lanes {
  loaded ??= { lanes: createLanes(), key: undefined };
  if (loaded.key !== key) {
    const count = key.size * key.columns;
    loaded.lanes.words(5 * count).set(key.tables, count);
    loaded.key = key;
  }
  return loaded.lanes;
}

/** Uniform elements other than 0 by rejection: 31 bits a word, eight words a hash. */
function drawFactors(factors: Int32Array, seed: Uint8Array): void {
  for (let filled = 0, counter = 0; filled < factors.length; counter++) {
    const block = taggedHash(TAGS.checksumKey, seed, littleEndian(counter, 4));
    const view = new DataView(block.buffer);
    for (let at = 0; at < block.length && filled < factors.length; at += 4) {
      const value = view.getUint32(at, true) & 0x7fffffff;
      if (value !== 0 && value < PRIME) factors[filled++] = value;
    }
  }
}

/** beta^(s j) in row brp(j), column s: after the transform row i holds the values at w_T^brp(i). */
function fillPowers(
  powers: Int32Array,
  { size, columns }: { readonly size: number; readonly columns: number },
): void {
  const beta = rootOfUnity(size * 2 ** Math.ceil(Math.log2(columns)));
  for (let row = 0; row < size; row++) {
    const base = power(beta, reversed(row, size));
    let value = 1;
    for (let s = 0; s < columns; s++) {
      powers[row * columns + s] = value;
      value = multiply(value, base);
    }
  }
}

/** The bits of `index` below `size`, reversed. */
function reversed(index: number, size: number): number {
  let result = 0;
  for (let bit = 1, mirror = size >> 1; mirror >= 1; bit <<= 1, mirror >>= 1) {
    if ((index & bit) !== 0) result |= mirror;
  }
  return result;
}

function binomial(n: number, k: number): bigint {
  let result = 1n;
  for (let i = 1; i <= k; i++) result = (result * BigInt(n - k + i)) / BigInt(i);
  return result;
}

/** log2 of a positive bigint, to double precision. */
function log2(value: bigint): number {
  const digits = value.toString(16);
  return (
    4 * (digits.length - 1) +
    Math.log2(Number.parseInt(digits.slice(0, 13), 16) / 16 ** (Math.min(digits.length, 13) - 1))
  );
}
