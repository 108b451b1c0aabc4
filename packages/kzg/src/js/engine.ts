/**
 * The backend in plain TypeScript over @noble/curves: `bigint` arithmetic, no WebAssembly. It runs
 * everywhere, and is what the others are compared with.
 */
import { BASE_FIELD_MODULUS } from '../base-field.ts';
import { type Engine, POINT_STATUS, type PointList, type PointSum } from '../engine.ts';
import { once } from '../once.ts';
import {
  FIELD_MODULUS,
  readBigEndian,
  readScalars,
  reduce,
  viewOf,
  writeScalars,
} from '../scalar.ts';
import type { OpenSetup } from '../setup.ts';
import { sha256 } from '../sha256.ts';
import { readAffinePoints } from './affine-bytes.ts';
import {
  cellOfRemainder,
  coefficientsOf,
  divideByCoset,
  extendBlob,
  recoverBlob,
  sumCells,
} from './cells.ts';
import { extendRows, recoverRows } from './column-code.ts';
import { computeAllProofs, deriveFk20Points, type Fk20Points } from './fk20.ts';
import {
  decodePoint,
  encodePoint,
  INFINITY,
  inSubgroupEach,
  isOnCurve,
  negate,
  type Point,
} from './g1.ts';
import { readG2Points } from './g2.ts';
import { multiplyAndSum } from './msm.ts';
import { type G2Lines, pairingsCancel, prepareG2 } from './pairing.ts';
import { barycentricWeights, evaluateAt, quotientValues } from './polynomial.ts';
import { type RowWeights, rowProduct, rowWeights } from './row-product.ts';

type Bytes = Uint8Array<ArrayBuffer>;

class Points implements PointList {
  readonly list: readonly Point[];

  constructor(list: readonly Point[]) {
    this.list = list;
  }

  get count(): number {
    return this.list.length;
  }
}

/** An engine over a setup, whose sections are read when first needed. */
export function createJsEngine(openSetup: OpenSetup, reason: string): Engine {
  const setup = openSetup({ hash: sha256, decodePoints });
  const lagrange = once(() => readAffinePoints(setup.lagrange()));
  const monomial = once(() => readAffinePoints(setup.monomial()));
  const firstPowers = once(() => readAffinePoints(setup.firstPowers));
  const lines = once(() => readG2Points(setup.g2).map(prepareG2) as [G2Lines, G2Lines, G2Lines]);
  const fk20 = once((): Fk20Points => {
    const published = setup.fk20();
    return published === undefined ? deriveFk20Points(monomial()) : decodeAll(published);
  });
  const commitScalars = (scalars: readonly bigint[]): Bytes =>
    encodePoint(multiplyAndSum(lagrange().slice(0, scalars.length), scalars));

  return {
    name: 'js',
    reason,
    setup,
    hash: sha256,
    tables: undefined,

    decodePoints,
    joinPoints: (lists) => new Points(lists.flatMap(listOf)),
    slicePoints: (points, from, to) => new Points(listOf(points).slice(from, to)),
    sumPoints: (sums) => encodePoint(sumOf(sums)),
    pairingHolds({ left, monomial: coefficients, right, second }) {
      const [one, tau, tau64] = lines();
      const powers = new Points(firstPowers().slice(0, coefficients.length));
      const sum = sumOf([...left, { points: powers, scalars: coefficients }]);
      return pairingsCancel([
        [negate(sum), one],
        [sumOf(right), second === 'tau' ? tau : tau64],
      ]);
    },

    commit: (values) => commitScalars(readScalars(values)),
    open(values, z) {
      const scalars = readScalars(values);
      const y = evaluateAt(scalars, z);
      return { proof: commitScalars(quotientValues(scalars, { z, y })), y };
    },
    evaluate: (values, z) => evaluateAt(readScalars(values), z),
    weights: (z, count) => rowWeights(barycentricWeights(z, count) ?? []),
    innerProduct: (values, weights) => rowProduct(values, weights as RowWeights),

    extendBlob,
    cell: (values, cellIndex) =>
      cellOfRemainder(divideByCoset(values, cellIndex).remainder, cellIndex),
    cellProof(values, cellIndex) {
      const { quotient } = divideByCoset(values, cellIndex);
      return encodePoint(multiplyAndSum(monomial().slice(0, quotient.length), quotient));
    },
    allCellProofs: (values) => computeAllProofs(fk20(), coefficientsOf(values)).map(encodePoint),
    recoverBlob,
    sumCells,

    areAffine: (points) =>
      readAffinePoints(points).every(
        (point) =>
          point.x < BASE_FIELD_MODULUS &&
          point.y < BASE_FIELD_MODULUS &&
          point.y !== 0n &&
          isOnCurve(point),
      ),
    sumAffine: (points, scalars) =>
      encodePoint(multiplyAndSum(readAffinePoints(points), readScalars(scalars))),
    divide(coefficients, { z, carry }) {
      const quotient = readScalars(coefficients);
      let rest = carry;
      for (let i = quotient.length - 1; i >= 0; i--) {
        const coefficient = quotient[i]!;
        quotient[i] = rest;
        rest = (rest * z + coefficient) % FIELD_MODULUS;
      }
      return { quotient: writeScalars(quotient), carry: rest };
    },

    extendRows,
    recoverRows,
    combineRows,
  };
}

function decodePoints(encodings: readonly Uint8Array[]): {
  points: Points;
  statuses: Uint8Array;
} {
  const decoded = encodings.map(decodePoint);
  const list = decoded.map((found) => (typeof found === 'number' ? INFINITY : found));
  const inside = inSubgroupEach(list);
  const statuses = Uint8Array.from(decoded, (found, i) => {
    if (typeof found === 'number') return found;
    if (found.y === 0n) return POINT_STATUS.infinity;
    return inside[i] ? POINT_STATUS.finite : POINT_STATUS.notInSubgroup;
  });
  return { points: new Points(list), statuses };
}

function listOf(points: PointList): readonly Point[] {
  return (points as Points).list;
}

function sumOf(sums: readonly PointSum[]): Point {
  const points = sums.flatMap((sum) => listOf(sum.points));
  return multiplyAndSum(
    points,
    sums.flatMap(({ scalars }) => scalars),
  );
}

function combineRows(rows: readonly Uint8Array[], scalars: readonly bigint[]): Bytes {
  const sums = new Array<bigint>(rows[0]!.length / 32).fill(0n);
  rows.forEach((row, j) => {
    const view = viewOf(row);
    for (let i = 0; i < sums.length; i++) sums[i]! += scalars[j]! * readBigEndian(view, 32 * i);
  });
  return writeScalars(sums.map(reduce));
}

/** Points that are known to be good, from their concatenated encodings. */
function decodeAll(bytes: Uint8Array): Point[] {
  return Array.from({ length: bytes.length / 48 }, (_, i) => {
    const point = decodePoint(bytes.subarray(48 * i, 48 * (i + 1)));
    if (typeof point === 'number') throw new Error(`setup: point ${i} has status ${point}`);
    return point;
  });
}
