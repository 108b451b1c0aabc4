/**
 * The codes as data: which linear combination of k present shards is a missing one.
 *
 * Notation: k data shards have indices 0..k-1, parity shards k..k+m-1; an index is also a field element.
 * d_c is data shard c, s_i any shard. Both codes are systematic (s_c = d_c for c < k). Their parity:
 *
 *   gf8-vandermonde   row r of V * inv(top k rows of V), V[r][c] = r^c (0^0 = 1). The construction of
 *                     Backblaze JavaReedSolomon; default of klauspost/reedsolomon and of Rust
 *                     reed-solomon-erasure (`galois_8`).
 *   gf8-cauchy        s_r = sum_c d_c / (r + c). klauspost `WithCauchyMatrix`, ISA-L `gf_gen_cauchy1_matrix`.
 *
 * No matrix is built or inverted, because both are generalised Reed-Solomon codes: s_i = v_i p(i) for one
 * polynomial p of degree < k.
 * - gf8-vandermonde: V * inv(top) maps p's values at 0..k-1 to its value at r, so v_i = 1.
 * - gf8-cauchy: write N_S(i) = prod_{j in S, j != i} (i + j) and D = {0..k-1}. With v_i = 1 / N_D(i),
 *   Lagrange's formula gives s_r = v_r sum_c (d_c / v_c) N_D(r) / ((r + c) N_D(c)) = sum_c d_c / (r + c).
 *
 * For any k present indices A and a wanted index e outside A, Lagrange's formula on A gives
 *
 *   s_e = sum_{a in A} s_a * (v_e N_A(e)) / (v_a N_A(a) (e + a))                              (1)
 *
 * Every factor is non-zero, so any k shards determine all others (the code is MDS). Encoding is (1) with
 * A = D. Coefficients cost O(k) each after O(k^2), against O(k^3) for inverting a matrix: 1.3 ms at
 * 128+128 and 5 us at 10+4 (Node 24, AMD EPYC), so nothing is cached and no cache can grow
 * (reed-solomon-erasure issue 74).
 * `src/reference/matrix-code.ts` computes the same from the matrices as defined; the tests compare.
 */
import { fieldTables, GROUP_ORDER } from './field.ts';

/** The codecs of this build. */
export const CODECS: readonly ['gf8-vandermonde', 'gf8-cauchy'] = [
  'gf8-vandermonde',
  'gf8-cauchy',
] as const;

/** A codec name; it fixes the parity bytes. */
export type Codec = (typeof CODECS)[number];

/** Most shards (data and parity) of one codeword: indices are the 256 elements of GF(2^8). */
export const MAX_SHARDS = 256;

/**
 * Coefficients that turn the shards `present` (k distinct indices) into the shards `wanted` (indices
 * outside `present`): one row per wanted shard, one byte per present one. Formula (1) above; O(k^2 + k * wanted).
 */
export function recoveryRows(options: {
  readonly codec: Codec;
  readonly present: readonly number[];
  readonly wanted: readonly number[];
}): Uint8Array[] {
  const { codec, present, wanted } = options;
  const { exp, log } = fieldTables();
  // log N_S(i)
  const logProduct = (indices: readonly number[], i: number): number => {
    let sum = 0;
    for (const j of indices) if (j !== i) sum += log[i ^ j]!;
    return sum % GROUP_ORDER;
  };
  const data = present.map((_, c) => c);
  // log (v_i N_A(i))
  const logScale = (i: number): number => {
    const scale = logProduct(present, i);
    if (codec === 'gf8-vandermonde') return scale;
    return (scale + GROUP_ORDER - logProduct(data, i)) % GROUP_ORDER;
  };
  const presentScales = present.map(logScale);
  return wanted.map((e) => {
    const wantedScale = logScale(e);
    return Uint8Array.from(present, (a, position) => {
      const exponent = wantedScale - presentScales[position]! - log[e ^ a]!;
      return exp[(exponent + 2 * GROUP_ORDER) % GROUP_ORDER]!;
    });
  });
}
