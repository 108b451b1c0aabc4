/**
 * EIP-7594: cells of an extended blob, their proofs, recovery and batch verification.
 * Source: consensus-specs fulu/polynomial-commitments-sampling.md; names as in c-kzg-4844.
 *
 * Notation: a blob's polynomial f has degree < 4,096. Cell j holds its values on the coset
 * h_j * <w_64> in bit-reversed order, h_j = w_8192^(brp_7(j)). Cells 0..63 are the blob itself;
 * cells 64..127 are f on w_8192 * <w_4096>.
 */
import { drawWeights } from './batch-weights.ts';
import { assertBlob, hashToScalar } from './blob.ts';
import { asciiBytes, concatBytes, uint64Bytes } from './bytes.ts';
import { assertEncodings } from './commitment.ts';
import type { Context } from './context.ts';
import { reverseBits, rootOfUnity } from './domain.ts';
import type { Engine, PointList } from './engine.ts';
import {
  assertArray,
  assertAscending,
  assertBytes,
  assertIndex,
  assertSameLength,
  KzgError,
} from './errors.ts';
import {
  BYTES_PER_CELL,
  BYTES_PER_FIELD_ELEMENT,
  CELLS_PER_EXT_BLOB,
  FIELD_ELEMENTS_PER_BLOB,
  FIELD_ELEMENTS_PER_CELL,
} from './parameters.ts';
import { assertCanonical, powersOf, reduce, scalarToBytes } from './scalar.ts';

/** fulu/polynomial-commitments-sampling.md, `RANDOM_CHALLENGE_KZG_CELL_BATCH_DOMAIN`. */
const CELL_BATCH_TAG = 'RCKZGCBATCH__V1_';

type Bytes = Uint8Array<ArrayBuffer>;

/** `compute_cells`: 128 cells; two transforms of 4,096. */
export function computeCells(engine: Engine, blob: Uint8Array): Bytes[] {
  assertBlob(blob);
  return [...splitCells(blob), ...splitCells(engine.extendBlob(blob))];
}

/** `compute_cells_and_kzg_proofs`. */
export function computeCellsAndKzgProofs(engine: Engine, blob: Uint8Array): [Bytes[], Bytes[]] {
  return [computeCells(engine, blob), engine.allCellProofs(blob)];
}

/** `recover_cells_and_kzg_proofs`. */
export function recoverCellsAndKzgProofs(
  engine: Engine,
  input: { readonly indices: readonly number[]; readonly cells: readonly Uint8Array[] },
): [Bytes[], Bytes[]] {
  const { indices, cells } = input;
  assertSameLength({ indices, cells });
  assertAscending(indices, { bound: CELLS_PER_EXT_BLOB, name: 'indices' });
  const half = CELLS_PER_EXT_BLOB / 2;
  if (indices.length < half) {
    throw new KzgError('cells_missing', `cells: expected at least 64, got ${indices.length}`);
  }
  cells.forEach(assertCell);
  const blob = engine.recoverBlob(indices.slice(0, half), cells.slice(0, half));
  const recovered = computeCells(engine, blob);
  indices.forEach((cell, at) => {
    if (!sameBytes(recovered[cell]!, cells[at]!)) {
      throw new KzgError(
        'cells_inconsistent',
        'cells: no polynomial of degree < 4096 has them',
        at,
      );
    }
  });
  return [recovered, engine.allCellProofs(blob)];
}

/** `verify_cell_kzg_proof_batch`. */
export function verifyCellKzgProofBatch(
  { engine, cache, random }: Context,
  batch: {
    readonly commitments: readonly Uint8Array[];
    readonly indices: readonly number[];
    readonly cells: readonly Uint8Array[];
    readonly proofs: readonly Uint8Array[];
  },
): boolean {
  assertSameLength(batch);
  const { indices, cells } = batch;
  indices.forEach((index, at) => {
    assertIndex(index, { bound: CELLS_PER_EXT_BLOB, name: 'indices', at });
  });
  assertEncodings(batch.commitments, 'commitment');
  cells.forEach(assertCell);
  const { unique, positions } = deduplicate(batch.commitments);
  const { commitments, proofs } = cache.decode(unique, batch.proofs);
  if (cells.length === 0) return true;
  const weights = drawWeights(cells.length, random);
  const scalars = new Array<bigint>(unique.length).fill(0n);
  positions.forEach((position, k) => {
    scalars[position] = reduce(scalars[position]! + weights[k]!);
  });
  return verifyCells(engine, { commitments, scalars, indices, cells, proofs, weights });
}

