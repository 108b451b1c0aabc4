/**
 * A Kzg object from an engine: what the functions of `blob.ts`, `cells.ts`, `rows.ts` and
 * `column-code.ts` compute, under the names of `kzg.ts`, until it is disposed of.
 */
import type { RandomBytes } from './batch-weights.ts';
import * as blob from './blob.ts';
import { toHex } from './bytes.ts';
import * as cells from './cells.ts';
import * as code from './column-code.ts';
import type { Context } from './context.ts';
import type { Engine } from './engine.ts';
import { KzgError } from './errors.ts';
import type { Kzg } from './kzg.ts';
import { PointCache } from './point-cache.ts';
import * as row from './rows.ts';

/**
 * SHA-256 of the exported table of Ethereum's ceremony: 10 rows of 4,096 points, row i 2^(13 i) times row 0.
 * `packages/kzg/test/tables.test.ts` derives it.
 */
const CEREMONY_TABLES = '1dfc1a673cae06b6bffbec74311fc294018a2f7a8a33d1e9f660a128d9dbb245';

type Methods = Omit<Kzg, 'dispose'>;

/** The object; `random` gives the weights of batches. */
export function createScheme(engine: Engine, random: RandomBytes): Kzg {
  let methods: Methods | undefined = methodsOf(engine, random);
  const guarded = Object.keys(methods).map((name) => [
    name,
    (...parameters: never[]) => {
      const method = methods?.[name as keyof Methods] as ((...p: never[]) => unknown) | undefined;
      if (method !== undefined) return method(...parameters);
      throw new KzgError('disposed', `${name}: the object was disposed of`);
    },
  ]);
  return {
    ...(Object.fromEntries(guarded) as Methods),
    dispose() {
      methods = undefined; // with it the engine and its memory
    },
  };
}

function methodsOf(engine: Engine, random: RandomBytes): Methods {
  const context: Context = { engine, cache: new PointCache(engine), random };
  return {
    backend: () => ({ name: engine.name, reason: engine.reason }),
    blobToKzgCommitment: (bytes) => blob.blobToKzgCommitment(engine, bytes),
    computeKzgProof: (bytes, z) => blob.computeKzgProof(engine, { blob: bytes, z }),
    computeBlobKzgProof: (bytes, commitment) =>
      blob.computeBlobKzgProof(engine, { blob: bytes, commitment }),
    verifyKzgProof: (commitment, z, y, proof) =>
      blob.verifyKzgProof(context, { commitment, z, y, proof }),
    verifyBlobKzgProof: (bytes, commitment, proof) =>
      blob.verifyBlobKzgProof(context, { blob: bytes, commitment, proof }),
    verifyBlobKzgProofBatch: (blobs, commitments, proofs) =>
      blob.verifyBlobKzgProofBatch(context, { blobs, commitments, proofs }),
    computeCells: (bytes) => cells.computeCells(engine, bytes),
    computeCellsAndKzgProofs: (bytes) => cells.computeCellsAndKzgProofs(engine, bytes),
    recoverCellsAndKzgProofs: (indices, cellBytes) =>
      cells.recoverCellsAndKzgProofs(engine, { indices, cells: cellBytes }),
    verifyCellKzgProofBatch: (commitments, indices, cellBytes, proofs) =>
      cells.verifyCellKzgProofBatch(context, { commitments, indices, cells: cellBytes, proofs }),
    computeChallenge: (bytes, commitment) =>
      blob.computeChallenge(engine, { blob: bytes, commitment }),
    computeVerifyCellKzgProofBatchChallenge: (
      commitments,
      commitmentIndices,
      cellIndices,
      cosetsEvals,
      proofs,
    ) =>
      cells.computeVerifyCellKzgProofBatchChallenge(engine, {
        commitments,
        commitmentIndices,
        cellIndices,
        cosetsEvals,
        proofs,
      }),
    commitRow: (bytes) => row.commitRow(engine, bytes),
    extendRows: (rows, options) => code.extendRows(engine, rows, options),
    recoverRows: (indices, rows, shape) => code.recoverRows(engine, { indices, rows }, shape),
    rowCoefficients: code.rowCoefficients,
    repairCoefficients: code.repairCoefficients,
    evaluationWeights: (z, usedElements) => row.evaluationWeights(engine, { z, usedElements }),
    evaluateRow: (bytes, weights) => row.evaluateRow(engine, bytes, weights),
    combineRows: (rows, scalars) => row.combineRows(engine, rows, scalars),
    openRow: (bytes, z) => row.openRow(engine, bytes, z),
    checkCommitments: (commitments) => row.checkCommitments(engine, commitments),
    combineCommitments: (commitments, scalars) =>
      row.combineCommitments(engine, commitments, scalars),
    verifyRowOpening: (commitments, scalars, z, y, proof) =>
      row.verifyRowOpening(engine, { commitments, scalars, z, y, proof }),
    computeCell: (bytes, cellIndex) => row.computeCell(engine, bytes, cellIndex),
    computeCellProof: (bytes, cellIndex) => row.computeCellProof(engine, bytes, cellIndex),
    verifyDerivedCells: (commitments, derived) =>
      row.verifyDerivedCells(context, commitments, derived),
    combineProofs: (proofs, scalars) => row.combineProofs(engine, proofs, scalars),
    setupId: () => engine.setup.id(),
    buildTables: () => engine.tables?.build(),
    exportTables: () => exportTables(engine),
    importTables: (bytes) => importTables(engine, bytes),
  };
}

function exportTables(engine: Engine): Uint8Array<ArrayBuffer> {
  if (engine.tables === undefined) {
    throw new KzgError('tables_invalid', `tables: the backend ${engine.name} has none`);
  }
  return engine.tables.write();
}

function importTables(engine: Engine, bytes: Uint8Array): void {
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(`tables: expected Uint8Array, got ${typeof bytes}`);
  }
  if (!engine.setup.isCeremony || toHex(engine.hash([bytes])) !== CEREMONY_TABLES) {
    throw new KzgError('tables_invalid', "tables: expected those of Ethereum's ceremony");
  }
  engine.tables?.read(bytes);
}
