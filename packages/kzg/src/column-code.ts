/**
 * The Reed-Solomon code down the columns of a matrix of rows: k data rows become n coded rows.
 *
 * Column points (da-review 1.3(6)): x_i = w_N^(brp_N(i)), N = 2^ceil(log2 n), k a power of two.
 * Per position, row i is the value at x_i of the polynomial P of degree < k through the data rows.
 * The first k points are the k-th roots of unity in bit-reversed order, so rows 0..k-1 are the data,
 * and points b*k..b*k+k-1 are the coset w_N^(brp(b)) * <w_k>.
 */
import {
  domainPoint,
  domainPoints,
  evaluateInPlace,
  interpolateInPlace,
  log2,
  reverseBits,
  rootOfUnity,
} from './domain.ts';
import { assertArray, assertAscending, assertSameLength, KzgError } from './errors.ts';
import { BYTES_PER_FIELD_ELEMENT, FIELD_ELEMENTS_PER_BLOB } from './parameters.ts';
import {
  FIELD_MODULUS,
  invert,
  invertEach,
  power,
  powersOf,
  readScalar,
  reduce,
  viewOf,
  writeScalar,
} from './scalar.ts';

/** Most rows of a matrix: the row index is 16 bits wide on the wire. */
export const MAX_ROWS = 65_536;

type Bytes = Uint8Array<ArrayBuffer>;

/** Throws unless 1 <= dataRows <= rowCount <= 65,536 and dataRows is a power of two. */
export function assertShape(shape: { readonly dataRows: number; readonly rowCount: number }): void {
  const { dataRows, rowCount } = shape;
  if (!Number.isInteger(rowCount) || rowCount < 1 || rowCount > MAX_ROWS) {
    throw new RangeError(`rowCount: expected an integer in 1..${MAX_ROWS}, got ${rowCount}`);
  }
  const isPowerOfTwo =
    Number.isInteger(dataRows) && dataRows > 0 && 2 ** log2(dataRows) === dataRows;
  if (!isPowerOfTwo || dataRows > rowCount) {
    throw new RangeError(`dataRows: expected a power of two up to ${rowCount}, got ${dataRows}`);
  }
}

/** The number of elements of a row; throws `row_length` unless 32 * (1..4,096) bytes. */
export function elementCount(row: Uint8Array, index?: number): number {
  if (!(row instanceof Uint8Array))
    throw new TypeError(`row: expected Uint8Array, got ${typeof row}`);
  const count = row.length / BYTES_PER_FIELD_ELEMENT;
  if (!Number.isInteger(count) || count < 1 || count > FIELD_ELEMENTS_PER_BLOB) {
    const message = `row: expected 32 * (1..4096) bytes, got ${row.length}`;
    throw new KzgError('row_length', message, index);
  }
  return count;
}

/** The element count shared by all rows; throws `row_length` if they differ. */
export function commonElementCount(rows: readonly Uint8Array[]): number {
  assertArray(rows, 'rows');
  if (rows.length === 0) throw new KzgError('list_length', 'rows: expected at least one');
  const count = elementCount(rows[0]!, 0);
  rows.forEach((row, index) => {
    if (elementCount(row, index) !== count) {
      throw new KzgError('row_length', `row: expected ${rows[0]!.length} bytes as in row 0`, index);
    }
  });
  return count;
}

/** The n coded rows; the first k are copies of the input. */
export function extendRows(
  rows: readonly Uint8Array[],
  { rowCount }: { readonly rowCount: number },
): Bytes[] {
  assertArray(rows, 'rows');
  const dataRows = rows.length;
  assertShape({ dataRows, rowCount });
  const count = commonElementCount(rows);
  const out = Array.from({ length: rowCount }, () => new Uint8Array(rows[0]!.length));
  const [from, to] = [rows.map(viewOf), out.map(viewOf)];
  const root = rootOfUnity(domainSize(rowCount));
  const cosetBits = log2(domainSize(rowCount)) - log2(dataRows);
  const shifts = Array.from({ length: Math.ceil(rowCount / dataRows) }, (_, block) =>
    powersOf(power(root, BigInt(reverseBits(block, cosetBits))), dataRows),
  );
  for (let column = 0; column < count; column++) {
    const offset = column * BYTES_PER_FIELD_ELEMENT;
    const coefficients = from.map((view, row) => readScalar(view, offset, row));
    interpolateInPlace(coefficients);
    for (let block = 1; block < shifts.length; block++) {
      const shift = shifts[block]!;
      const values = coefficients.map(
        (coefficient, m) => (coefficient * shift[m]!) % FIELD_MODULUS,
      );
      evaluateInPlace(values);
      const end = Math.min(dataRows, rowCount - block * dataRows);
      for (let i = 0; i < end; i++) writeScalar(to[block * dataRows + i]!, offset, values[i]!);
    }
  }
  for (let i = 0; i < dataRows; i++) out[i]!.set(rows[i]!);
  return out;
}

