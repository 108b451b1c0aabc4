/**
 * Cells of coded rows (EIP-7594 cells; da-review.md §1.3(5)). A coded row is an EIP-4844 blob with
 * commitment sum_j L_ij C_j, so its 128 cells verify against derived commitments under the stock
 * equation. Proofs are made only when somebody samples: dispersal carries none.
 */
import { type Kzg, KzgError } from '@barycenter/kzg';
import type { CheckedHeader } from './check-header.ts';
import { DaError } from './errors.ts';
import type { VerifiedRow } from './row-verifier.ts';

/** Bytes of a cell and of its proof. EIP-7594, BYTES_PER_CELL; EIP-4844, BYTES_PER_PROOF. */
export const CELL_BYTES = 2048;
export const CELL_PROOF_BYTES = 48;

/** A sample with its proof: a cell with its KZG multi-proof, or a row with its Merkle path. */
export type ProvenCell = { readonly cell: Uint8Array; readonly proof: Uint8Array };

/** A claimed cell and its place. */
export type PlacedCell = ProvenCell & { readonly row: number; readonly cellIndex: number };

/** Cell `cellIndex` (0 .. 127) of a verified row with its proof. One MSM of up to 4,032 points. */
export function serveCell(
  row: VerifiedRow,
  cellIndex: number,
  options: { readonly kzg: Kzg },
): ProvenCell {
  return options.kzg.computeCellProof(row.row, cellIndex);
}

/**
 * Whether all cells belong to their rows. Derived commitments are never computed one by one: the
 * batch costs one MSM over the k commitments, one over the proofs, and one pairing check.
 * Malformed bytes give false.
 */
export function verifyCells(
  cells: readonly PlacedCell[],
  options: { readonly kzg: Kzg; readonly header: CheckedHeader },
): boolean {
  const { kzg, header } = options;
  const { k, n } = header.geometry;
  try {
    return kzg.verifyDerivedCells(
      header.commitments,
      cells.map(({ row, cellIndex, cell, proof }) => ({
        coefficients: kzg.rowCoefficients(row, { dataRows: k, rowCount: n }),
        cellIndex,
        cell,
        proof,
      })),
    );
  } catch (cause) {
    if (cause instanceof KzgError) return false;
    throw cause;
  }
}

/**
 * Cell of row `row` made from k cells of the same column with their proofs: both are the same
 * combination. So whoever rebuilt a cell can serve it. Throws DaError `cells_missing` unless there are
 * k cells of distinct rows and one column, `cell_wrong` if what comes out does not verify (some given
 * cell was wrong: verify them first to know which). Costs O(k^2) products and one verification.
 */
export function rebuildCell(
  cells: readonly PlacedCell[],
  options: { readonly kzg: Kzg; readonly header: CheckedHeader; readonly row: number },
): ProvenCell {
  const { kzg, header, row } = options;
  const { k, n } = header.geometry;
  const byRow = new Map(cells.map((cell) => [cell.row, cell]));
  const used = [...byRow.values()].sort((a, b) => a.row - b.row).slice(0, k);
  const cellIndex = used[0]?.cellIndex;
  if (used.length < k || used.some((cell) => cell.cellIndex !== cellIndex)) {
    throw new DaError('cells_missing', `expected cells of ${k} rows in one column`);
  }
  try {
    const indices = used.map((cell) => cell.row);
    const shape = { dataRows: k, rowCount: n };
    const [factors] = kzg.repairCoefficients([row], { indices, ...shape }) as [bigint[]];
    const cell = kzg.combineRows(
      used.map((one) => one.cell),
      factors,
    );
    const proof = kzg.combineProofs(
      used.map((one) => one.proof),
      factors,
    );
    const isRight = verifyCells([{ row, cellIndex: cellIndex!, cell, proof }], options);
    if (isRight) return { cell, proof };
  } catch (cause) {
    if (!(cause instanceof KzgError)) throw cause;
    throw new DaError('cell_wrong', cause.message, { row, cause });
  }
  throw new DaError('cell_wrong', 'the cells given do not belong to the blob', { row });
}