/** `compute_verify_cell_kzg_proof_batch_challenge` as 32 bytes; checks lengths and elements only. */
export function computeVerifyCellKzgProofBatchChallenge(
  engine: Engine,
  input: {
    readonly commitments: readonly Uint8Array[];
    readonly commitmentIndices: readonly number[];
    readonly cellIndices: readonly number[];
    readonly cosetsEvals: readonly (readonly Uint8Array[])[];
    readonly proofs: readonly Uint8Array[];
  },
): Bytes {
  const { commitments, commitmentIndices, cellIndices, cosetsEvals, proofs } = input;
  assertArray(commitments, 'commitments');
  assertSameLength({ cellIndices, commitmentIndices, cosetsEvals, proofs });
  assertEncodings(commitments, 'commitments');
  const parts = [
    asciiBytes(CELL_BATCH_TAG),
    uint64Bytes(FIELD_ELEMENTS_PER_BLOB),
    uint64Bytes(FIELD_ELEMENTS_PER_CELL),
    uint64Bytes(commitments.length),
    uint64Bytes(cellIndices.length),
    ...commitments,
  ];
  cosetsEvals.forEach((evaluations, k) => {
    const [commitmentIndex, cellIndex, proof] = [
      commitmentIndices[k]!,
      cellIndices[k]!,
      proofs[k]!,
    ];
    const bound = commitments.length;
    assertIndex(commitmentIndex, { bound, name: 'commitmentIndices', at: k });
    assertIndex(cellIndex, { bound: CELLS_PER_EXT_BLOB, name: 'cellIndices', at: k });
    assertBytes(proof, { size: 48, code: 'point_length', name: 'proofs', index: k });
    const cell = joinElements(evaluations, k);
    parts.push(uint64Bytes(commitmentIndex), uint64Bytes(cellIndex), cell, proof);
  });
  return scalarToBytes(hashToScalar(engine, parts));
}

/**
 * The universal verification equation (fulu, `verify_cell_kzg_proof_batch_impl`), where the
 * commitments of all cells, times their weights w_k, have been gathered into `scalars`:
 * e(sum_k w_k proof_k, [tau^64]) =
 *   e(sum_j scalars_j C_j - [sum_k w_k I_k(tau)] + sum_k w_k h_k^64 proof_k, [1]).
 */
export function verifyCells(
  engine: Engine,
  batch: {
    readonly commitments: PointList;
    readonly scalars: readonly bigint[];
    readonly indices: readonly number[];
    readonly cells: readonly Uint8Array[];
    readonly proofs: PointList;
    readonly weights: readonly bigint[];
  },
): boolean {
  const { commitments, scalars, indices, proofs, weights } = batch;
  const powers = powersOf(rootOfUnity(CELLS_PER_EXT_BLOB), CELLS_PER_EXT_BLOB);
  return engine.pairingHolds({
    left: [
      { points: commitments, scalars },
      { points: proofs, scalars: indices.map((index, k) => cosetWeight(weights[k]!, index)) },
    ],
    monomial: engine.sumCells(batch).map((value) => reduce(-value)),
    right: [{ points: proofs, scalars: weights }],
    second: 'tau64',
  });

  // h_k^64 = w_128^(brp_7(k)): the coset of cell k is where X^64 equals it.
  function cosetWeight(weight: bigint, index: number): bigint {
    return reduce(weight * powers[reverseBits(index, 7)]!);
  }
}

/** Throws `cell_length` or `scalar_not_canonical`. */
export function assertCell(cell: Uint8Array, index?: number): void {
  const expected = { size: BYTES_PER_CELL, code: 'cell_length', name: 'cell' } as const;
  assertBytes(cell, index === undefined ? expected : { ...expected, index });
  assertCanonical(cell, index);
}

function joinElements(evaluations: readonly Uint8Array[], index: number): Bytes {
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
  assertCell(cell, index);
  return cell;
}

function splitCells(bytes: Uint8Array): Bytes[] {
  return Array.from(
    { length: bytes.length / BYTES_PER_CELL },
    (_, j) => new Uint8Array(bytes.subarray(j * BYTES_PER_CELL, (j + 1) * BYTES_PER_CELL)),
  );
}

/** The distinct commitments in order of first appearance, and which one each item has. */
function deduplicate(commitments: readonly Uint8Array[]): {
  unique: Uint8Array[];
  positions: number[];
} {
  const unique: Uint8Array[] = [];
  const known = new Map<string, number>();
  const positions = commitments.map((bytes) => {
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
