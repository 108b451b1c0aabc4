/**
 * Rows: blobs of which only the first c positions are used, as the data-availability protocol
 * commits, extends, opens and samples them (da-review 1.3(5), (6)).
 *
 * A row is 32 c bytes, c in 1..4,096: the first c positions of an EIP-4844 blob (bit-reversed order)
 * whose other positions are zero. So a row's commitment, cells and proofs are those of the padded
 * blob, and any EIP-4844 or EIP-7594 verifier accepts them.
 */
import { drawWeights } from './batch-weights.ts';
import { verifyOpening } from './blob.ts';
import { assertCell, verifyCells } from './cells.ts';
import { commonElementCount, elementCount } from './column-code.ts';
import { decodeOnePoint, decodePoints } from './commitment.ts';
import type { Context } from './context.ts';
import type { BackendName, Engine, PointList, Weights } from './engine.ts';
import { assertArray, assertIndex, assertSameLength, KzgError } from './errors.ts';
import { BYTES_PER_CELL, CELLS_PER_EXT_BLOB, FIELD_ELEMENTS_PER_BLOB } from './parameters.ts';
import { assertCanonical, assertScalar, FIELD_MODULUS, power } from './scalar.ts';

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

// What stands behind the opaque objects, in the form of each backend that used them: a value that
// did not come from the check is not found, and one from another object is still a checked one.
type Checked = {
  readonly encodings: readonly Bytes[];
  readonly forms: Map<BackendName, PointList>;
};

const commitmentForms = /* @__PURE__ */ new WeakMap<CheckedCommitments, Checked>();
const weightForms = /* @__PURE__ */ new WeakMap<EvaluationWeights, Map<BackendName, Weights>>();

export function commitRow(engine: Engine, row: Uint8Array): Bytes {
  assertRow(row);
  return engine.commit(row);
}

export function evaluationWeights(
  engine: Engine,
  { z, usedElements }: { readonly z: bigint; readonly usedElements: number },
): EvaluationWeights {
  assertScalar(z, 'z');
  if (
    !Number.isInteger(usedElements) ||
    usedElements < 1 ||
    usedElements > FIELD_ELEMENTS_PER_BLOB
  ) {
    throw new RangeError(`usedElements: expected an integer in 1..4096, got ${usedElements}`);
  }
  if (power(z, BigInt(FIELD_ELEMENTS_PER_BLOB)) === 1n) {
    throw new KzgError('z_in_domain', 'z: expected z^4096 != 1');
  }
  const weights = Object.freeze({ z, usedElements }) as EvaluationWeights;
  weightForms.set(weights, new Map([[engine.name, engine.weights(z, usedElements)]]));
  return weights;
}

export function evaluateRow(engine: Engine, row: Uint8Array, weights: EvaluationWeights): bigint {
  const forms = weightForms.get(weights);
  if (forms === undefined) {
    throw new TypeError('weights: expected the result of evaluationWeights');
  }
  assertRow(row);
  if (row.length / 32 > weights.usedElements) {
    throw new KzgError('row_length', `row: expected at most ${weights.usedElements} elements`);
  }
  let form = forms.get(engine.name);
  if (form === undefined) {
    form = engine.weights(weights.z, weights.usedElements);
    forms.set(engine.name, form);
  }
  return engine.innerProduct(row, form);
}

export function combineRows(
  engine: Engine,
  rows: readonly Uint8Array[],
  scalars: readonly bigint[],
): Bytes {
  assertScalars(scalars, rows, 'rows');
  commonElementCount(rows);
  rows.forEach(assertCanonical);
  return engine.combineRows(rows, scalars);
}

export function openRow(
  engine: Engine,
  row: Uint8Array,
  z: bigint,
): { readonly proof: Bytes; readonly y: bigint } {
  assertScalar(z, 'z');
  assertRow(row);
  return engine.open(row, z);
}

export function checkCommitments(
  engine: Engine,
  commitments: readonly Uint8Array[],
): CheckedCommitments {
  assertArray(commitments, 'commitments');
  const points = decodePoints(engine, commitments, 'commitment');
  const checked = Object.freeze({ count: commitments.length }) as CheckedCommitments;
  const encodings = commitments.map((bytes) => new Uint8Array(bytes));
  commitmentForms.set(checked, { encodings, forms: new Map([[engine.name, points]]) });
  return checked;
}

export function combineCommitments(
  engine: Engine,
  commitments: CheckedCommitments,
  scalars: readonly bigint[],
): Bytes {
  const points = pointsOf(engine, commitments);
  assertCount(scalars, { expected: points.count, of: 'commitments' });
  return engine.sumPoints([{ points, scalars }]);
}

