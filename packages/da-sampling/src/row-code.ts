/**
 * The Reed-Solomon code down the columns over the prime field: k data rows of 32-bit words become n
 * coded rows, and any k of them give back every other. Row i is the value at x_i = w_N^(brp_N(i)) of
 * the polynomial of degree < k through the data rows (column by column), so rows 0..k-1 are the data.
 *
 * Columns are worked off in strips that fit a processor's cache. Products per word of data: extension
 * (n/k) log2(k)/2 + 1; recovery N/k (log2(N) + 2), whatever is lost.
 */
import { type Factor, factorOf, type Lanes } from './lanes.ts';
import { invert, multiply, PRIME } from './prime-field.ts';
import { columnPoint, toScaledCoefficients, toValues } from './row-transform.ts';

/** Words of a strip's rows; a multiple of 4. 256 rows of a strip are 64 KiB. */
const STRIP_WIDTH = 64;

/** The shape of a code. `dataRows` is a power of two. */
export type RowCode = { readonly dataRows: number; readonly rowCount: number };

/** A coded row with its number. */
export type IndexedWords = { readonly index: number; readonly words: Int32Array };

/** All n rows; the first k are those given, not copies. */
export function extendWords(
  lanes: Lanes,
  { data, rowCount }: { readonly data: readonly Int32Array[]; readonly rowCount: number },
): Int32Array[] {
  const size = data.length;
  const length = data[0]!.length;
  const rows = Array.from({ length: rowCount }, (_, i) => data[i] ?? new Int32Array(length));
  const scale = factorOf(invert(size));
  const values = size * STRIP_WIDTH;
  const words = lanes.words(2 * values);
  eachStrip(length, ({ from, to, width }) => {
    data.forEach((row, i) => {
      words.set(row.subarray(from, to), i * width);
    });
    toScaledCoefficients(lanes, { at: 0, size, width, block: 0 });
    lanes.scale({ at: 0, count: size * width }, scale);
    for (let block = 1; block * size < rowCount; block++) {
      words.copyWithin(values, 0, size * width);
      toValues(lanes, { at: values, size, width, block });
      for (let i = 0; i < size && block * size + i < rowCount; i++) {
        const at = values + i * width;
        rows[block * size + i]!.set(words.subarray(at, at + to - from), from);
      }
    }
  });
  return rows;
}

/**
 * Rows `wanted` from exactly k rows with distinct indices. With Z the polynomial that vanishes at all
 * points but those of the given rows, P = D Z has degree below N and known values everywhere (0 where
 * Z vanishes), and D(x) = P'(x) / Z'(x) at every zero x of Z.
 */
export function recoverWords(
  lanes: Lanes,
  options: {
    readonly given: readonly IndexedWords[];
    readonly wanted: readonly number[];
    readonly code: RowCode;
  },
): Int32Array[] {
  const { given, wanted, code } = options;
  const known = new Map(given.map(({ index, words }) => [index, words]));
  const length = given[0]!.words.length;
  const out = wanted.map((index) => known.get(index)?.slice() ?? new Int32Array(length));
  const lost = wanted
    .map((index, at) => ({ index, row: out[at]! }))
    .filter(({ index }) => !known.has(index));
  if (lost.length === 0) return out;
  const size = 2 ** Math.ceil(Math.log2(code.rowCount));
  const zeros = Array.from({ length: size }, (_, i) => i)
    .filter((i) => !known.has(i))
    .map(columnPoint);
  const present = given.map(({ index, words }) => ({
    index,
    row: words,
    factor: factorOf(locator(columnPoint(index), zeros)),
  }));
  const found = lost.map(({ index, row }) => ({
    index,
    row,
    factor: factorOf(invert(multiply(locator(columnPoint(index), zeros), size))),
  }));
  const degrees = Array.from({ length: size }, (_, i) => factorOf(i));
  const words = lanes.words(size * STRIP_WIDTH);
  eachStrip(length, ({ from, to, width }) => {
    words.fill(0, 0, size * width);
    for (const { index, row, factor } of present) {
      words.set(row.subarray(from, to), index * width);
      lanes.scale({ at: index * width, count: width }, factor);
    }
    toScaledCoefficients(lanes, { at: 0, size, width, block: 0 });
    differentiate(lanes, { words, degrees, width });
    toValues(lanes, { at: 0, size, width, block: 0 });
    for (const { index, row, factor } of found) {
      const at = index * width;
      lanes.scale({ at, count: width }, factor);
      row.set(words.subarray(at, at + to - from), from);
    }
  });
  return out;
}

/** Z(x), or Z'(x) where x is a zero itself: the product over all other zeros. */
function locator(x: number, zeros: readonly number[]): number {
  let product = 1;
  for (const zero of zeros) {
    if (zero !== x) product = multiply(product, x >= zero ? x - zero : x - zero + PRIME);
  }
  return product;
}

/** Coefficients of the derivative, in place: c_i becomes (i + 1) c_(i+1). */
function differentiate(
  lanes: Lanes,
  { words, degrees, width }: { words: Int32Array; degrees: readonly Factor[]; width: number },
): void {
  const size = degrees.length;
  degrees.forEach((degree, row) => {
    lanes.scale({ at: row * width, count: width }, degree);
  });
  words.copyWithin(0, width, size * width);
  words.fill(0, (size - 1) * width, size * width);
}

/** Calls `work` for each strip of columns; `width` is its length, rounded up to whole lanes. */
function eachStrip(
  length: number,
  work: (strip: { from: number; to: number; width: number }) => void,
): void {
  for (let from = 0; from < length; from += STRIP_WIDTH) {
    const to = Math.min(from + STRIP_WIDTH, length);
    work({ from, to, width: 4 * Math.ceil((to - from) / 4) });
  }
}
