/**
 * EIP-7594: cells of an extended blob, their proofs, recovery and batch verification.
 * Source: consensus-specs fulu/polynomial-commitments-sampling.md; names as in c-kzg-4844.
 *
 * Notation: a blob's polynomial f has degree < 4,096. Cell j holds its values on the coset
 * h_j * <w_64> in bit-reversed order, h_j = w_8192^(brp_7(j)). Cells 0..63 are the blob itself;
 * cells 64..127 are f on w_8192 * <w_4096>.
 */

import { hashToScalar, readBlob } from './blob.ts';
import { asciiBytes, concatBytes, uint64Bytes } from './bytes.ts';
import { decodePoints } from './commitment.ts';
import {
  evaluateInPlace,
  interpolateInPlace,
  reverseBits,
  rootOfUnity,
  shiftInPlace,
} from './domain.ts';
import {
  assertArray,
  assertAscending,
  assertBytes,
  assertIndex,
  assertSameLength,
  KzgError,
} from './errors.ts';
import { computeAllProofs, type Fk20Points } from './fk20.ts';
import { encodePoint, negate, type Point } from './g1.ts';
import { multiplyAndSum } from './msm.ts';
import { pairingsCancel } from './pairing.ts';
import {
  BYTES_PER_CELL,
  BYTES_PER_FIELD_ELEMENT,
  CELLS_PER_EXT_BLOB,
  FIELD_ELEMENTS_PER_BLOB,
  FIELD_ELEMENTS_PER_CELL,
  FIELD_ELEMENTS_PER_EXT_BLOB,
} from './parameters.ts';
import {
  FIELD_MODULUS,
  invert,
  invertEach,
  power,
  powersOf,
  readScalars,
  reduce,
  scalarToBytes,
  writeScalars,
} from './scalar.ts';
import type { Powers } from './setup.ts';

/** fulu/polynomial-commitments-sampling.md, `RANDOM_CHALLENGE_KZG_CELL_BATCH_DOMAIN`. */
const CELL_BATCH_TAG = 'RCKZGCBATCH__V1_';

type Bytes = Uint8Array<ArrayBuffer>;

/** `compute_cells`: 128 cells; two transforms of 4,096, about 25 ms. */
export function computeCells(blob: Uint8Array): Bytes[] {
  const coefficients = readBlob(blob);
  interpolateInPlace(coefficients);
  return [...splitCells(blob), ...secondHalf(coefficients)];
}

/** `compute_cells_and_kzg_proofs`. */
export function computeCellsAndKzgProofs(fk20: Fk20Points, blob: Uint8Array): [Bytes[], Bytes[]] {
  const coefficients = readBlob(blob);
  interpolateInPlace(coefficients);
  const proofs = computeAllProofs(fk20, coefficients).map(encodePoint);
  return [[...splitCells(blob), ...secondHalf(coefficients)], proofs];
}

/** `recover_cells_and_kzg_proofs`; `fk20` is called once the input has been checked. */
export function recoverCellsAndKzgProofs(
  fk20: () => Fk20Points,
  input: { readonly indices: readonly number[]; readonly cells: readonly Uint8Array[] },
): [Bytes[], Bytes[]] {
  const { indices, cells } = input;
  assertSameLength({ indices, cells });
  assertAscending(indices, { bound: CELLS_PER_EXT_BLOB, name: 'indices' });
  if (indices.length < CELLS_PER_EXT_BLOB / 2) {
    throw new KzgError('cells_missing', `cells: expected at least 64, got ${indices.length}`);
  }
  const values = cells.map((cell, index) => readCell(cell, index));
  const coefficients = recoverCoefficients(indices, values);
  const firstHalf = [...coefficients];
  evaluateInPlace(firstHalf);
  const recovered = [...splitCells(writeScalars(firstHalf)), ...secondHalf(coefficients)];
  indices.forEach((cell, at) => {
    if (!sameBytes(recovered[cell]!, cells[at]!)) {
      throw new KzgError(
        'cells_inconsistent',
        'cells: no polynomial of degree < 4096 has them',
        at,
      );
    }
  });
  return [recovered, computeAllProofs(fk20(), coefficients).map(encodePoint)];
}

