/**
 * All codecs as one kind of code, a generalised Reed-Solomon code: shard i is s_i = v_i p(x_i) for
 * a polynomial p of degree below k, with distinct points x_i and non-zero scales v_i. Data shards
 * have indices 0..k-1, parity shards k..k+m-1; D are the points of the data. P_S(x) is the product
 * of (x + j) over j in S, j != x. For any k present indices A and another index e, Lagrange's
 * formula is
 *
 *   s_e = sum_{a in A} s_a * (v_e P_A(x_e)) / (v_a P_A(x_a) (x_e + x_a))                              (1)
 *
 * Every factor is non-zero, so any k shards determine all others (the code is MDS). Encoding is (1)
 * with A = D.
 *
 *   gf8-vandermonde   x_i = i, v_i = 1. Parity rows are those of V * inv(top k rows of V), V[r][c]
 *                     = r^c (0^0 = 1): they map p's values at 0..k-1 to its value at r. Backblaze
 *                     JavaReedSolomon; default of klauspost/reedsolomon and of Rust
 *                     reed-solomon-erasure.
 *   gf8-cauchy        x_i = i, v_i = 1 / P_D(i): (1) becomes s_r = sum_c d_c / (r + c). klauspost
 *                     `WithCauchyMatrix`, ISA-L `gf_gen_cauchy1_matrix`.
 *   gf8-jerasure      Vandermonde rows 0..k+m-2 and one row 0...01, which is "the value at
 *                     infinity", made systematic; then columns and rows of the parity part are
 *                     divided so that its first row and first column are ones (klauspost
 *                     `WithJerasureMatrix`, Plank's jerasure `reed_sol.c`). As the point 255 is
 *                     never used, x -> 1 / (x + 255) carries infinity to 0 and the code to an equal
 *                     one with points x_i = 1 / (i + 255), x_(k+m-1) = 0. The scales follow from
 *                     the ones: with v_k = 1, v_c = P_D(x_k) / (P_D(x_c) (x_k + x_c)) and v_r = v_0
 *                     P_D(x_0) (x_r + x_0) / P_D(x_r).
 *   leopard-ff8, leopard-ff16   With M = nextPow2(m): parity j stands at the point j, data i at M +
 *                     i, and zeros at all higher points. A word is a codeword if the polynomials
 *                     through its blocks of M values add up to 0, that is, if it has degree below
 *                     2^bits - M over all points; the zeros z make v_i = product of (x_i + z).
 *                     (catid/leopard; klauspost `WithLeopardGF`, `WithLeopardGF16`;
 *                     reed-solomon-simd `HighRate`.)
 *   leopard-ff16-low  With K = nextPow2(k): data i at the point i, zeros at k..K-1, parity j at K +
 *                     j; degree below K. (reed-solomon-simd `LowRate`.)
 *
 * `src/reference/` computes the same from the codes as their sources define them; the tests
 * compare.
 */
import { type Counts, nextPowerOfTwo } from './codec.ts';
import type { Codec } from './engine.ts';
import { type Field, fieldOf } from './field.ts';
import { logProducts } from './log-products.ts';

/** A code of k+m shards as points and scales; `logScales[i]` = log v_i. */
export interface EvaluationCode extends Counts {
  readonly field: Field;
  readonly points: Uint16Array;
  readonly logScales: Uint16Array;
}

/** Points and scales of a codec for a shape that it has. O(n log n) for n points. */
export function evaluationCode(codec: Codec, counts: Counts): EvaluationCode {
  const { dataShards: k, parityShards: m } = counts;
  const field = fieldOf(codec);
  const points = pointsOf(codec, counts);
  const code = { field, dataShards: k, parityShards: m, points };
  if (codec === 'gf8-vandermonde') return { ...code, logScales: new Uint16Array(k + m) };
  if (codec === 'gf8-cauchy') {
    const products = logProducts(field, points.subarray(0, k), points);
    return { ...code, logScales: products.map((log) => field.order - log) };
  }
  if (codec === 'gf8-jerasure') return { ...code, logScales: jerasureScales(code) };
  const [start, end] = leopardZeros(codec, counts);
  const zeros = Uint16Array.from({ length: end - start }, (_, i) => start + i);
  return { ...code, logScales: logProducts(field, zeros, points) };
}

