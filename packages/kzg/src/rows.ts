/**
 * Rows: blobs of which only the first c positions are used, as the data-availability protocol
 * commits, extends, opens and samples them (da-review 1.3(5), (6)).
 *
 * A row is 32 c bytes, c in 1..4,096: the first c positions of an EIP-4844 blob (bit-reversed order)
 * whose other positions are zero. So a row's commitment, cells and proofs are those of the padded
 * blob, and any EIP-4844 or EIP-7594 verifier accepts them.
 */
import { commitValues, hashToScalar, openValues, verifyOpenings } from './blob.ts';
import { asciiBytes, concatBytes, uint64Bytes } from './bytes.ts';
import { cosetPower, cosetShift, readCell, verifyCells } from './cells.ts';
import { commonElementCount, elementCount } from './column-code.ts';
import { decodeOnePoint, decodePoints } from './commitment.ts';
import { evaluateInPlace, interpolateInPlace, shiftInPlace } from './domain.ts';
import { assertArray, assertIndex, assertSameLength, KzgError } from './errors.ts';
import { encodePoint, type Point } from './g1.ts';
import { multiplyAndSum } from './msm.ts';
import {
  BYTES_PER_CELL,
  CELLS_PER_EXT_BLOB,
  FIELD_ELEMENTS_PER_BLOB,
  FIELD_ELEMENTS_PER_CELL,
} from './parameters.ts';
import { barycentricWeights, innerProduct } from './polynomial.ts';
import {
  assertScalar,
  FIELD_MODULUS,
  powersOf,
  readScalar,
  readScalars,
  reduce,
  viewOf,
  writeScalars,
} from './scalar.ts';
import type { Powers } from './setup.ts';

/** Tag of the weights in `verifyDerivedCells`. */
const DERIVED_CELLS_TAG = 'BARYCENTER_KZG_DERIVED_CELLS_V1';

type Bytes = Uint8Array<ArrayBuffer>;

declare const checkedCommitments: unique symbol;
declare const evaluationWeightsBrand: unique symbol;

/** Commitments that `checkCommitments` has decoded and found in the subgroup, in order. */
export type CheckedCommitments = { readonly [checkedCommitments]: true; readonly count: number };

/** Barycentric weights of one point z outside the blob domain, from `evaluationWeights`. */
export type EvaluationWeights = {
  readonly [evaluationWeightsBrand]: true;
  readonly z: bigint;
  readonly usedElements: number;
};

/** One cell of a coded row whose commitment is sum_j coefficients_j C_j. */
export type DerivedCell = {
  readonly coefficients: readonly bigint[];
  readonly cellIndex: number;
  readonly cell: Uint8Array;
  readonly proof: Uint8Array;
};

// What stands behind the opaque objects: a value that did not come from the check is not found.
const commitmentPoints = /* @__PURE__ */ new WeakMap<CheckedCommitments, readonly Point[]>();
const weightValues = /* @__PURE__ */ new WeakMap<EvaluationWeights, readonly bigint[]>();

/** [f(tau)]_1 of a row. The functions below are documented in `RowKzg` (kzg.ts). */
export function commitRow(setup: Powers, row: Uint8Array): Bytes {
  return encodePoint(commitValues(setup, readRow(row)));
}

export function evaluationWeights(z: bigint, usedElements: number): EvaluationWeights {
  assertScalar(z, 'z');
  if (
    !Number.isInteger(usedElements) ||
    usedElements < 1 ||
    usedElements > FIELD_ELEMENTS_PER_BLOB
  ) {
    throw new RangeError(`usedElements: expected an integer in 1..4096, got ${usedElements}`);
  }
  const values = barycentricWeights(z, usedElements);
  if (values === undefined) throw new KzgError('z_in_domain', 'z: expected z^4096 != 1');
  const weights = Object.freeze({ z, usedElements }) as EvaluationWeights;
  weightValues.set(weights, values);
  return weights;
}

