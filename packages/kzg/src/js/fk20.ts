/**
 * All 128 cell proofs of a polynomial at once: Feist and Khovratovich, "Fast amortized KZG proofs"
 * (ePrint 2023/033), section 3, for cosets of 64 points.
 *
 * Notation: f(X) = sum_i f_i X^i, i < 4,096; l = 64; cell j lies on the coset h_j * <w_64>, and
 * a_j = h_j^l runs over the 128th roots of unity in bit-reversed order.
 * 1. The proof of cell j commits to floor(f(X) / (X^l - a_j)), which is sum_m a_j^m H_m with
 *    H_m = sum_i f_(i + l (m+1)) [tau^i], m = 0..62.
 * 2. Split i = c + l t: H_m = sum_c sum_t F_(t+m+1) S_t with F_t = f_(c + l t), S_t = [tau^(c+lt)].
 *    With S'_u = S_(62-u) this is the cyclic convolution of length 128 of S' with F'_j =
 *    F_((j + 63) mod 128), entry m (the full convolution has 127 entries, so nothing wraps into it).
 * 3. So: transform each F' (field), multiply entry v by the transform of S' (fixed points), sum over
 *    the 64 offsets c: 128 multi-scalar multiplications of 64 points; transform back, keep H_0..H_62.
 * 4. The proofs are the transform of (H_0..H_62, 0..) : entry j is the value at a_j.
 */
import { reverseBits, rootOfUnity } from '../domain.ts';
import { transformOffsets } from '../fk20-columns.ts';
import { CELLS_PER_EXT_BLOB, FIELD_ELEMENTS_PER_CELL } from '../parameters.ts';
import { invert, powersOf } from '../scalar.ts';
import { addEach, INFINITY, negate, type Point } from './g1.ts';
import { multiplyAndSumEach } from './msm.ts';

/** Columns handled by one batch of step 3: bounds memory to about 60 MB. */
const COLUMNS_AT_ONCE = 32;

const SIZE = CELLS_PER_EXT_BLOB;
const STRIDE = FIELD_ELEMENTS_PER_CELL;
const LAST = SIZE / 2 - 1; // 63: F_0..F_63, S_0..S_62

/** The points of step 3: entry (v, c) at v * 64 + c, v in bit-reversed order. */
export type Fk20Points = readonly Point[];

/** Transforms the monomial points (4,096): 28,000 multiplications, tens of seconds. */
export function deriveFk20Points(monomial: readonly Point[]): Fk20Points {
  const out = new Array<Point>(SIZE * STRIDE);
  for (let c = 0; c < STRIDE; c++) {
    deriveFk20Offset(monomial, c).forEach((point, v) => {
      out[v * STRIDE + c] = point;
    });
  }
  return out;
}

/** The column of offset c: the transform of S'. */
export function deriveFk20Offset(monomial: readonly Point[], c: number): Point[] {
  const reversed = new Array<Point>(SIZE).fill(INFINITY);
  for (let u = 0; u < LAST; u++) reversed[u] = monomial[c + STRIDE * (LAST - 1 - u)]!;
  return evaluatePoints(reversed);
}

/** The published order (natural v, offset 63 - c) brought into ours. */
export function orderFk20Points(published: readonly Point[]): Fk20Points {
  return published.map((_, at) => {
    const [v, c] = [Math.floor(at / STRIDE), at % STRIDE];
    return published[reverseBits(v, 7) * STRIDE + (STRIDE - 1 - c)]!;
  });
}

/** The proofs of cells 0..127 of the polynomial with these 4,096 coefficients. */
export function computeAllProofs(points: Fk20Points, coefficients: readonly bigint[]): Point[] {
  const columns = transformOffsets(coefficients);
  const products: Point[] = [];
  for (let start = 0; start < SIZE; start += COLUMNS_AT_ONCE) {
    const sums = [];
    for (let v = start; v < start + COLUMNS_AT_ONCE; v++) {
      sums.push({ points: points.slice(v * STRIDE, (v + 1) * STRIDE), scalars: columns[v]! });
    }
    products.push(...multiplyAndSumEach(sums));
  }
  const h = interpolatePointsUnscaled(products);
  return evaluatePoints(h.fill(INFINITY, LAST));
}

/** The transform of `domain.ts` on points: natural order to bit-reversed. */
function evaluatePoints(input: readonly Point[]): Point[] {
  const values = [...input];
  const roots = powersOf(rootOfUnity(SIZE), SIZE / 2);
  for (let half = SIZE / 2; half >= 1; half /= 2) {
    const { low, high } = butterflyIndices(half);
    const lows = low.map((i) => values[i]!);
    const highs = high.map((i) => values[i]!);
    const sums = addEach(lows, highs);
    const twiddles = low.map((i) => roots[(i % half) * (SIZE / (2 * half))]!);
    const products = scaleEach(addEach(lows, highs.map(negate)), twiddles);
    low.forEach((i, at) => {
      values[i] = sums[at]!;
      values[i + half] = products[at]!;
    });
  }
  return values;
}

/** Its inverse times 128: bit-reversed order to natural. */
function interpolatePointsUnscaled(input: readonly Point[]): Point[] {
  const values = [...input];
  const roots = powersOf(invert(rootOfUnity(SIZE)), SIZE / 2);
  for (let half = 1; half < SIZE; half *= 2) {
    const { low, high } = butterflyIndices(half);
    const lows = low.map((i) => values[i]!);
    const twiddles = low.map((i) => roots[(i % half) * (SIZE / (2 * half))]!);
    const products = scaleEach(
      high.map((i) => values[i]!),
      twiddles,
    );
    const sums = addEach(lows, products);
    const differences = addEach(lows, products.map(negate));
    low.forEach((i, at) => {
      values[i] = sums[at]!;
      values[i + half] = differences[at]!;
    });
  }
  return values;
}

/** The lower and upper positions of all butterflies of a layer. */
function butterflyIndices(half: number): { low: number[]; high: number[] } {
  const low: number[] = [];
  for (let start = 0; start < SIZE; start += 2 * half) {
    for (let i = start; i < start + half; i++) low.push(i);
  }
  return { low, high: low.map((i) => i + half) };
}

/** scalars_i * points_i; multiplications by 1 and of infinity are free. */
function scaleEach(points: readonly Point[], scalars: readonly bigint[]): Point[] {
  const out = [...points];
  const hard = points.map((_, i) => i).filter((i) => scalars[i] !== 1n && points[i]!.y !== 0n);
  const products = multiplyAndSumEach(
    hard.map((i) => ({ points: [points[i]!], scalars: [scalars[i]!] })),
  );
  hard.forEach((i, at) => {
    out[i] = products[at]!;
  });
  return out;
}