/** `verify_cell_kzg_proof_batch`. */
export function verifyCellKzgProofBatch(
  setup: Powers,
  batch: {
    readonly commitments: readonly Uint8Array[];
    readonly indices: readonly number[];
    readonly cells: readonly Uint8Array[];
    readonly proofs: readonly Uint8Array[];
  },
): boolean {
  assertSameLength(batch);
  const { indices, cells, proofs } = batch;
  indices.forEach((index, at) => {
    assertIndex(index, { bound: CELLS_PER_EXT_BLOB, name: 'indices', at });
  });
  const { unique, positions } = deduplicate(batch.commitments);
  const commitments = decodePoints(unique, 'commitment');
  const values = cells.map((cell, index) => readCell(cell, index));
  const proofPoints = decodePoints(proofs, 'proof');
  if (cells.length === 0) return true;
  const challenge = cellBatchChallenge({
    commitments: unique,
    commitmentIndices: positions,
    cellIndices: indices,
    cells,
    proofs,
  });
  const weights = powersOf(challenge, cells.length);
  const scalars = new Array<bigint>(unique.length).fill(0n);
  positions.forEach((position, k) => {
    scalars[position] = reduce(scalars[position]! + weights[k]!);
  });
  return verifyCells(setup, {
    commitments,
    scalars,
    indices,
    values,
    proofs: proofPoints,
    weights,
  });
}

/** `compute_verify_cell_kzg_proof_batch_challenge` as 32 bytes; checks lengths and elements only. */
export function computeVerifyCellKzgProofBatchChallenge(input: {
  readonly commitments: readonly Uint8Array[];
  readonly commitmentIndices: readonly number[];
  readonly cellIndices: readonly number[];
  readonly cosetsEvals: readonly (readonly Uint8Array[])[];
  readonly proofs: readonly Uint8Array[];
}): Bytes {
  const { commitments, commitmentIndices, cellIndices, cosetsEvals, proofs } = input;
  assertArray(commitments, 'commitments');
  assertSameLength({ cellIndices, commitmentIndices, cosetsEvals, proofs });
  commitments.forEach((bytes, index) => {
    assertBytes(bytes, { size: 48, code: 'point_length', name: 'commitments', index });
  });
  const cells = cosetsEvals.map((evaluations, index) => {
    assertIndex(commitmentIndices[index]!, {
      bound: commitments.length,
      name: 'commitmentIndices',
      at: index,
    });
    assertIndex(cellIndices[index]!, { bound: CELLS_PER_EXT_BLOB, name: 'cellIndices', at: index });
    assertBytes(proofs[index]!, { size: 48, code: 'point_length', name: 'proofs', index });
    assertArray(evaluations, 'cosetsEvals');
    for (const bytes of evaluations) {
      assertBytes(bytes, {
        size: BYTES_PER_FIELD_ELEMENT,
        code: 'scalar_length',
        name: 'cosetsEvals',
        index,
      });
    }
    const cell = concatBytes(evaluations);
    readCell(cell, index);
    return cell;
  });
  return scalarToBytes(
    cellBatchChallenge({ commitments, commitmentIndices, cellIndices, cells, proofs }),
  );
}

/**
 * The universal verification equation (fulu, `verify_cell_kzg_proof_batch_impl`), where the
 * commitments of all cells, times their weights w_k, have been gathered into `scalars`:
 * e(sum_k w_k proof_k, [tau^64]) =
 *   e(sum_j scalars_j C_j - [sum_k w_k I_k(tau)] + sum_k w_k h_k^64 proof_k, [1]).
 */
