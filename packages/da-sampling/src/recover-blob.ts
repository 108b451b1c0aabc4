/**
 * Reading a blob from any k verified rows (da-review.md §1.2 "Consistency": every reader with k rows
 * accepted by check B under one headerRoot has the same matrix, so the same payload or the same
 * INVALID).
 */
import type { Kzg } from '@barycenter/kzg';
import { assertChecked, type CheckedHeader, type OpenedHeader } from './check-header.ts';
import { DaError } from './errors.ts';
import { type UnpackedPayload, unpackPayload } from './payload.ts';
import { isVerifiedRow, type VerifiedRow } from './row-verifier.ts';
import { equalBytes } from './wire.ts';

/**
 * The payload, or INVALID with the reason. Throws DaError `rows_mixed` (rows of another header),
 * `rows_duplicate`, `rows_missing` (fewer than k), `row_not_verified` (an object that did not come
 * from a RowVerifier). Rows may come in any order; those beyond k are not read.
 * Cost: O(c n log n) field products.
 */
export function recoverBlob(
  rows: readonly VerifiedRow[],
  options: { readonly kzg: Kzg; readonly header: CheckedHeader },
): UnpackedPayload {
  const { header, kzg } = options;
  assertChecked(header, 'kzg');
  const { k, n } = header.geometry;
  const used = usableRows(rows, header);
  const dataRows = kzg.recoverRows(
    used.map(({ index }) => index),
    used.map(({ row }) => row),
    { dataRows: k, rowCount: n },
  );
  const { byteLength } = header.header;
  return unpackPayload(dataRows, { shape: header.geometry, byteLength });
}

/** k verified rows of the header, by ascending index; errors as `recoverBlob`. */
export function usableRows(rows: readonly VerifiedRow[], header: OpenedHeader): VerifiedRow[] {
  const { k } = header.geometry;
  const sorted = [...rows].sort((a, b) => a.index - b.index);
  sorted.forEach((row, i) => {
    if (!isVerifiedRow(row)) {
      throw new DaError('row_not_verified', 'the row did not pass a RowVerifier');
    }
    if (!equalBytes(row.headerRoot, header.headerRoot)) {
      throw new DaError('rows_mixed', 'the row belongs to another header', { row: row.index });
    }
    if (sorted[i - 1]?.index === row.index) {
      throw new DaError('rows_duplicate', 'the row is given twice', { row: row.index });
    }
  });
  if (sorted.length < k) {
    throw new DaError('rows_missing', `${sorted.length} rows of the ${k} that are needed`);
  }
  return sorted.slice(0, k);
}
