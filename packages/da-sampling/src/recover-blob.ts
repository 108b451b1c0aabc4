/**
 * Reading a blob from any k verified rows (da-review.md §1.2 "Consistency": every reader with k rows
 * accepted by check B under one headerRoot has the same matrix, so the same payload or the same
 * INVALID).
 */
import type { Kzg } from '@barycenter/kzg';
import { assertChecked, type CheckedHeader } from './check-header.ts';
import { type UnpackedPayload, unpackPayload } from './payload.ts';
import { sortedRows } from './row-set.ts';
import type { VerifiedRow } from './row-verifier.ts';

/**
 * The payload, or INVALID with the reason. Throws DaError `rows_mixed` (rows of another header),
 * `rows_duplicate`, `rows_missing` (fewer than k), `row_not_verified` (an object that did not come
 * from a RowVerifier). Rows may come in any order; those beyond k are not read.
 * Cost: O(c n log n) field products; the memory of the data rows and the payload.
 */
export function recoverBlob(
  rows: readonly VerifiedRow[],
  options: { readonly kzg: Kzg; readonly header: CheckedHeader },
): UnpackedPayload {
  const { header, kzg } = options;
  assertChecked(header, 'kzg');
  const { k, n } = header.geometry;
  const used = sortedRows(rows, header).slice(0, k);
  const dataRows = kzg.recoverRows(
    used.map(({ index }) => index),
    used.map(({ row }) => row),
    { dataRows: k, rowCount: n },
  );
  const { byteLength } = header.header;
  return unpackPayload(dataRows, { shape: header.geometry, byteLength });
}
