/**
 * The slow way to everything the row scheme computes: sums of points by doubling and adding, and
 * extension of rows by Lagrange's formula. Nothing here shares code with the packages.
 */
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { element } from './hostile.ts';

const { Fr } = bls12_381.fields;
const ELEMENT_SIZE = 32;

/** The point of 48 bytes, checked to be in the subgroup; infinity is accepted. Throws otherwise. */
export function decodeG1(bytes: Uint8Array): typeof bls12_381.G1.Point.BASE {
  const { Point } = bls12_381.G1;
  if (bytes.length !== 48) throw new RangeError('48 bytes');
  if (bytes[0] === 0xc0 && bytes.subarray(1).every((byte) => byte === 0)) return Point.ZERO;
  const point = Point.fromBytes(new Uint8Array(bytes));
  point.assertValidity();
  return point;
}

/** 48 bytes, infinity too. */
export function encodeSum(point: typeof bls12_381.G1.Point.BASE): Uint8Array {
  if (!point.is0()) return new Uint8Array(point.toBytes(true));
  const bytes = new Uint8Array(48);
  bytes[0] = 0xc0;
  return bytes;
}

/** sum_j scalars_j * points_j over points in 48 bytes. */
export function sumOfPoints(points: readonly Uint8Array[], scalars: readonly bigint[]): Uint8Array {
  const { Point } = bls12_381.G1;
  let sum = Point.ZERO;
  for (const [j, bytes] of points.entries()) {
    const point = decodeG1(bytes);
    if (!point.is0()) sum = sum.add(point.multiplyUnsafe(scalars[j]!));
  }
  return encodeSum(sum);
}

/** sum_j scalars_j * rows_j, element by element. */
export function sumOfRows(rows: readonly Uint8Array[], scalars: readonly bigint[]): Uint8Array {
  const out = new Uint8Array(rows[0]!.length);
  for (let at = 0; at < out.length; at += ELEMENT_SIZE) {
    const value = rows.reduce(
      (sum, row, j) => Fr.add(sum, Fr.mul(scalars[j]!, elementAt(row, at))),
      0n,
    );
    out.set(element(value), at);
  }
  return out;
}

/**
 * Row i of the code is the value at x_i of the polynomials of degree < k through the data rows at
 * x_0 .. x_(k-1); x_i = w^(i with its bits reversed), w of order N, the power of two above.
 * L_ij = prod over m != j of (x_i - x_m) / (x_j - x_m).
 */
export function lagrangeCoefficients(
  index: number,
  { dataRows, rowCount }: { dataRows: number; rowCount: number },
): bigint[] {
  const bits = Math.ceil(Math.log2(rowCount));
  const root = Fr.pow(7n, (Fr.ORDER - 1n) / BigInt(2 ** bits));
  const x = (i: number): bigint => {
    const reversed = [...i.toString(2).padStart(bits, '0')].reverse().join('');
    return Fr.pow(root, bits === 0 ? 0n : BigInt(`0b${reversed}`));
  };
  return Array.from({ length: dataRows }, (_, j) => {
    let value = 1n;
    for (let m = 0; m < dataRows; m++) {
      if (m === j) continue;
      value = Fr.mul(value, Fr.div(Fr.sub(x(index), x(m)), Fr.sub(x(j), x(m))));
    }
    return value;
  });
}

function elementAt(row: Uint8Array, at: number): bigint {
  return BigInt(`0x${Buffer.from(row.subarray(at, at + ELEMENT_SIZE)).toString('hex')}`);
}