export function evaluateRow(row: Uint8Array, weights: EvaluationWeights): bigint {
  const values = weightValues.get(weights);
  if (values === undefined) {
    throw new TypeError('weights: expected the result of evaluationWeights');
  }
  const elements = readRow(row);
  if (elements.length > values.length) {
    throw new KzgError('row_length', `row: expected at most ${values.length} elements`);
  }
  return innerProduct(elements, values);
}

export function combineRows(rows: readonly Uint8Array[], scalars: readonly bigint[]): Bytes {
  assertScalars(scalars, rows, 'rows');
  const count = commonElementCount(rows);
  const sums = new Array<bigint>(count).fill(0n);
  rows.forEach((row, j) => {
    const view = viewOf(row);
    const scalar = scalars[j]!;
    for (let i = 0; i < count; i++) sums[i]! += scalar * readScalar(view, 32 * i, j);
  });
  return writeScalars(sums.map(reduce));
}

export function openRow(
  setup: Powers,
  { row, z }: { readonly row: Uint8Array; readonly z: bigint },
): { proof: Bytes; y: bigint } {
  assertScalar(z, 'z');
  const { proof, y } = openValues(setup, { values: readRow(row), z });
  return { proof: encodePoint(proof), y };
}

export function checkCommitments(commitments: readonly Uint8Array[]): CheckedCommitments {
  assertArray(commitments, 'commitments');
  const points = decodePoints(commitments, 'commitment');
  const checked = Object.freeze({ count: points.length }) as CheckedCommitments;
  commitmentPoints.set(checked, points);
  return checked;
}

export function combineCommitments(
  commitments: CheckedCommitments,
  scalars: readonly bigint[],
): Bytes {
  return encodePoint(combine(commitments, scalars));
}

export function verifyRowOpening(
  setup: Powers,
  opening: {
    readonly commitments: CheckedCommitments;
    readonly scalars: readonly bigint[];
    readonly z: bigint;
    readonly y: bigint;
    readonly proof: Uint8Array;
  },
): boolean {
  const { z, y } = opening;
  assertScalar(z, 'z');
  assertScalar(y, 'y');
  const proof = decodeOnePoint(opening.proof, 'proof');
  const commitment = combine(opening.commitments, opening.scalars);
  return verifyOpenings(setup, [{ commitment, z, y, proof }]);
}

export function computeCell(row: Uint8Array, cellIndex: number): Bytes {
  assertIndex(cellIndex, { bound: CELLS_PER_EXT_BLOB, name: 'cellIndex' });
  const elements = readRow(row);
  if (cellIndex < CELLS_PER_EXT_BLOB / 2) return copyCell(row, cellIndex);
  return cellOfRemainder(divideByCoset(coefficientsOf(elements), cellIndex).remainder, cellIndex);
}

export function computeCellProof(
  setup: Powers,
  { row, cellIndex }: { readonly row: Uint8Array; readonly cellIndex: number },
): { cell: Bytes; proof: Bytes } {
  assertIndex(cellIndex, { bound: CELLS_PER_EXT_BLOB, name: 'cellIndex' });
  const { quotient, remainder } = divideByCoset(coefficientsOf(readRow(row)), cellIndex);
  const points = setup.monomial().slice(0, quotient.length);
  return {
    cell: cellOfRemainder(remainder, cellIndex),
    proof: encodePoint(multiplyAndSum(points, quotient)),
  };
}

export function verifyDerivedCells(
  setup: Powers,
  batch: { readonly commitments: CheckedCommitments; readonly cells: readonly DerivedCell[] },
): boolean {
  const { cells } = batch;
  const points = pointsOf(batch.commitments);
  assertArray(cells, 'cells');
  const values = cells.map(({ coefficients, cellIndex, cell }, index) => {
    assertScalars(coefficients, points, 'commitments');
    assertIndex(cellIndex, { bound: CELLS_PER_EXT_BLOB, name: 'cellIndex', at: index });
    return readCell(cell, index);
  });
  const proofs = decodePoints(
    cells.map(({ proof }) => proof),
    'proof',
  );
  if (cells.length === 0) return true;
  const weights = powersOf(derivedCellsChallenge(points, cells), cells.length);
  // sum_k w_k sum_j L_kj C_j = sum_j (sum_k w_k L_kj) C_j: one multiplication over the commitments
  const scalars = points.map((_, j) => {
    let sum = 0n;
    for (let k = 0; k < cells.length; k++) sum += weights[k]! * cells[k]!.coefficients[j]!;
    return sum % FIELD_MODULUS;
  });
  const indices = cells.map(({ cellIndex }) => cellIndex);
  return verifyCells(setup, { commitments: points, scalars, indices, values, proofs, weights });
}

