/**
 * Serving cells to light clients (da-review.md §2): a request of some bytes asks for up to a second of
 * work, so the 128 proofs of a row are made once, kept, and what one peer and all together may cause
 * between two refills is bounded. Time is the caller's: `refill` is called by its clock.
 *
 * A peer pays 1 for a cell whose row's proofs are kept and ROW_COST for one whose proofs must be made.
 * Peers are cheap to invent, so the rows made for all of them together are bounded as well.
 */
import type { Kzg } from '@barycenter/kzg';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { ProvenCell } from './cells.ts';
import { DaError } from './errors.ts';
import type { VerifiedRow } from './row-verifier.ts';
import { CELLS_PER_ROW } from './samples.ts';

/** What making a row's proofs costs a peer, in cells. */
const ROW_COST = 64;

/** Peers whose spending is remembered; further ones are refused until the next refill. */
const MAX_PEERS = 65_536;

/** Bytes of a blob. EIP-4844, BYTES_PER_BLOB. */
const BLOB_BYTES = 131_072;

/** What a `CellServer` is made with. */
export type CellServerOptions = {
  readonly kzg: Kzg;
  /** The rows that are held, by header root and index. */
  readonly rowOf: (headerRoot: Uint8Array, index: number) => VerifiedRow | undefined;
  /** Cells a peer may ask for between refills; default 512, some eight of them of new rows. */
  readonly cellsPerPeer?: number;
  /** Rows whose proofs are made between refills, for all peers together; default 64. */
  readonly rowsPerRefill?: number;
  /** Rows whose proofs are kept, 6 KiB each; default 1,024; the least recently asked for goes first. */
  readonly maxRows?: number;
};

/** Serves proven cells of the rows it can find. */
export class CellServer {
  readonly #options: Required<CellServerOptions>;
  /** Proofs by header root and row; in the order of last use. */
  readonly #proofs = new Map<string, readonly Uint8Array[]>();
  readonly #spent = new Map<string, number>();
  #rowsMade = 0;

  constructor(options: CellServerOptions) {
    this.#options = { cellsPerPeer: 512, rowsPerRefill: 64, maxRows: 1024, ...options };
  }

  /**
   * The cell with its proof. Throws DaError `cell_unknown` (no such cell, or the row is not held) or
   * `quota_exceeded`, in both cases before any work. The first cell of a row costs its 128 proofs.
   */
  cell(
    peer: string,
    request: { readonly headerRoot: Uint8Array; readonly row: number; readonly cellIndex: number },
  ): ProvenCell {
    const { headerRoot, row: index, cellIndex } = request;
    const isCell = Number.isInteger(cellIndex) && cellIndex >= 0 && cellIndex < CELLS_PER_ROW;
    const row = isCell ? this.#options.rowOf(headerRoot, index) : undefined;
    if (row === undefined) throw new DaError('cell_unknown', 'the row is not held');
    const key = `${bytesToHex(headerRoot)}:${index}`;
    const kept = this.#proofs.get(key);
    this.#charge(peer, kept === undefined);
    const proofs = kept ?? this.#prove(row);
    this.#proofs.delete(key);
    this.#proofs.set(key, proofs);
    if (this.#proofs.size > this.#options.maxRows) {
      this.#proofs.delete(this.#proofs.keys().next().value!);
    }
    return {
      cell: this.#options.kzg.computeCell(row.row, cellIndex),
      proof: proofs[cellIndex]!.slice(),
    };
  }

  /** Gives every peer, and all together, their full allowance. */
  refill(): void {
    this.#spent.clear();
    this.#rowsMade = 0;
  }

  /** Drops the proofs of a blob that is no longer kept. */
  forget(headerRoot: Uint8Array): void {
    const prefix = `${bytesToHex(headerRoot)}:`;
    for (const key of this.#proofs.keys()) if (key.startsWith(prefix)) this.#proofs.delete(key);
  }

  #charge(peer: string, isNewRow: boolean): void {
    const { cellsPerPeer, rowsPerRefill } = this.#options;
    const spent = (this.#spent.get(peer) ?? 0) + (isNewRow ? ROW_COST : 1);
    const isStranger = !this.#spent.has(peer) && this.#spent.size >= MAX_PEERS;
    if (isStranger || spent > cellsPerPeer || (isNewRow && this.#rowsMade >= rowsPerRefill)) {
      throw new DaError('quota_exceeded', 'too many cells asked for; wait for the next refill');
    }
    this.#spent.set(peer, spent);
    if (isNewRow) this.#rowsMade++;
  }

  #prove(row: VerifiedRow): readonly Uint8Array[] {
    const blob = new Uint8Array(BLOB_BYTES);
    blob.set(row.row);
    return this.#options.kzg.computeCellsAndKzgProofs(blob)[1];
  }
}
