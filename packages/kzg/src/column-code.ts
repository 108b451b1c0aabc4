/**
 * The Reed-Solomon code down the columns of a matrix of rows: k data rows become n coded rows.
 *
 * Column points (da-review 1.3(6)): x_i = w_N^(brp_N(i)), N = 2^ceil(log2 n), k a power of two.
 * Per position, row i is the value at x_i of the polynomial P of degree < k through the data rows.
 * The first k points are the k-th roots of unity in bit-reversed order, so rows 0..k-1 are the data,
 * and points b*k..b*k+k-1 are the coset w_N^(brp(b)) * <w_k>. Shapes and indices are checked here,
 * the engine transforms.
 */
import { domainPoint, domainPoints, domainSize, log2 } from './domain.ts';
import type { Engine } from './engine.ts';
import { assertArray, assertAscending, assertSameLength, KzgError } from './errors.ts';
import { BYTES_PER_FIELD_ELEMENT, FIELD_ELEMENTS_PER_BLOB } from './parameters.ts';
import { assertCanonical, FIELD_MODULUS, invert, invertEach, power, reduce } from './scalar.ts';

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
  engine: Engine,
  rows: readonly Uint8Array[],
  { rowCount }: { readonly rowCount: number },
): Bytes[] {
  assertArray(rows, 'rows');
  assertShape({ dataRows: rows.length, rowCount });
  commonElementCount(rows);
  rows.forEach(assertCanonical);
  const copies = rows.map((row) => new Uint8Array(row));
  return rowCount === rows.length ? copies : [...copies, ...engine.extendRows(rows, rowCount)];
}

/** The k data rows from any k coded rows (the first k given are used, the others not read). */
export function recoverRows(
  engine: Engine,
  coded: { readonly indices: readonly number[]; readonly rows: readonly Uint8Array[] },
  shape: { readonly dataRows: number; readonly rowCount: number },
): Bytes[] {
  const { indices, rows } = coded;
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
  commonElementCount(rows);
  const used = rows.slice(0, dataRows);
  used.forEach(assertCanonical);
  const numbers = indices.slice(0, dataRows);
  if (numbers[dataRows - 1] === dataRows - 1) return used.map((row) => new Uint8Array(row));
  return engine.recoverRows(numbers, used, rowCount);
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

/**
 * For each wanted row its k coefficients over any k given rows: row w = sum_j M_(w, j) given row j.
 * Barycentric over the given points x_j: M_(w, j) = Z(x_w) / ((x_w - x_j) Z'(x_j)), Z vanishing at them.
 */
export function repairCoefficients(
  wanted: readonly number[],
  given: {
    readonly indices: readonly number[];
    readonly dataRows: number;
    readonly rowCount: number;
  },
): bigint[][] {
  assertShape(given);
  const { indices, dataRows, rowCount } = given;
  assertAscending(indices, { bound: rowCount, name: 'indices' });
  if (indices.length !== dataRows) {
    throw new KzgError('rows_missing', `indices: expected ${dataRows}, got ${indices.length}`);
  }
  assertArray(wanted, 'wanted');
  for (const index of wanted) assertAscending([index], { bound: rowCount, name: 'wanted' });
  const size = domainSize(rowCount);
  const points = indices.map((index) => domainPoint(size, index));
  const slopes = invertEach(
    points
      .map((x, j) =>
        points.reduce(
          (product, y, m) => (m === j ? product : (product * (x - y)) % FIELD_MODULUS),
          1n,
        ),
      )
      .map(reduce),
  );
  return wanted.map((index) => {
    const held = indices.indexOf(index);
    if (held >= 0) return indices.map((_, j) => (j === held ? 1n : 0n));
    const x = domainPoint(size, index);
    const differences = points.map((point) => reduce(x - point));
    const vanishing = differences.reduce(
      (product, factor) => (product * factor) % FIELD_MODULUS,
      1n,
    );
    return invertEach(differences).map(
      (inverse, j) => (((inverse * slopes[j]!) % FIELD_MODULUS) * vanishing) % FIELD_MODULUS,
    );
  });
}
