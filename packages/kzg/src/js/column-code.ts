/**
 * The transforms of the code of `../column-code.ts` on `bigint`, column by column.
 */
import {
  domainPoints,
  domainSize,
  evaluateInPlace,
  interpolateInPlace,
  log2,
  reverseBits,
  rootOfUnity,
} from '../domain.ts';
import { BYTES_PER_FIELD_ELEMENT } from '../parameters.ts';
import {
  FIELD_MODULUS,
  invertEach,
  power,
  powersOf,
  readBigEndian,
  reduce,
  viewOf,
  writeScalar,
} from '../scalar.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** The n coded rows; the first k are copies of the input. */
/** Rows k..n-1 of k data rows. */
export function extendRows(rows: readonly Uint8Array[], rowCount: number): Bytes[] {
  const dataRows = rows.length;
  const out = Array.from({ length: rowCount - dataRows }, () => new Uint8Array(rows[0]!.length));
  const [from, to] = [rows.map(viewOf), out.map(viewOf)];
  const root = rootOfUnity(domainSize(rowCount));
  const cosetBits = log2(domainSize(rowCount)) - log2(dataRows);
  const shifts = Array.from({ length: Math.ceil(rowCount / dataRows) }, (_, block) =>
    powersOf(power(root, BigInt(reverseBits(block, cosetBits))), dataRows),
  );
  for (let offset = 0; offset < rows[0]!.length; offset += BYTES_PER_FIELD_ELEMENT) {
    const coefficients = from.map((view) => readBigEndian(view, offset));
    interpolateInPlace(coefficients);
    for (let block = 1; block < shifts.length; block++) {
      const shift = shifts[block]!;
      const values = coefficients.map(
        (coefficient, m) => (coefficient * shift[m]!) % FIELD_MODULUS,
      );
      evaluateInPlace(values);
      const first = (block - 1) * dataRows;
      const end = Math.min(dataRows, out.length - first);
      for (let i = 0; i < end; i++) writeScalar(to[first + i]!, offset, values[i]!);
    }
  }
  return out;
}

/**
 * The k data rows from any k coded rows, not all of them data.
 *
 * Let M be the other N - k points and Z(X) = prod_(m in M) (X - x_m). On the domain P * Z equals
 * row_i * Z(x_i) at the rows used and 0 on M, and its degree is below N: interpolate it. At a
 * missing data point x_i, Z vanishes, so (P Z)'(x_i) = P(x_i) Z'(x_i): differentiate, evaluate on
 * the k data points (fold the coefficients modulo X^k - 1 first) and divide by Z'(x_i).
 */
export function recoverRows(
  indices: readonly number[],
  rows: readonly Uint8Array[],
  rowCount: number,
): Bytes[] {
  const dataRows = rows.length;
  const size = domainSize(rowCount);
  const views = rows.map(viewOf);
  const { atUsed, inverseSlopes } = erasureFactors(indices, { size, dataRows });
  const out = Array.from({ length: dataRows }, () => new Uint8Array(rows[0]!.length));
  const outViews = out.map(viewOf);
  for (let offset = 0; offset < rows[0]!.length; offset += BYTES_PER_FIELD_ELEMENT) {
    const values = views.map((view) => readBigEndian(view, offset));
    const product = new Array<bigint>(size).fill(0n);
    for (let i = 0; i < dataRows; i++) {
      const row = indices[i]!;
      if (row < dataRows) writeScalar(outViews[row]!, offset, values[i]!);
      product[row] = (values[i]! * atUsed[i]!) % FIELD_MODULUS;
    }
    interpolateInPlace(product);
    const slopes = foldedDerivative(product, dataRows);
    evaluateInPlace(slopes);
    for (const [row, inverseSlope] of inverseSlopes) {
      writeScalar(outViews[row]!, offset, (slopes[row]! * inverseSlope) % FIELD_MODULUS);
    }
  }
  return out;
}

/** Z at the points used, and 1 / Z' at the missing data points. */
function erasureFactors(
  used: readonly number[],
  { size, dataRows }: { size: number; dataRows: number },
): { atUsed: bigint[]; inverseSlopes: ReadonlyMap<number, bigint> } {
  const present = new Set(used);
  const points = domainPoints(size, size);
  const vanishing = fromRoots(points.filter((_, i) => !present.has(i)));
  const values = [...vanishing, ...new Array<bigint>(size - vanishing.length).fill(0n)];
  const slopes = foldedDerivative(values, dataRows);
  evaluateInPlace(values);
  evaluateInPlace(slopes);
  const missing = Array.from({ length: dataRows }, (_, i) => i).filter((i) => !present.has(i));
  const inverses = invertEach(missing.map((i) => slopes[i]!));
  return {
    atUsed: used.map((i) => values[i]!),
    inverseSlopes: new Map(missing.map((row, at) => [row, inverses[at]!])),
  };
}

/** The coefficients of f' modulo X^k - 1. */
function foldedDerivative(coefficients: readonly bigint[], k: number): bigint[] {
  const out = new Array<bigint>(k).fill(0n);
  for (let i = 1; i < coefficients.length; i++) {
    out[(i - 1) % k]! += BigInt(i) * coefficients[i]!;
  }
  return out.map(reduce);
}

/** prod (X - root), lowest coefficient first, by halving and transforms. */
function fromRoots(roots: readonly bigint[]): bigint[] {
  if (roots.length <= 16) {
    let out = [1n];
    for (const root of roots) {
      out = [0n, ...out].map((value, i) => reduce(value - root * (out[i] ?? 0n)));
    }
    return out;
  }
  const middle = Math.floor(roots.length / 2);
  const left = fromRoots(roots.slice(0, middle));
  const right = fromRoots(roots.slice(middle));
  const size = 2 ** Math.ceil(Math.log2(roots.length + 1));
  const [a, b] = [left, right].map((values) => {
    const padded = [...values, ...new Array<bigint>(size - values.length).fill(0n)];
    evaluateInPlace(padded);
    return padded;
  }) as [bigint[], bigint[]];
  const product = a.map((value, i) => (value * b[i]!) % FIELD_MODULUS);
  interpolateInPlace(product);
  return product.slice(0, roots.length + 1);
}