export function verifyCells(
  setup: Powers,
  batch: {
    readonly commitments: readonly Point[];
    readonly scalars: readonly bigint[];
    readonly indices: readonly number[];
    readonly values: readonly (readonly bigint[])[];
    readonly proofs: readonly Point[];
    readonly weights: readonly bigint[];
  },
): boolean {
  const { commitments, scalars, indices, proofs, weights } = batch;
  const interpolation = sumOfInterpolations(batch);
  const cosetWeights = indices.map((index, k) => reduce(weights[k]! * cosetPower(index)));
  const right = multiplyAndSum(
    [...commitments, ...setup.monomial().slice(0, FIELD_ELEMENTS_PER_CELL), ...proofs],
    [...scalars, ...interpolation.map((value) => reduce(-value)), ...cosetWeights],
  );
  return pairingsCancel([
    [multiplyAndSum(proofs, weights), setup.tau64],
    [negate(right), setup.one],
  ]);
}

/** The 64 elements of a cell; throws `cell_length` or `scalar_not_canonical`. */
export function readCell(cell: Uint8Array, index?: number): bigint[] {
  const expected = { size: BYTES_PER_CELL, code: 'cell_length', name: 'cell' } as const;
  assertBytes(cell, index === undefined ? expected : { ...expected, index });
  return readScalars(cell, index);
}

/** h_j = w_8192^(brp_7(j)), the shift of cell j's coset. */
export function cosetShift(cell: number): bigint {
  return power(rootOfUnity(FIELD_ELEMENTS_PER_EXT_BLOB), BigInt(reverseBits(cell, 7)));
}

/** h_j^64 = w_128^(brp_7(j)): cell j's coset is where X^64 equals it. */
export function cosetPower(cell: number): bigint {
  return power(rootOfUnity(CELLS_PER_EXT_BLOB), BigInt(reverseBits(cell, 7)));
}

/** Cells 64..127 from the coefficients. */
function secondHalf(coefficients: readonly bigint[]): Bytes[] {
  const values = [...coefficients];
  shiftInPlace(values, rootOfUnity(FIELD_ELEMENTS_PER_EXT_BLOB));
  evaluateInPlace(values);
  return splitCells(writeScalars(values));
}

function splitCells(bytes: Uint8Array): Bytes[] {
  return Array.from({ length: bytes.length / BYTES_PER_CELL }, (_, j) =>
    Uint8Array.from(bytes.subarray(j * BYTES_PER_CELL, (j + 1) * BYTES_PER_CELL)),
  );
}

/**
 * The 4,096 coefficients of f from >= 64 cells. With Z(X) = prod (X^64 - h_j^64) over the missing
 * cells j, the values of f * Z are known everywhere (zero on missing cells) and its degree is below
 * 8,192; so interpolate f * Z, evaluate it on a coset of 4,096 points and divide by Z there.
 */
function recoverCoefficients(
  indices: readonly number[],
  cells: readonly (readonly bigint[])[],
): bigint[] {
  const vanishing = vanishingPolynomial(indices); // in Y = X^64
  const product = new Array<bigint>(FIELD_ELEMENTS_PER_EXT_BLOB).fill(0n);
  indices.forEach((cell, at) => {
    const factor = evaluatePolynomial(vanishing, cosetPower(cell));
    cells[at]!.forEach((value, i) => {
      product[cell * FIELD_ELEMENTS_PER_CELL + i] = (value * factor) % FIELD_MODULUS;
    });
  });
  interpolateInPlace(product);
  // On the coset 7 <w_4096>: substitute 7 X, after which X^4096 = 1 folds the upper half in.
  const shift = 7n;
  shiftInPlace(product, shift);
  const folded = product.slice(0, FIELD_ELEMENTS_PER_BLOB);
  for (let i = 0; i < folded.length; i++) folded[i]! += product[i + FIELD_ELEMENTS_PER_BLOB]!;
  evaluateInPlace(folded);
  // X^64 takes 64 values there: 7^64 w_64^e for point i, constant on runs of 64 positions.
  const perRun = Array.from({ length: FIELD_ELEMENTS_PER_CELL }, (_, run) => {
    const root = power(rootOfUnity(FIELD_ELEMENTS_PER_CELL), BigInt(reverseBits(run, 6)));
    return evaluatePolynomial(vanishing, reduce(power(shift, 64n) * root));
  });
  const inverses = invertEach(perRun);
  for (let i = 0; i < folded.length; i++) {
    folded[i] = (folded[i]! * inverses[Math.floor(i / FIELD_ELEMENTS_PER_CELL)]!) % FIELD_MODULUS;
  }
  interpolateInPlace(folded);
  shiftInPlace(folded, invert(shift));
  return folded;
}

