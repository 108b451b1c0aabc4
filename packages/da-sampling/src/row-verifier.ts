/**
 * Check B per row (da-review.md §1.2, §1.3(3), (4)): Merkle path to rowsRoot, then the scheme's check
 * that the row is the one its header's evaluations (or checksums) name.
 * A row that only has a Merkle path is not valid: the disperser may have committed to garbage, and
 * two retrievers would decode different data. Attesters, retrievers and repairers all come through
 * here, and only `VerifiedRow`s can be decoded.
 */
import type { Kzg } from '@barycenter/kzg';
import { assertChecked, type CheckedHeader, type OpenedHeader } from './check-header.ts';
import { DaError } from './errors.ts';
import { kzgRowCheck } from './kzg-rows.ts';
import { treeBranch, treeRoot } from './merkle.ts';
import type { RowCheck, RowChecker } from './row-check.ts';
import { buildRowTree, checkShape, isRowCommitted, type RowMessage } from './rows.ts';
import { equalBytes } from './wire.ts';

declare const verified: unique symbol;

/** A row that passed check B under one header. */
export type VerifiedRow = RowMessage & {
  readonly [verified]: true;
  readonly headerRoot: Uint8Array<ArrayBuffer>;
  readonly row: Uint8Array<ArrayBuffer>;
};

/** Rows that a `RowVerifier` returned; a look-alike object is refused by `isVerifiedRow`. */
const verifiedRows = new WeakSet<object>();

/** Whether `row` was returned by a `RowVerifier` in this realm. */
export function isVerifiedRow(row: RowMessage): row is VerifiedRow {
  return verifiedRows.has(row);
}

/** Verifies rows of one checked header. Holds at most n rows. */
export class RowVerifier {
  readonly header: OpenedHeader;
  readonly #check: RowCheck;
  readonly #rows = new Map<number, VerifiedRow>();

  constructor(
    options:
      | { readonly kzg: Kzg; readonly header: CheckedHeader }
      | { readonly scheme: RowChecker; readonly header: OpenedHeader },
  ) {
    assertChecked(options.header);
    this.header = options.header;
    this.#check =
      'scheme' in options
        ? options.scheme.rowCheck(options.header)
        : kzgRowCheck(options.header, options.kzg);
  }

  /**
   * Checks one row and returns an owned copy. Throws DaError naming the row: `row_index`,
   * `row_length`, `row_branch_length`, `row_not_committed`, `row_not_canonical`, `row_wrong`.
   * A row added twice is answered with the first copy. Cost: one hash of 32 c bytes, c field
   * products.
   */
  add(message: RowMessage): VerifiedRow {
    checkShape(message, this.header.geometry);
    const copy: RowMessage = {
      index: message.index,
      row: message.row.slice(),
      branch: message.branch.map((hash) => hash.slice()),
    };
    if (!isRowCommitted(copy, this.header.header.rowsRoot)) {
      throw new DaError('row_not_committed', 'the row is not under rowsRoot', { row: copy.index });
    }
    const known = this.#rows.get(copy.index);
    return known ?? this.#accept(copy);
  }

  /**
   * The small-blob path (da-review.md §4): a validator with at least k seats is sent the payload
   * and encodes it again. Throws `payload_mismatch` unless it gives exactly the header's rows.
   */
  addPayload(payload: Uint8Array): VerifiedRow[] {
    const { header, geometry } = this.header;
    if (payload.length !== header.byteLength) {
      throw new DaError('payload_mismatch', `expected ${header.byteLength} bytes`);
    }
    const rows = this.#check.encodePayload(payload);
    const tree = buildRowTree(rows);
    if (!equalBytes(treeRoot(tree), header.rowsRoot)) {
      throw new DaError('payload_mismatch', 'the payload encodes to other rows');
    }
    // Rows k.. are the same combination of rows 0..k-1 as their expected evaluations, so k checks
    // cover all n rows.
    return rows.map((row, index) => {
      const message = { index, row, branch: treeBranch(tree, index) };
      return this.#rows.get(index) ?? this.#accept(message, { evaluate: index < geometry.k });
    });
  }

  /** The verified rows so far, by ascending index. */
  finish(): VerifiedRow[] {
    return [...this.#rows.values()].sort((a, b) => a.index - b.index);
  }

  #accept(message: RowMessage, options: { evaluate: boolean } = { evaluate: true }): VerifiedRow {
    if (options.evaluate && !this.#check.holds(message)) {
      throw new DaError('row_wrong', 'the row is not the coded row of the header', {
        row: message.index,
      });
    }
    const row = { ...message, headerRoot: this.header.headerRoot } as unknown as VerifiedRow;
    verifiedRows.add(row);
    this.#rows.set(row.index, row);
    return row;
  }
}
