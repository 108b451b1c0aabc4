/** What `recoverBlob` and `repairRows` start from: at least k verified rows of one header. */
import { assertChecked, type OpenedHeader } from './check-header.ts';
import { DaError } from './errors.ts';
import { isVerifiedRow, type VerifiedRow } from './row-verifier.ts';
import { equalBytes } from './wire.ts';

/**
 * The rows by ascending index. Throws DaError `row_not_verified`, `rows_mixed` (of another header),
 * `rows_duplicate` or `rows_missing` (fewer than k); TypeError for a header that was not checked.
 */
export function sortedRows(rows: readonly VerifiedRow[], header: OpenedHeader): VerifiedRow[] {
  assertChecked(header);
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
  return sorted;
}