/** Where Leopard puts the shards: the point of each, in index order. */
export function leopardPoints(
  codec: Codec,
  { dataShards: k, parityShards: m }: Counts,
): Uint16Array {
  if (codec === 'leopard-ff16-low') {
    const first = nextPowerOfTwo(k);
    return Uint16Array.from({ length: k + m }, (_, i) => (i < k ? i : first + i - k));
  }
  const first = nextPowerOfTwo(m);
  return Uint16Array.from({ length: k + m }, (_, i) => (i < k ? first + i : i - k));
}

/**
 * The points [start, end) that Leopard fills with zeros, as far as a transform of the shards' size
 * sees them.
 */
export function leopardZeros(
  codec: Codec,
  { dataShards: k, parityShards: m }: Counts,
): readonly [start: number, end: number] {
  if (codec === 'leopard-ff16-low') return [k, nextPowerOfTwo(k)];
  const used = nextPowerOfTwo(m) + k;
  return [used, nextPowerOfTwo(used)];
}

/**
 * Coefficients that turn the shards `sources` (k distinct indices) into the shards `wanted` (other
 * indices): one row of k per wanted shard. Formula (1). O(n log n + k * wanted), or O(k^2 + k *
 * wanted) if that is less.
 */
export function lagrangeRows(
  code: EvaluationCode,
  indices: { readonly sources: ArrayLike<number>; readonly wanted: ArrayLike<number> },
): Uint16Array {
  const { field, points, logScales } = code;
  const { exp, log, order } = field;
  const place = (index: number) => points[index]!;
  const sources = Uint16Array.from(indices.sources, place);
  const wanted = Uint16Array.from(indices.wanted, place);
  const sourceProducts = logProducts(field, sources, sources);
  const wantedProducts = logProducts(field, sources, wanted);
  // log (v_a P_A(x_a)), to be subtracted
  for (let c = 0; c < sources.length; c++) {
    sourceProducts[c] = (logScales[indices.sources[c]!]! + sourceProducts[c]!) % order;
  }
  const k = sources.length;
  const rows = new Uint16Array(wanted.length * k);
  for (let r = 0; r < wanted.length; r++) {
    const logWanted = (logScales[indices.wanted[r]!]! + wantedProducts[r]!) % order;
    const e = wanted[r]!;
    for (let c = 0; c < k; c++) {
      const exponent = logWanted - sourceProducts[c]! - log[e ^ sources[c]!]! + 2 * order;
      rows[r * k + c] = exp[exponent % order]!;
    }
  }
  return rows;
}

/**
 * Column c of the parity part of the generator: what data shard c counts for in each parity shard.
 */
export type EncodingColumns = (index: number) => Uint16Array;

/**
 * The columns one by one, for shapes whose whole matrix would be large. O(n log n), then O(m) each.
 */
export function encodingColumns(code: EvaluationCode): EncodingColumns {
  const { field, points, logScales, dataShards } = code;
  const { exp, log, order } = field;
  // log (v_i P_D(x_i))
  const logs = logProducts(field, points.subarray(0, dataShards), points);
  for (let i = 0; i < logs.length; i++) logs[i] = (logScales[i]! + logs[i]!) % order;
  return (c) =>
    Uint16Array.from(points.subarray(dataShards), (point, r) => {
      const exponent = logs[dataShards + r]! - logs[c]! - log[point ^ points[c]!]! + 2 * order;
      return exp[exponent % order]!;
    });
}

function pointsOf(codec: Codec, counts: Counts): Uint16Array {
  const count = counts.dataShards + counts.parityShards;
  if (codec.startsWith('leopard')) return leopardPoints(codec, counts);
  if (codec !== 'gf8-jerasure') return Uint16Array.from({ length: count }, (_, i) => i);
  const { exp, log, order } = fieldOf(codec);
  return Uint16Array.from({ length: count }, (_, i) =>
    i === count - 1 ? 0 : exp[order - log[i ^ 255]!]!,
  );
}

/** The scales that make the first row and the first column of the parity part ones. */
function jerasureScales(code: Omit<EvaluationCode, 'logScales'>): Uint16Array {
  const { field, points, dataShards: k } = code;
  const { log, order } = field;
  const products = logProducts(field, points.subarray(0, k), points);
  const logSum = (i: number, j: number): number => log[points[i]! ^ points[j]!]!;
  const scales = new Uint16Array(points.length);
  for (let c = 0; c < k; c++) {
    scales[c] = (products[k]! - products[c]! - logSum(k, c) + 2 * order) % order;
  }
  for (let r = k + 1; r < points.length; r++) {
    scales[r] = (scales[0]! + products[0]! + logSum(r, 0) - products[r]! + order) % order;
  }
  return scales;
}
