/**
 * The additive FFT of Leopard (Lin, Chung, Han, "Novel Polynomial Basis and Its Application to
 * Reed-Solomon Erasure Codes", 2014, in the Cantor basis), in place on rows of symbols.
 *
 * A polynomial of degree below 2^r is given by coefficients of the basis X_i = product of s_j over
 * the set bits j of i, where s_j(x) is the product of (x + v) over v = 0..2^j-1. s_j is linear, and
 * because the field's bits are a Cantor basis, s_1(x) = x^2 + x shifts the bits of x down by one:
 * s_j(x) = x >> j. Splitting off X_(2^j) gives f = f_0 + s_j f_1, so values on the 2^(j+1) points
 * from P on follow from those of f_0 and f_1 on 2^j points:
 *
 *   f(x)       = f_0(x) + (P >> j) f_1(x)          lower half: s_j is the constant P >> j there
 *   f(x + 2^j) = f(x) + f_1(x)                     upper half: one more, as s_j(2^j) = 1
 *
 * Rows are 16-bit words: one symbol of GF(2^16) or two of GF(2^8) (`product-table.ts`).
 */
import type { Field } from '../field.ts';
import { fillProductTable, TABLE_WORDS } from './product-table.ts';

/** Which rows a transform works on. */
export interface Rows {
  readonly field: Field;
  /** `count` rows of `width` words each, one after the other. */
  readonly words: Uint16Array;
  /** A power of two. */
  readonly count: number;
  readonly width: number;
  /** The point of the first row, a multiple of `count`. */
  readonly first: number;
}

/** Coefficients to values at the points first..first+count-1. O(count log count) row operations. */
export function evaluate(rows: Rows): void {
  for (let half = rows.count / 2; half >= 1; half /= 2) layer(rows, half, forward);
}

/** Values at the points first..first+count-1 to coefficients; the inverse of `evaluate`. */
export function interpolate(rows: Rows): void {
  for (let half = 1; half < rows.count; half *= 2) layer(rows, half, backward);
}

/**
 * The derivative of a polynomial given by coefficients. As X_i' is the sum of X_(i - 2^j) over the
 * set bits j (each s_j has derivative 1 in a Cantor basis), coefficient c is the sum of those at c
 * + 2^j, bit j of c clear.
 */
export function differentiate({ words, count, width }: Rows): void {
  for (let i = 1; i < count; i++) {
    const span = i & -i;
    // Rows i - span..i-1 have all bits below span free, and so have i..i+span-1: add the latter to
    // the former.
    const start = (i - span) * width;
    const shift = span * width;
    for (let at = start; at < start + shift; at++) words[at] = words[at]! ^ words[at + shift]!;
  }
}

type Butterflies = (words: Uint16Array, start: number, size: number, table: Uint16Array) => void;

function layer(
  { field, words, count, width, first }: Rows,
  half: number,
  butterflies: Butterflies,
) {
  const table = new Uint16Array(TABLE_WORDS);
  for (let block = 0; block < count; block += 2 * half) {
    const skew = (first + block) / half;
    if (skew === 0) addHalves(words, block * width, half * width);
    else {
      fillProductTable(table, field, field.log[skew]!);
      butterflies(words, block * width, half * width, table);
    }
  }
}

function forward(words: Uint16Array, start: number, size: number, table: Uint16Array): void {
  for (let low = start, high = start + size; low < start + size; low++, high++) {
    const x = words[high]!;
    const sum = words[low]! ^ table[x & 255]! ^ table[256 + (x >> 8)]!;
    words[low] = sum;
    words[high] = sum ^ x;
  }
}

function backward(words: Uint16Array, start: number, size: number, table: Uint16Array): void {
  for (let low = start, high = start + size; low < start + size; low++, high++) {
    const sum = words[low]!;
    const x = sum ^ words[high]!;
    words[high] = x;
    words[low] = sum ^ table[x & 255]! ^ table[256 + (x >> 8)]!;
  }
}

/** Either butterfly where the skew is 0. */
function addHalves(words: Uint16Array, start: number, size: number): void {
  for (let low = start, high = start + size; low < start + size; low++, high++) {
    words[high] = words[high]! ^ words[low]!;
  }
}