export function combineProofs(proofs: readonly Uint8Array[], scalars: readonly bigint[]): Bytes {
  assertArray(proofs, 'proofs');
  assertScalars(scalars, proofs, 'proofs');
  return encodePoint(multiplyAndSum(decodePoints(proofs, 'proof'), scalars));
}

function readRow(row: Uint8Array): bigint[] {
  elementCount(row);
  return readScalars(row);
}

function combine(commitments: CheckedCommitments, scalars: readonly bigint[]): Point {
  const points = pointsOf(commitments);
  assertScalars(scalars, points, 'commitments');
  return multiplyAndSum(points, scalars);
}

function pointsOf(commitments: CheckedCommitments): readonly Point[] {
  const points = commitmentPoints.get(commitments);
  if (points === undefined) {
    throw new TypeError('commitments: expected the result of checkCommitments');
  }
  return points;
}

function assertScalars(
  scalars: readonly bigint[],
  items: readonly unknown[],
  itemsName: string,
): void {
  assertSameLength({ [itemsName]: items, scalars });
  for (const scalar of scalars) assertScalar(scalar, 'scalars');
}

/** The 4,096 coefficients of a row's polynomial. */
function coefficientsOf(elements: readonly bigint[]): bigint[] {
  const out = new Array<bigint>(FIELD_ELEMENTS_PER_BLOB).fill(0n);
  for (let i = 0; i < elements.length; i++) out[i] = elements[i]!;
  interpolateInPlace(out);
  return out;
}

/** f(X) = q(X) (X^64 - a) + s(X), a = h^64 for the cell's coset h <w_64>, by long division. */
function divideByCoset(
  coefficients: bigint[],
  cellIndex: number,
): { quotient: bigint[]; remainder: bigint[] } {
  const a = cosetPower(cellIndex);
  const rest = coefficients;
  for (let i = rest.length - 1; i >= FIELD_ELEMENTS_PER_CELL; i--) {
    const below = i - FIELD_ELEMENTS_PER_CELL;
    rest[below] = (rest[below]! + rest[i]! * a) % FIELD_MODULUS;
  }
  return {
    quotient: rest.slice(FIELD_ELEMENTS_PER_CELL),
    remainder: rest.slice(0, FIELD_ELEMENTS_PER_CELL),
  };
}

/** The cell's values, those of s(X) = f(X) mod (X^64 - h^64) on its coset. */
function cellOfRemainder(remainder: bigint[], cellIndex: number): Bytes {
  shiftInPlace(remainder, cosetShift(cellIndex));
  evaluateInPlace(remainder);
  return writeScalars(remainder);
}

/** Cells 0..63 are the positions of the blob. */
function copyCell(row: Uint8Array, cellIndex: number): Bytes {
  const out = new Uint8Array(BYTES_PER_CELL);
  out.set(row.subarray(cellIndex * BYTES_PER_CELL, (cellIndex + 1) * BYTES_PER_CELL));
  return out;
}

/** Hash of everything the equation involves; its powers are the weights. */
function derivedCellsChallenge(points: readonly Point[], cells: readonly DerivedCell[]): bigint {
  const parts: Uint8Array[] = [
    asciiBytes(DERIVED_CELLS_TAG),
    uint64Bytes(points.length),
    uint64Bytes(cells.length),
    ...points.map(encodePoint),
  ];
  for (const { coefficients, cellIndex, cell, proof } of cells) {
    parts.push(writeScalars(coefficients), uint64Bytes(cellIndex), cell, proof);
  }
  return hashToScalar(concatBytes(parts));
}