export function verifyRowOpening(
  engine: Engine,
  opening: {
    readonly commitments: CheckedCommitments;
    readonly scalars: readonly bigint[];
    readonly z: bigint;
    readonly y: bigint;
    readonly proof: Uint8Array;
  },
): boolean {
  const { scalars, z, y } = opening;
  assertScalar(z, 'z');
  assertScalar(y, 'y');
  const proof = decodeOnePoint(engine, opening.proof, 'proof');
  const points = pointsOf(engine, opening.commitments);
  assertCount(scalars, { expected: points.count, of: 'commitments' });
  return verifyOpening(engine, { commitment: [{ points, scalars }], z, y, proof });
}

export function computeCell(engine: Engine, row: Uint8Array, cellIndex: number): Bytes {
  assertIndex(cellIndex, { bound: CELLS_PER_EXT_BLOB, name: 'cellIndex' });
  assertRow(row);
  if (cellIndex < CELLS_PER_EXT_BLOB / 2) return copyCell(row, cellIndex);
  return engine.cell(row, cellIndex);
}

export function computeCellProof(
  engine: Engine,
  row: Uint8Array,
  cellIndex: number,
): { readonly cell: Bytes; readonly proof: Bytes } {
  const cell = computeCell(engine, row, cellIndex);
  return { cell, proof: engine.cellProof(row, cellIndex) };
}

export function verifyDerivedCells(
  { engine, random }: Context,
  commitments: CheckedCommitments,
  claims: readonly DerivedCell[],
): boolean {
  const points = pointsOf(engine, commitments);
  assertArray(claims, 'cells');
  claims.forEach(({ coefficients, cellIndex, cell }, index) => {
    assertCount(coefficients, { expected: points.count, of: 'commitments' });
    assertIndex(cellIndex, { bound: CELLS_PER_EXT_BLOB, name: 'cellIndex', at: index });
    assertCell(cell, index);
  });
  const proofs = decodePoints(
    engine,
    claims.map(({ proof }) => proof),
    'proof',
  );
  if (claims.length === 0) return true;
  const weights = drawWeights(claims.length, random);
  // sum_k w_k sum_j L_kj C_j = sum_j (sum_k w_k L_kj) C_j: one multiplication over the commitments
  const scalars = Array.from({ length: points.count }, (_, j) => {
    let sum = 0n;
    for (let k = 0; k < claims.length; k++) sum += weights[k]! * claims[k]!.coefficients[j]!;
    return sum % FIELD_MODULUS;
  });
  const indices = claims.map(({ cellIndex }) => cellIndex);
  const cells = claims.map(({ cell }) => cell);
  return verifyCells(engine, { commitments: points, scalars, indices, cells, proofs, weights });
}

export function combineProofs(
  engine: Engine,
  proofs: readonly Uint8Array[],
  scalars: readonly bigint[],
): Bytes {
  assertArray(proofs, 'proofs');
  assertScalars(scalars, proofs, 'proofs');
  return engine.sumPoints([{ points: decodePoints(engine, proofs, 'proof'), scalars }]);
}

/** Throws `row_length` or `scalar_not_canonical`. */
function assertRow(row: Uint8Array): void {
  elementCount(row);
  assertCanonical(row);
}

function pointsOf(engine: Engine, commitments: CheckedCommitments): PointList {
  const checked = commitmentForms.get(commitments);
  if (checked === undefined) {
    throw new TypeError('commitments: expected the result of checkCommitments');
  }
  let points = checked.forms.get(engine.name);
  if (points === undefined) {
    points = engine.decodePoints(checked.encodings).points;
    checked.forms.set(engine.name, points);
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

/** Throws `list_length` unless there are `expected` scalars, all in [0, r). */
function assertCount(
  scalars: readonly bigint[],
  { expected, of }: { readonly expected: number; readonly of: string },
): void {
  assertArray(scalars, 'scalars');
  if (scalars.length !== expected) {
    throw new KzgError(
      'list_length',
      `scalars: expected ${expected} items as in ${of}, got ${scalars.length}`,
    );
  }
  for (const scalar of scalars) assertScalar(scalar, 'scalars');
}

/** Cells 0..63 are the positions of the blob. */
function copyCell(row: Uint8Array, cellIndex: number): Bytes {
  const out = new Uint8Array(BYTES_PER_CELL);
  out.set(row.subarray(cellIndex * BYTES_PER_CELL, (cellIndex + 1) * BYTES_PER_CELL));
  return out;
}
