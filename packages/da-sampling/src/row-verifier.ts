/**
 * Check B per row (da-review.md §1.2, §1.3(3), (4)): Merkle path to rowsRoot, then the scheme's check
 * that the row is the one its header's evaluations (or checksums) name.
 * A row that only has a Merkle path is not valid: the disperser may have committed to garbage, and
 * two retrievers would decode different data. Attesters, retrievers and repairers all come through
 * here, and only `VerifiedRow`s can be decoded.
 *
 * Rows of one peer come as a stream: `stream` takes a bounded number ahead, ends with the signal or
 * with a peer that sends too much rubbish, and gives the thread back after every few rows, or leaves
 * hashing and inner products to the workers of a `KzgPool`. Merkle paths and comparisons stay here, so
 * that only this thread's own workers are trusted, and brands are given in one place.
 */
import type { Kzg } from '@barycenter/kzg';
import type { KzgPool } from '@barycenter/kzg/pool';
import { assertChecked, type OpenedHeader } from './check-header.ts';
import { DaError } from './errors.ts';
import { kzgRowCheck } from './kzg-rows.ts';
import { mapAhead } from './map-ahead.ts';
import { treeBranch, treeRoot } from './merkle.ts';
import { NOT_CANONICAL, type RowCheck, type RowChecker } from './row-check.ts';
import {
  buildRowTree,
  checkShape,
  isRowCommitted,
  type RowMessage,
  rowLeaf,
  rowLeafAsync,
  rowLeafPrefix,
} from './rows.ts';
import { equalBytes } from './wire.ts';

declare const verified: unique symbol;

/** A row that passed check B under one header. */
export type VerifiedRow = RowMessage & {
  readonly [verified]: true;
  readonly headerRoot: Uint8Array<ArrayBuffer>;
  readonly row: Uint8Array<ArrayBuffer>;
};

/** Rows taken from a stream before the first of them is answered: 2 MiB of the largest blob. */
export const MAX_ROWS_AHEAD = 16;

/** Rows after which the thread is given back: some 3 ms of work. */
const ROWS_PER_TURN = 16;

/** What a stream of rows is verified with. */
export type RowStreamOptions = {
  readonly signal?: AbortSignal;
  /**
   * Hashes and inner products are left to its workers. Without it they take this thread, as do rows
   * of the hash-only scheme; only hashes are left to WebCrypto where the runtime has no other.
   */
  readonly pool?: Pick<KzgPool, 'digestMany'>;
  /** The stream ends after so many refused messages; default 1: nobody sends wrong rows by mistake. */
  readonly maxRefused?: number;
};

/** A message of a stream: verified, or refused with the code of `add`, or `rows_duplicate`. */
export type RowOutcome =
  | { readonly ok: true; readonly row: VerifiedRow }
  | { readonly ok: false; readonly error: DaError };

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
    options: ({ readonly kzg: Kzg } | { readonly scheme: RowChecker }) & {
      readonly header: OpenedHeader;
    },
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
    const copy = this.#copy(message);
    return this.#judge(copy, rowLeaf(copy.row, copy.index));
  }

  /**
   * Verifies the rows of one peer as they come, in order. Ends with the messages, after `maxRefused`
   * refused ones, or by throwing the signal's reason; what the messages' iterator or the pool throws
   * goes through. Takes at most MAX_ROWS_AHEAD messages ahead and, as a row twice is refused, no more
   * than n + maxRefused in all. A row that another stream verified costs nothing.
   */
  async *stream(
    messages: AsyncIterable<RowMessage> | Iterable<RowMessage>,
    options: RowStreamOptions = {},
  ): AsyncGenerator<RowOutcome, void, undefined> {
    const seen = new Set<number>();
    let refused = 0;
    let sinceTurn = 0;
    const verify = async (message: RowMessage): Promise<RowOutcome> => {
      const outcome = await this.#outcomeOf(message, { ...options, seen });
      if (options.pool === undefined && ++sinceTurn % ROWS_PER_TURN === 0) await nextTurn();
      return outcome;
    };
    const { signal, maxRefused = 1 } = options;
    for await (const outcome of mapAhead(messages, {
      map: verify,
      ahead: MAX_ROWS_AHEAD,
      signal,
    })) {
      yield outcome;
      if (!outcome.ok && ++refused >= maxRefused) return;
    }
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
      const holds = index >= geometry.k || this.#check.holds(message);
      return this.#rows.get(index) ?? this.#accept(message, holds);
    });
  }

  /** The verified rows so far, by ascending index. */
  finish(): VerifiedRow[] {
    return [...this.#rows.values()].sort((a, b) => a.index - b.index);
  }

  /** An owned copy, so that nobody changes the row after its check. */
  #copy(message: RowMessage): OwnRow {
    checkShape(message, this.header.geometry);
    return {
      index: message.index,
      row: new Uint8Array(message.row), // not slice(), which is a view of a Buffer
      branch: message.branch.map((hash) => new Uint8Array(hash)),
    };
  }

  async #outcomeOf(
    message: RowMessage,
    { pool, signal, seen }: RowStreamOptions & { readonly seen: Set<number> },
  ): Promise<RowOutcome> {
    try {
      checkShape(message, this.header.geometry);
      const { index } = message;
      if (seen.has(index))
        throw new DaError('rows_duplicate', 'the row came twice', { row: index });
      seen.add(index);
      const known = this.#rows.get(index);
      if (known !== undefined) return { ok: true, row: known };
      const copy = this.#copy(message);
      const { evaluation } = this.#check;
      if (pool === undefined || evaluation === undefined) {
        return { ok: true, row: this.#judge(copy, await rowLeafAsync(copy.row, index)) };
      }
      const [digest] = await pool.digestMany([copy.row], {
        z: evaluation.z,
        prefixes: [rowLeafPrefix(index)],
        ...(signal === undefined ? {} : { signal }),
      });
      const { hash, y } = digest!;
      this.#assertCommitted(copy, hash);
      if (y === undefined) throw new DaError('row_not_canonical', NOT_CANONICAL, { row: index });
      const holds = evaluation.values[index] === y;
      return { ok: true, row: this.#rows.get(index) ?? this.#accept(copy, holds) };
    } catch (error) {
      if (error instanceof DaError) return { ok: false, error };
      throw error;
    }
  }

  /** The verified row of a copy with its leaf. */
  #judge(copy: OwnRow, leaf: Uint8Array): VerifiedRow {
    this.#assertCommitted(copy, leaf);
    return this.#rows.get(copy.index) ?? this.#accept(copy, this.#check.holds(copy));
  }

  #assertCommitted(message: OwnRow, leaf: Uint8Array): void {
    if (!isRowCommitted(message, { leaf, rowsRoot: this.header.header.rowsRoot })) {
      throw new DaError('row_not_committed', 'the row is not under rowsRoot', {
        row: message.index,
      });
    }
  }

  /** Brands a committed row that the scheme's check was made of. */
  #accept(message: RowMessage, holds: boolean): VerifiedRow {
    if (!holds) {
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

type OwnRow = RowMessage & { readonly row: Uint8Array<ArrayBuffer> };

/** Lets other events of this thread happen. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve);
  });
}