/**
 * The k data rows from any k coded rows (the first k given are used).
 *
 * Let M be the other N - k points and Z(X) = prod_(m in M) (X - x_m). On the domain P * Z equals
 * row_i * Z(x_i) at the rows used and 0 on M, and its degree is below N: interpolate it. At a
 * missing data point x_i, Z vanishes, so (P Z)'(x_i) = P(x_i) Z'(x_i): differentiate, evaluate on
 * the k data points (fold the coefficients modulo X^k - 1 first) and divide by Z'(x_i).
 */
export function recoverRows(
  indices: readonly number[],
  rows: readonly Uint8Array[],
  shape: { readonly dataRows: number; readonly rowCount: number },
): Bytes[] {
  assertShape(shape);
  const { dataRows, rowCount } = shape;
  assertSameLength({ indices, rows });
  assertAscending(indices, { bound: rowCount, name: 'indices' });
  if (indices.length < dataRows) {
    throw new KzgError(
      'rows_missing',
      `rows: expected at least ${dataRows}, got ${indices.length}`,
    );
  }
  const count = commonElementCount(rows);
  const size = domainSize(rowCount);
  const used = indices.slice(0, dataRows);
  const views = rows.slice(0, dataRows).map(viewOf);
  const { atUsed, inverseSlopes } = erasureFactors(used, { size, dataRows });
  const out = Array.from({ length: dataRows }, () => new Uint8Array(rows[0]!.length));
  const outViews = out.map(viewOf);
  for (let column = 0; column < count; column++) {
    const offset = column * BYTES_PER_FIELD_ELEMENT;
    const values = views.map((view, i) => readScalar(view, offset, i));
    for (let i = 0; i < dataRows; i++) {
      if (used[i]! < dataRows) writeScalar(outViews[used[i]!]!, offset, values[i]!);
    }
    if (inverseSlopes.size === 0) continue;
    const product = new Array<bigint>(size).fill(0n);
    for (let i = 0; i < dataRows; i++)
      product[used[i]!] = (values[i]! * atUsed[i]!) % FIELD_MODULUS;
    interpolateInPlace(product);
    const slopes = foldedDerivative(product, dataRows);
    evaluateInPlace(slopes);
    for (const [row, inverseSlope] of inverseSlopes) {
      writeScalar(outViews[row]!, offset, (slopes[row]! * inverseSlope) % FIELD_MODULUS);
    }
  }
  return out;
}

/** L_(index, j) for j < k: row `index` = sum_j L_(index, j) row_j. */
export function rowCoefficients(
  index: number,
  shape: { readonly dataRows: number; readonly rowCount: number },
): bigint[] {
  assertShape(shape);
  const { dataRows, rowCount } = shape;
  assertAscending([index], { bound: rowCount, name: 'index' });
  if (index < dataRows) return Array.from({ length: dataRows }, (_, j) => (j === index ? 1n : 0n));
  // Barycentric on the k-th roots of unity: (x^k - 1) / k * w_j / (x - w_j)
  const x = domainPoint(domainSize(rowCount), index);
  const points = domainPoints(dataRows, dataRows);
  const factor = reduce((power(x, BigInt(dataRows)) - 1n) * invert(BigInt(dataRows)));
  return invertEach(points.map((point) => x - point)).map(
    (inverse, j) => (((inverse * points[j]!) % FIELD_MODULUS) * factor) % FIELD_MODULUS,
  );
}

/** N = 2^ceil(log2 n). */
function domainSize(rowCount: number): number {
  return 2 ** Math.ceil(Math.log2(rowCount));
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
