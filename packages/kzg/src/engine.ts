/**
 * What a backend supplies: points, sums and polynomials. Everything that decides which bytes are
 * acceptable, and what an answer means, is above this seam, once for all backends (`blob.ts`,
 * `cells.ts`, `rows.ts`): an engine is given rows whose elements are canonical, indices in range and
 * scalars in [0, r).
 *
 * `values` is always a row: c * 32 bytes, 1 <= c <= 4,096, the first c positions of a blob whose
 * other positions are zero. Two engines differ in speed only.
 */
import type { KernelName } from './kernel/load.ts';
import type { Setup } from './setup.ts';
import type { Hash } from './setup-tools.ts';

/** The WebAssembly builds, and the plain TypeScript. */
export type BackendName = KernelName | 'js';

type Bytes = Uint8Array<ArrayBuffer>;

/** Decoded points in the engine's own form; usable with every engine of the same name. */
export interface PointList {
  readonly count: number;
}

/** Barycentric weights in the engine's own form; usable with every engine of the same name. */
export interface Weights {
  readonly count: number;
}

/** sum_i scalars_i * points_i. */
export type PointSum = { readonly points: PointList; readonly scalars: readonly bigint[] };

/** What decoding found for one point, as a status byte. The kernel uses the same numbers. */
export const POINT_STATUS = {
  finite: 0,
  infinity: 1,
  flags: 2,
  notCanonical: 3,
  notOnCurve: 4,
  notInSubgroup: 5,
} as const;

export interface Engine {
  readonly name: BackendName;
  readonly reason: string;

  readonly setup: Setup;
  readonly hash: Hash;

  /** Decodes 48-byte points with all checks; a status byte for each, see POINT_STATUS. */
  decodePoints(encodings: readonly Uint8Array[]): { points: PointList; statuses: Uint8Array };
  joinPoints(lists: readonly PointList[]): PointList;
  /** Points from..to-1. */
  slicePoints(points: PointList, from: number, to: number): PointList;
  /** The sum of all sums, compressed. */
  sumPoints(sums: readonly PointSum[]): Bytes;
  /** e(sum of left + sum_i monomial_i [tau^i], [1]) = e(sum of right, [tau] or [tau^64]). */
  pairingHolds(equation: {
    readonly left: readonly PointSum[];
    /** At most 64 coefficients. */
    readonly monomial: readonly bigint[];
    readonly right: readonly PointSum[];
    readonly second: 'tau' | 'tau64';
  }): boolean;

  commit(values: Uint8Array): Bytes;
  /** y = f(z) and the proof, for any z. */
  open(values: Uint8Array, z: bigint): { readonly proof: Bytes; readonly y: bigint };
  /** f(z) for any z. */
  evaluate(values: Uint8Array, z: bigint): bigint;
  /** Weights of the first `count` positions for one z with z^4096 != 1. */
  weights(z: bigint, count: number): Weights;
  /** f(z); at most as many values as weights. */
  innerProduct(values: Uint8Array, weights: Weights): bigint;

  /** Cells 64..127, 131,072 bytes. */
  extendBlob(values: Uint8Array): Bytes;
  cell(values: Uint8Array, cellIndex: number): Bytes;
  cellProof(values: Uint8Array, cellIndex: number): Bytes;
  /** The 128 cell proofs, compressed. */
  allCellProofs(values: Uint8Array): Bytes[];
  /** Cells 0..63, which are the blob, from any 64 cells in ascending order. */
  recoverBlob(indices: readonly number[], cells: readonly Uint8Array[]): Bytes;
  /** 64 coefficients of sum_k weights_k I_k, I_k the interpolation of cell k on its coset. */
  sumCells(batch: {
    readonly indices: readonly number[];
    readonly cells: readonly Uint8Array[];
    readonly weights: readonly bigint[];
  }): bigint[];

  /** Rows k..n-1 of the code of `column-code.ts`; all rows equally long. */
  extendRows(rows: readonly Uint8Array[], rowCount: number): Bytes[];
  /** The k data rows from k rows. */
  recoverRows(indices: readonly number[], rows: readonly Uint8Array[], rowCount: number): Bytes[];
  /** sum_j scalars_j * row_j. */
  combineRows(rows: readonly Uint8Array[], scalars: readonly bigint[]): Bytes;

  /** Whether all points (96 bytes each, x and y) are canonical and on the curve; infinity is not. */
  areAffine(points: Uint8Array): boolean;
  /** sum_i scalars_i * points_i, compressed, of points as in a setup; 32 bytes for each scalar. */
  sumAffine(points: Uint8Array, scalars: Uint8Array): Bytes;
  /**
   * One piece of the division by X - z, from the highest coefficient down: `carry` is what the pieces
   * above left (0 at first). Returns as many coefficients of the quotient, and what is left.
   */
  divide(
    coefficients: Uint8Array,
    options: { readonly z: bigint; readonly carry: bigint },
  ): { readonly quotient: Bytes; readonly carry: bigint };

  /** The fixed-base tables of this engine; undefined if it has none. */
  readonly tables: EngineTables | undefined;
}

/** Shifts of the Lagrange points, from which commitments are sums without doublings. */
export interface EngineTables {
  /** Builds the table for whole blobs now. */
  build(): void;
  /** The points of that table, building it if needed: uncompressed, the same on every backend. */
  write(): Bytes;
  /** Takes points that `write` gave; the caller has checked where they come from. */
  read(bytes: Uint8Array): void;
}
