/**
 * Cells on `bigint`: the values of a blob's polynomial on 128 cosets of 64 points (EIP-7594).
 *
 * Notation: f has degree < 4,096; cell j lies on h_j * <w_64>, h_j = w_8192^(brp_7(j)), where X^64
 * equals h_j^64 = w_128^(brp_7(j)). So the values of cell j are those of f mod (X^64 - h_j^64).
 */
import {
  evaluateInPlace,
  interpolateInPlace,
  reverseBits,
  rootOfUnity,
  shiftInPlace,
} from '../domain.ts';
import {
  CELLS_PER_EXT_BLOB,
  FIELD_ELEMENTS_PER_BLOB,
  FIELD_ELEMENTS_PER_CELL,
  FIELD_ELEMENTS_PER_EXT_BLOB,
} from '../parameters.ts';
import { FIELD_MODULUS, invert, power, readScalars, reduce, writeScalars } from '../scalar.ts';
import { recoverRows } from './column-code.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** The 4,096 coefficients of the polynomial with these first values. */
export function coefficientsOf(values: Uint8Array): bigint[] {
  const out = new Array<bigint>(FIELD_ELEMENTS_PER_BLOB).fill(0n);
  readScalars(values).forEach((value, i) => {
    out[i] = value;
  });
  interpolateInPlace(out);
  return out;
}

/** Cells 64..127: f on w_8192 * <w_4096>. */
export function extendBlob(values: Uint8Array): Bytes {
  const extended = coefficientsOf(values);
  shiftInPlace(extended, rootOfUnity(FIELD_ELEMENTS_PER_EXT_BLOB));
  evaluateInPlace(extended);
  return writeScalars(extended);
}

/** Quotient and remainder of f by X^64 - h^64 for a cell, by long division. */
export function divideByCoset(
  values: Uint8Array,
  cellIndex: number,
): { quotient: bigint[]; remainder: bigint[] } {
  const a = cosetPower(cellIndex);
  const rest = coefficientsOf(values);
  for (let i = rest.length - 1; i >= FIELD_ELEMENTS_PER_CELL; i--) {
    const below = i - FIELD_ELEMENTS_PER_CELL;
    rest[below] = (rest[below]! + rest[i]! * a) % FIELD_MODULUS;
  }
  return {
    quotient: rest.slice(FIELD_ELEMENTS_PER_CELL),
    remainder: rest.slice(0, FIELD_ELEMENTS_PER_CELL),
  };
}

/** The cell with a given remainder, which is overwritten. */
export function cellOfRemainder(remainder: bigint[], cellIndex: number): Bytes {
  shiftInPlace(remainder, cosetShift(cellIndex));
  evaluateInPlace(remainder);
  return writeScalars(remainder);
}

/**
 * The blob from 64 cells. Write f(X) = sum_c X^c F_c(X^64): the remainder of cell j has the
 * coefficients F_c(h_j^64), c < 64. As h_j^64 is the j-th of the 128th roots of unity in
 * bit-reversed order and F_c has degree < 64, the remainders are rows of the code with 64 data rows
 * among 128 of `column-code.ts`.
 */
export function recoverBlob(indices: readonly number[], cells: readonly Uint8Array[]): Bytes {
  const remainders = cells.map((cell, at) =>
    writeScalars(interpolateCell(readScalars(cell), indices[at]!)),
  );
  const isBlob = indices.every((index, at) => index === at);
  const rows = isBlob ? remainders : recoverRows(indices, remainders, CELLS_PER_EXT_BLOB);
  const out = new Uint8Array(rows.length * cells[0]!.length);
  rows.forEach((row, cell) => {
    out.set(cellOfRemainder(readScalars(row), cell), cell * row.length);
  });
  return out;
}

/** Coefficients of sum_k w_k I_k, I_k the degree-63 interpolation of cell k on its coset. */
export function sumCells(batch: {
  readonly indices: readonly number[];
  readonly cells: readonly Uint8Array[];
  readonly weights: readonly bigint[];
}): bigint[] {
  const { indices, cells, weights } = batch;
  const perCell = new Map<number, bigint[]>(); // cells with one index share one transform
  indices.forEach((index, k) => {
    const sums = perCell.get(index) ?? new Array<bigint>(FIELD_ELEMENTS_PER_CELL).fill(0n);
    perCell.set(index, sums);
    readScalars(cells[k]!).forEach((value, i) => {
      sums[i]! += weights[k]! * value;
    });
  });
  const total = new Array<bigint>(FIELD_ELEMENTS_PER_CELL).fill(0n);
  for (const [index, sums] of perCell) {
    interpolateCell(sums.map(reduce), index).forEach((coefficient, i) => {
      total[i]! += coefficient;
    });
  }
  return total.map(reduce);
}

/** Coefficients of degree < 64 from the values of a cell, in place. */
function interpolateCell(values: bigint[], cellIndex: number): bigint[] {
  interpolateInPlace(values);
  shiftInPlace(values, invert(cosetShift(cellIndex)));
  return values;
}

/** h_j = w_8192^(brp_7(j)), the shift of cell j's coset. */
function cosetShift(cell: number): bigint {
  return power(rootOfUnity(FIELD_ELEMENTS_PER_EXT_BLOB), BigInt(reverseBits(cell, 7)));
}

/** h_j^64 = w_128^(brp_7(j)). */
function cosetPower(cell: number): bigint {
  return power(rootOfUnity(CELLS_PER_EXT_BLOB), BigInt(reverseBits(cell, 7)));
}