/** prod (Y - h_j^64) over the cells not in `present`, lowest coefficient first. */
function vanishingPolynomial(present: readonly number[]): bigint[] {
  const have = new Set(present);
  let out = [1n];
  for (let cell = 0; cell < CELLS_PER_EXT_BLOB; cell++) {
    if (have.has(cell)) continue;
    const root = cosetPower(cell);
    const next = [0n, ...out];
    out.forEach((coefficient, i) => {
      next[i] = reduce(next[i]! - coefficient * root);
    });
    out = next;
  }
  return out;
}

function evaluatePolynomial(coefficients: readonly bigint[], x: bigint): bigint {
  let value = 0n;
  for (let i = coefficients.length - 1; i >= 0; i--) {
    value = (value * x + coefficients[i]!) % FIELD_MODULUS;
  }
  return value;
}

/** Coefficients of sum_k w_k I_k, I_k the degree-63 interpolation of cell k on its coset. */
function sumOfInterpolations(batch: {
  readonly indices: readonly number[];
  readonly values: readonly (readonly bigint[])[];
  readonly weights: readonly bigint[];
}): bigint[] {
  const { indices, values, weights } = batch;
  const perCell = new Map<number, bigint[]>(); // cells with one index share one transform
  indices.forEach((index, k) => {
    const sums = perCell.get(index) ?? new Array<bigint>(FIELD_ELEMENTS_PER_CELL).fill(0n);
    perCell.set(index, sums);
    for (let i = 0; i < FIELD_ELEMENTS_PER_CELL; i++) sums[i]! += weights[k]! * values[k]![i]!;
  });
  const total = new Array<bigint>(FIELD_ELEMENTS_PER_CELL).fill(0n);
  for (const [index, sums] of perCell) {
    const coefficients = sums.map(reduce);
    interpolateInPlace(coefficients);
    shiftInPlace(coefficients, invert(cosetShift(index)));
    for (let i = 0; i < FIELD_ELEMENTS_PER_CELL; i++) total[i]! += coefficients[i]!;
  }
  return total.map(reduce);
}

/** `compute_verify_cell_kzg_proof_batch_challenge`. */
function cellBatchChallenge(input: {
  readonly commitments: readonly Uint8Array[];
  readonly commitmentIndices: readonly number[];
  readonly cellIndices: readonly number[];
  readonly cells: readonly Uint8Array[];
  readonly proofs: readonly Uint8Array[];
}): bigint {
  const { commitments, commitmentIndices, cellIndices, cells, proofs } = input;
  const parts: Uint8Array[] = [
    asciiBytes(CELL_BATCH_TAG),
    uint64Bytes(FIELD_ELEMENTS_PER_BLOB),
    uint64Bytes(FIELD_ELEMENTS_PER_CELL),
    uint64Bytes(commitments.length),
    uint64Bytes(cellIndices.length),
    ...commitments,
  ];
  cells.forEach((cell, k) => {
    parts.push(uint64Bytes(commitmentIndices[k]!), uint64Bytes(cellIndices[k]!), cell, proofs[k]!);
  });
  return hashToScalar(concatBytes(parts));
}

/** The distinct commitments in order of first appearance, and which one each item has. */
function deduplicate(commitments: readonly Uint8Array[]): {
  unique: Uint8Array[];
  positions: number[];
} {
  const unique: Uint8Array[] = [];
  const known = new Map<string, number>();
  const positions = commitments.map((bytes, index) => {
    assertBytes(bytes, { size: 48, code: 'point_length', name: 'commitment', index });
    const key = String.fromCharCode(...bytes);
    const position = known.get(key) ?? unique.push(bytes) - 1;
    known.set(key, position);
    return position;
  });
  return { unique, positions };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
